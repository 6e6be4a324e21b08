namespace ArcLearn.Core.Inference;

/// <summary>
/// Takes out what two tiles kept of one object: detections of different tiles and the same class, both centres in the band that
/// the tiles share, IoU of a half or more. The better one (score, then tile, then index) stays.
/// </summary>
/// <remarks>
/// A detection goes when any better one is its duplicate, whether or not that one stays. So what becomes of a detection follows from the
/// tiles that share its band alone, never from a chain of others: a run over an extent, which computes just those, equals
/// that part of the whole run.
/// </remarks>
internal static class SeamMerge
{
    private const double SameObject = 0.5;

    /// <param name="detections">What the tiles kept, in any order.</param>
    /// <param name="ownership">The run's.</param>
    /// <returns>What stays, best first (score, tile, index).</returns>
    public static IReadOnlyList<Detection> Merge(IEnumerable<Detection> detections, TileOwnership ownership)
    {
        Detection[] ranked = Suppression.Rank(detections);
        BoxIndex index = new(ranked);
        DuplicateTest test = new(ownership);
        List<Detection> kept = new(ranked.Length);
        for (int i = 0; i < ranked.Length; i++)
        {
            if (!ownership.IsAtSeam(ranked[i]))
            {
                kept.Add(ranked[i]);
                continue;
            }

            if (!index.Any(ranked[i], SameObject, orEqual: true, test))
            {
                kept.Add(ranked[i]);
            }

            index.Add(i);
        }

        return kept;
    }

    private readonly struct DuplicateTest(TileOwnership ownership) : IBoxTest
    {
        public bool Matches(in Detection indexed, in Detection asked) =>
            indexed.ClassIndex == asked.ClassIndex && ownership.ShareSeam(indexed, asked);
    }
}
