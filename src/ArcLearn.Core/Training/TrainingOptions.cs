using ArcLearn.Core.IO;

namespace ArcLearn.Core.Training;

/// <summary>How a model is trained.</summary>
internal sealed record TrainingOptions
{
    public int Epochs { get; init; } = 10;

    public LearningRate LearningRate { get; init; } = LearningRate.Default;

    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.OneCycle;

    /// <summary>Ends the training at the sixth epoch in a row that does not lower the monitored loss by 0.001.</summary>
    public bool EarlyStopping { get; init; }

    /// <summary>Writes nothing, and leaves the last weights in the model instead of the best.</summary>
    public bool NoCheckpoint { get; init; }

    /// <summary>Folder of the checkpoint; null: <c>models/checkpoint_&lt;time&gt;</c> below the data.</summary>
    public string? CheckpointPath { get; init; }

    /// <summary>Replaces a model that lies at <see cref="CheckpointPath"/>.</summary>
    public bool ReplaceCheckpoint { get; init; }

    /// <summary>Writes the model definition (.emd) beside the weights; it is given the path of the .pth. Null: weights only.</summary>
    public Action<string, Stream>? WriteDefinition { get; init; }

    /// <summary>What the network computes in, in validation too.</summary>
    public LearnPrecision Precision { get; init; }

    /// <summary>Decoupled weight decay, batch norm included.</summary>
    public double WeightDecay { get; init; } = 1e-2;

    public IFileSystem Files { get; init; } = LocalFileSystem.Instance;

    /// <summary>The time that a checkpoint is named after.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
