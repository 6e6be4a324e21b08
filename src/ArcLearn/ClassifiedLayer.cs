namespace ArcLearn;

/// <summary>A layer whose features were classified.</summary>
public sealed record ClassifiedLayer
{
    /// <summary>The file, or the table's address.</summary>
    public required string Path { get; init; }

    /// <summary>The layer in it.</summary>
    public required string LayerName { get; init; }

    /// <summary>The field that holds the class's name now.</summary>
    public required string LabelField { get; init; }

    /// <summary>The field that holds its probability, 0 to 1; null where none was asked for.</summary>
    public required string? ConfidenceField { get; init; }

    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>Features of the layer.</summary>
    public required long Features { get; init; }

    /// <summary>Those that got a class.</summary>
    public required long Classified { get; init; }

    /// <summary>How many got each class.</summary>
    public required IReadOnlyDictionary<string, long> FeaturesByClass { get; init; }

    /// <summary>Those that were passed over, and stayed as they were.</summary>
    public required long Skipped { get; init; }

    /// <summary>How many for each reason: no chip, more than one chip, outside the raster, no data, empty or invalid geometry.</summary>
    public required IReadOnlyDictionary<string, long> SkippedByReason { get; init; }

    /// <summary>Features that an interrupted run had done.</summary>
    public required long ResumedFeatures { get; init; }

    /// <summary>Time that it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The layer again: binds to parameters that take a literal path.</summary>
    public string PSPath => Path;
}
