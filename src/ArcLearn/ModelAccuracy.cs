namespace ArcLearn;

/// <summary>How well a model tells classes apart, in the whole and by class.</summary>
public sealed record ModelAccuracy
{
    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>The share that was found as it is, 0 to 1.</summary>
    public required double Accuracy { get; init; }

    /// <summary>The mean intersection over union of the classes that the truth has, 0 to 1.</summary>
    public required double MeanIou { get; init; }

    /// <summary>The mean F1 of these classes.</summary>
    public required double MeanF1 { get; init; }

    /// <summary>How much was measured: pixels with a label, or images.</summary>
    public required long Count { get; init; }

    /// <summary>What <see cref="Count"/> counts: pixels or images.</summary>
    public required string Unit { get; init; }

    /// <summary>Chips measured.</summary>
    public required int Chips { get; init; }

    /// <summary>A record for each class; background first where the model learnt it as a class.</summary>
    public required IReadOnlyList<ClassAccuracy> Classes { get; init => field = value.ToArray(); }

    /// <summary>How often each class was found as each; null where an image may have several classes.</summary>
    public required ConfusionMatrix? ConfusionMatrix { get; init; }
}
