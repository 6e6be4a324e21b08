using ArcLearn.Core.Data;

namespace ArcLearn.Core.Models;

/// <summary>Decides which labelled box each anchor has to find.</summary>
/// <param name="anchors">The detector's.</param>
/// <param name="isNear">
/// Whether an anchor only takes boxes whose centre lies in its cell or just beside it: a box can move by half a cell and no further, so that another
/// anchor, however much it overlaps, could never give the box.
/// </param>
internal sealed class SsdMatcher(SsdAnchors anchors, bool isNear = false)
{
    /// <summary>An anchor is responsible for a box that it overlaps by more than this.</summary>
    public const float Threshold = 0.4f;

    // Of a cell, from its centre: a little more than half, so that a box on a border belongs to the cells on both sides.
    private const float Reach = 0.6f;

    // Above any real overlap: the best anchor of a box is responsible for it however little it overlaps.
    private const float Forced = 1.99f;

    /// <summary>
    /// The index of the box for each anchor, −1 for background. Boxes without height take no part. Of equal overlaps the first
    /// box and the first anchor win; an anchor that is best for two boxes goes to the later one.
    /// </summary>
    /// <returns>Null where no box takes part.</returns>
    public int[]? Match(ReadOnlySpan<BoxLabel> boxes)
    {
        int[] match = new int[anchors.Count];
        float[] overlap = new float[anchors.Count];
        int[] best = new int[boxes.Length];
        Array.Fill(match, -1);
        Array.Fill(best, -1);
        ReadOnlySpan<float> corners = anchors.Corners;
        for (int b = 0; b < boxes.Length; b++)
        {
            BoxLabel box = boxes[b];
            if (!(box.YMax > box.YMin))
            {
                continue;
            }

            float highest = -1;
            ReadOnlySpan<float> label = [box.YMin, box.XMin, box.YMax, box.XMax];
            for (int a = 0; a < overlap.Length; a++)
            {
                if (isNear && !Reaches(a, box))
                {
                    continue;
                }

                float value = BoxOverlap.IntersectionOverUnion(label, corners.Slice(a * 4, 4));
                if (value > highest)
                {
                    highest = value;
                    best[b] = a;
                }

                if (match[a] < 0 || value > overlap[a])
                {
                    overlap[a] = value;
                    match[a] = b;
                }
            }
        }

        if (best.All(anchor => anchor < 0))
        {
            return null;
        }

        for (int b = 0; b < best.Length; b++)
        {
            if (best[b] >= 0)
            {
                overlap[best[b]] = Forced;
                match[best[b]] = b;
            }
        }

        for (int a = 0; a < match.Length; a++)
        {
            match[a] = overlap[a] > Threshold ? match[a] : -1;
        }

        return match;
    }

    private bool Reaches(int anchor, in BoxLabel box)
    {
        ReadOnlySpan<float> place = anchors.Boxes.Slice(anchor * 4, 2);
        float reach = Reach * anchors.Cells[anchor];
        return MathF.Abs(((box.YMin + box.YMax) / 2) - place[0]) <= reach && MathF.Abs(((box.XMin + box.XMax) / 2) - place[1]) <= reach;
    }
}
