namespace ArcLearn.Core.Models;

/// <summary>Overlap of boxes given by corners.</summary>
internal static class BoxOverlap
{
    /// <summary>Intersection over union of two boxes (first and second coordinate of one corner, then of the opposite one); 0 where both are empty.</summary>
    public static float IntersectionOverUnion(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        float first = MathF.Max(0, MathF.Min(a[2], b[2]) - MathF.Max(a[0], b[0]));
        float second = MathF.Max(0, MathF.Min(a[3], b[3]) - MathF.Max(a[1], b[1]));
        float intersection = first * second;
        float union = ((a[2] - a[0]) * (a[3] - a[1])) + ((b[2] - b[0]) * (b[3] - b[1])) - intersection;
        return union > 0 ? intersection / union : 0;
    }
}
