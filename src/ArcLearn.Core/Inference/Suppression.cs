using System.Runtime.InteropServices;

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
        Dictionary<int, BoxIndex> indices = [];
        return Suppress(detections, maxOverlap, (boxes, next, box) =>
            CollectionsMarshal.GetValueRefOrAddDefault(indices, boxes[box].ClassIndex, out _) ??= new BoxIndex(boxes, next));
    }

    /// <summary>A box goes when a better one of any class that stays has an IoU above <paramref name="maxOverlap"/> with it.</summary>
    public static Detection[] AcrossClasses(IEnumerable<Detection> detections, double maxOverlap)
    {
        CheckOverlap(maxOverlap);
        BoxIndex? index = null;
        return Suppress(detections, maxOverlap, (boxes, next, _) => index ??= new BoxIndex(boxes, next));
    }

    /// <summary>The detections, best first.</summary>
    public static Detection[] Rank(IEnumerable<Detection> detections)
    {
        Detection[] boxes = [.. detections];
        int[] order = Order(boxes);
        return [.. order.Select(box => boxes[box])];
    }

    /// <summary>The places of the detections, best first.</summary>
    public static int[] Order(Detection[] boxes)
    {
        // Scores are not negative, so that their bits ascend as they do. Numbers sort many times as fast as boxes; the index within a tile is left for the end.
        ulong[] keys = new ulong[boxes.Length];
        int[] order = new int[boxes.Length];
        for (int i = 0; i < boxes.Length; i++)
        {
            keys[i] = ((ulong)~BitConverter.SingleToUInt32Bits(boxes[i].Score) << 32) | (uint)boxes[i].Tile;
            order[i] = i;
        }

        Array.Sort(keys, order);
        for (int first = 0, end; first < order.Length; first = end)
        {
            for (end = first + 1; end < order.Length && keys[end] == keys[first]; end++)
            {
            }

            if (end - first > 1)
            {
                order.AsSpan(first, end - first).Sort((left, right) => Detection.CompareRank(boxes[left], boxes[right]));
            }
        }

        return order;
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

    /// <param name="indexOf">The index of the boxes that a box is compared with.</param>
    private static Detection[] Suppress(IEnumerable<Detection> detections, double maxOverlap, Func<Detection[], int[], int, BoxIndex> indexOf)
    {
        Detection[] boxes = Rank(detections);
        int[] next = new int[boxes.Length];
        List<Detection> kept = [];
        for (int i = 0; i < boxes.Length; i++)
        {
            BoxIndex index = indexOf(boxes, next, i);
            if (!index.Any(boxes[i], maxOverlap, orEqual: false, default(AnyBox)))
            {
                index.Add(i);
                kept.Add(boxes[i]);
            }
        }

        return [.. kept];
    }

    private readonly struct AnyBox : IBoxTest
    {
        public bool Matches(in Detection indexed, in Detection asked) => true;
    }
}
