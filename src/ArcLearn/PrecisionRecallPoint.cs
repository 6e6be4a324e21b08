namespace ArcLearn;

/// <summary>What a detector reaches when detections of at least one score count.</summary>
/// <param name="Score">The score, 0 to 1.</param>
/// <param name="Precision">Share of these detections that are right.</param>
/// <param name="Recall">Share of the objects that they find.</param>
public sealed record PrecisionRecallPoint(double Score, double Precision, double Recall);
