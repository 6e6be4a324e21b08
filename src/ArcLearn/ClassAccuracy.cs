namespace ArcLearn;

/// <summary>How well one class is told from the others; what is counted are pixels, or images.</summary>
public sealed record ClassAccuracy
{
    /// <summary>The class name, or "(background)".</summary>
    public required string Class { get; init; }

    /// <summary>The class value; 0 for background.</summary>
    public required int Value { get; init; }

    /// <summary>The share of what was found as this class that is of it, 0 to 1; 0 where nothing was found.</summary>
    public required double Precision { get; init; }

    /// <summary>The share of what is of this class that was found as it, 0 to 1; 0 where there is none.</summary>
    public required double Recall { get; init; }

    /// <summary>The harmonic mean of precision and recall.</summary>
    public required double F1 { get; init; }

    /// <summary>Intersection over union: what is of this class and was found as it, in parts of what is or was.</summary>
    public required double IoU { get; init; }

    /// <summary>How much is of this class in truth.</summary>
    public required long Support { get; init; }

    /// <summary>How much was found as this class.</summary>
    public required long Predicted { get; init; }

    /// <summary>How much is of this class and was found as it.</summary>
    public required long Correct { get; init; }
}
