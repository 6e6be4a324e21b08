namespace ArcLearn;

/// <summary>Average precision of one class, or of all ("(mean)"), at one IoU threshold.</summary>
public sealed record AveragePrecision
{
    /// <summary>The class name, or "(mean)".</summary>
    public required string Class { get; init; }

    /// <summary>Area under the precision envelope, 0 to 1.</summary>
    public required double Value { get; init; }

    /// <summary>Objects in the truth.</summary>
    public required int Truth { get; init; }

    /// <summary>Detections at or above the score threshold.</summary>
    public required int Detections { get; init; }

    /// <summary>Detections that match an object of their class.</summary>
    public required int TruePositives { get; init; }

    /// <summary>Intersection over union that a match needs.</summary>
    public required double IouThreshold { get; init; }

    /// <summary>Score that a detection needs, 0 to 1.</summary>
    public required double DetectThreshold { get; init; }

    /// <summary>Chips measured.</summary>
    public required int Images { get; init; }

    /// <summary>Precision and recall at every score, the highest first; null where they were not asked for, and for the mean.</summary>
    public IReadOnlyList<PrecisionRecallPoint>? Curve { get; init; }
}
