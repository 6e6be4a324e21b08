namespace ArcLearn.Core.Inference;

/// <summary>Non-maximum suppression: of two boxes that overlap too much the better one stays.</summary>
internal static class Suppression
{
    /// <summary>Suppresses within each class, then what is left across classes, as a run with -RunNms does.</summary>
    /// <param name="detections">In any order; the result does not depend on it.</param>
    /// <param name="maxOverlap">The IoU that two boxes may have, 0 to 1; with 0 the boxes that stay share no area.</param>
    /// <returns>What stays, best first (score, tile, index).</returns>
    /// <exception cref="LearnArgumentException">The overlap is not from 0 to 1.</exception>
    public static Detection[] Apply(IEnumerable<Detection> detections, double maxOverlap) =>
        AcrossClasses(WithinClasses(detections, maxOverlap), maxOverlap);

    /// <summary>A box goes when a better one of its class that stays has an IoU above <paramref name="maxOverlap"/> with it.</summary>
    public static Detection[] WithinClasses(IEnumerable<Detection> detections, double maxOverlap)
    {
        CheckOverlap(maxOverlap);
        List<Detection> kept = [];
        foreach (IGrouping<int, Detection> group in detections.GroupBy(detection => detection.ClassIndex))
        {
            Suppress([.. group], maxOverlap, kept);
        }

        return Rank(kept);
    }

    /// <summary>A box goes when a better one of any class that stays has an IoU above <paramref name="maxOverlap"/> with it.</summary>
    public static Detection[] AcrossClasses(IEnumerable<Detection> detections, double maxOverlap)
    {
        CheckOverlap(maxOverlap);
        List<Detection> kept = [];
        Suppress([.. detections], maxOverlap, kept);
        return [.. kept];
    }

    /// <summary>The detections, best first.</summary>
    public static Detection[] Rank(IEnumerable<Detection> detections)
    {
        Detection[] ranked = [.. detections];
        Array.Sort(ranked, Detection.CompareRank);
        return ranked;
    }

    /// <exception cref="LearnArgumentException">The overlap is not from 0 to 1.</exception>
    public static void CheckOverlap(double maxOverlap)
    {
        if (!(maxOverlap is >= 0 and <= 1))
        {
            throw new LearnArgumentException(
                "MaxOverlapRatio", FormattableString.Invariant($"MaxOverlapRatio is {maxOverlap}; it must be from 0 to 1."));
        }
    }

    private static void Suppress(Detection[] boxes, double maxOverlap, List<Detection> kept)
    {
        Array.Sort(boxes, Detection.CompareRank);
        BoxIndex index = new(boxes);
        for (int i = 0; i < boxes.Length; i++)
        {
            if (!index.Any(boxes[i], maxOverlap, orEqual: false, default(AnyBox)))
            {
                index.Add(i);
                kept.Add(boxes[i]);
            }
        }
    }

    private readonly struct AnyBox : IBoxTest
    {
        public bool Matches(in Detection indexed, in Detection asked) => true;
    }
}
