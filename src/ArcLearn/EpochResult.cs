namespace ArcLearn;

/// <summary>What one epoch of training reached.</summary>
public sealed record EpochResult
{
    /// <summary>The epoch, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Epochs asked for.</summary>
    public required int Epochs { get; init; }

    /// <summary>Smoothed training loss per batch (summed over its images, as the reference sums it).</summary>
    public required double TrainLoss { get; init; }

    /// <summary>Mean validation loss per batch; NaN without validation chips.</summary>
    public required double ValidLoss { get; init; }

    /// <summary>The metric's name, such as AveragePrecision.</summary>
    public required string MetricName { get; init; }

    /// <summary>The metric on the validation chips; NaN without them.</summary>
    public required double Metric { get; init; }

    /// <summary>Mean intersection over union of the classes of the validation chips; null for models without classes of pixels, and without validation chips.</summary>
    public double? MeanIou { get; init; }

    /// <summary>Learning rate of the last layer group at the end of the epoch.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Time of the epoch, validation included.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>Training images per second.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>What the network computed in.</summary>
    public LearnPrecision Precision { get; init; }

    /// <summary>Threads within one operation; trainings are equal bit by bit only where it is the same.</summary>
    public int Threads { get; init; }

    /// <summary>The best checkpoint so far; null where none was written.</summary>
    public string? CheckpointPath { get; init; }

    /// <summary>Whether this epoch improved on all before it.</summary>
    public bool IsBest { get; init; }
}
