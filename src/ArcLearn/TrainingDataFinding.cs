namespace ArcLearn;

/// <summary>How much a finding matters.</summary>
public enum FindingSeverity
{
    /// <summary>Worth knowing.</summary>
    Information,

    /// <summary>The result will be worse or slower than it could be.</summary>
    Warning,

    /// <summary>An export or a training cannot use this.</summary>
    Error,
}

/// <summary>Something about training data, or about what they are to be made of, that is better known before than after.</summary>
public sealed record TrainingDataFinding
{
    /// <summary>How much it matters.</summary>
    public required FindingSeverity Severity { get; init; }

    /// <summary>What kind of finding it is, for scripts: CrsMismatch, LabelsOutside, EmptyClass, ClassImbalance …</summary>
    public required string Id { get; init; }

    /// <summary>The raster, layer or folder.</summary>
    public required string Path { get; init; }

    /// <summary>What was found, with its numbers.</summary>
    public required string Message { get; init; }

    /// <summary>What to do about it.</summary>
    public required string Remedy { get; init; }
}
