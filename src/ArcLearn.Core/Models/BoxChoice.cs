namespace ArcLearn.Core.Models;

/// <summary>A box that may stay.</summary>
/// <param name="Box">Two corners, first coordinates before second ones.</param>
internal readonly record struct ScoredBox(float[] Box, float Score);

/// <summary>Reads the box of a place from a chip's coordinates.</summary>
internal delegate float[] BoxReader(ReadOnlySpan<float> coordinates, int place);

/// <summary>Suppression within a class and chip: of boxes that overlap, the best stays.</summary>
internal static class BoxChoice
{
    /// <summary>
    /// Boxes of a class and chip that suppression looks at: the best ones. arcgis.learn has 50, which a few objects use up where several anchors
    /// of a fine grid find each of them.
    /// </summary>
    public const int Candidates = 400;

    // Overlap from which another box is taken for the same object.
    private const float VoterOverlap = 0.65f;

    /// <param name="scored">Scores and places of all that lie above the threshold; sorted here: by score, of equal ones by place.</param>
    /// <param name="coordinates">What the chip's boxes are read from.</param>
    /// <param name="overlap">Highest intersection over union of two boxes that both stay.</param>
    /// <param name="isVoted">
    /// Whether a box that stays is the mean, by score, of all that agree with it (Gidaris and Komodakis 2015): the anchors around an object
    /// err apart from each other, so that their mean lies nearer to it than the surest.
    /// </param>
    /// <returns>Best first.</returns>
    public static List<ScoredBox> Choose(List<(float Score, int Place)> scored, ReadOnlySpan<float> coordinates, BoxReader read, double overlap, bool isVoted)
    {
        scored.Sort(static (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Place.CompareTo(b.Place));
        ScoredBox[] best = new ScoredBox[Math.Min(scored.Count, Candidates)];
        for (int i = 0; i < best.Length; i++)
        {
            best[i] = new ScoredBox(read(coordinates, scored[i].Place), scored[i].Score);
        }

        List<ScoredBox> kept = [];
        foreach (ScoredBox one in best)
        {
            if (kept.TrueForAll(better => BoxOverlap.IntersectionOverUnion(better.Box, one.Box) <= overlap))
            {
                kept.Add(one);
            }
        }

        return isVoted ? kept.ConvertAll(one => one with { Box = Vote(one.Box, best) }) : kept;
    }

    private static float[] Vote(float[] box, ScoredBox[] voters)
    {
        float[] sum = new float[4];
        float weight = 0;
        foreach ((float[] corners, float score) in voters)
        {
            if (BoxOverlap.IntersectionOverUnion(box, corners) >= VoterOverlap)
            {
                weight += score;
                for (int i = 0; i < sum.Length; i++)
                {
                    sum[i] += score * corners[i];
                }
            }
        }

        return [.. sum.Select(coordinate => coordinate / weight)];
    }
}
