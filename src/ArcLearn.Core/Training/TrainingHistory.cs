namespace ArcLearn.Core.Training;

/// <summary>The trainings that led to a model's weights.</summary>
internal sealed record TrainingHistory
{
    /// <summary>Of a model that was never trained.</summary>
    public static TrainingHistory None { get; } = new();

    /// <summary>Of all trainings, one after the other.</summary>
    public IReadOnlyList<EpochResult> Epochs { get; init; } = [];

    /// <summary>The last training's; null where there was none.</summary>
    public LearningRate? LearningRate { get; init; }

    /// <summary>The last training's.</summary>
    public LearningRateSchedule Schedule { get; init; }

    /// <summary>What the last training computed in.</summary>
    public LearnPrecision Precision { get; init; }

    /// <summary>The last training's.</summary>
    public int Seed { get; init; }

    /// <summary>What the last training learnt from, in a few words; empty where there was none.</summary>
    public string Data { get; init; } = "";

    /// <summary>Whether the last training ended with the weights of its best epoch, rather than with its last.</summary>
    public bool KeptBest { get; init; }

    /// <summary>The epoch that the weights are of; null where there was no training.</summary>
    public EpochResult? Reached => Epochs.Count == 0 ? null : KeptBest ? Epochs.LastOrDefault(epoch => epoch.IsBest) : Epochs[^1];

    /// <summary>The same with another epoch of a training.</summary>
    public TrainingHistory With(EpochResult epoch, TrainingOptions options, int seed, string data) => new()
    {
        Epochs = [.. Epochs, epoch],
        LearningRate = options.LearningRate,
        Schedule = options.Schedule,
        Precision = options.Precision,
        Seed = seed,
        Data = data,
        KeptBest = !options.NoCheckpoint,
    };
}
