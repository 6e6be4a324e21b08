namespace ArcLearn.Core.Training;

/// <summary>When a detection counts, and when it is right.</summary>
/// <param name="DetectThreshold">Score that a detection needs, 0 to 1.</param>
/// <param name="IouThreshold">Intersection over union that a match needs.</param>
/// <param name="NmsOverlap">Overlap above which the weaker of two detections of one class goes; null: <paramref name="IouThreshold"/>, as the reference has it.</param>
/// <param name="CurvePoints">Whether precision and recall at each detection's score are given too.</param>
internal sealed record AveragePrecisionOptions(double DetectThreshold = 0.2, double IouThreshold = 0.1, double? NmsOverlap = null, bool CurvePoints = false)
{
    /// <summary>What the network computes in.</summary>
    public LearnPrecision Precision { get; init; }

    public double EffectiveNmsOverlap => NmsOverlap ?? IouThreshold;
}
