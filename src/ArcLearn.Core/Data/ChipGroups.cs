using NetTopologySuite.Geometries;
using NetTopologySuite.Index.Strtree;

namespace ArcLearn.Core.Data;

/// <summary>Chips that hang together by touching or overlapping, found with a union of sets.</summary>
internal static class ChipGroups
{
    /// <returns>Groups in the order of their first chips, chips ascending; a chip without a place is its own group.</returns>
    public static List<int[]> Find(IReadOnlyList<Footprint> footprints)
    {
        int[] parent = [.. Enumerable.Range(0, footprints.Count)];
        foreach (IGrouping<string, int> space in Enumerable.Range(0, footprints.Count).Where(i => footprints[i].Bounds is not null).GroupBy(i => footprints[i].Space))
        {
            STRtree<int> tree = new();
            foreach (int i in space)
            {
                tree.Insert(footprints[i].Bounds, i);
            }

            foreach (int i in space)
            {
                Envelope near = footprints[i].Bounds!.Copy();
                near.ExpandBy(0.01 * near.Width, 0.01 * near.Height);
                foreach (int other in tree.Query(near))
                {
                    int a = Root(parent, i);
                    int b = Root(parent, other);
                    parent[Math.Max(a, b)] = Math.Min(a, b);
                }
            }
        }

        return [.. Enumerable.Range(0, footprints.Count).GroupBy(i => Root(parent, i)).OrderBy(g => g.Key).Select(g => g.ToArray())];
    }

    /// <summary>Chips that share ground with another one.</summary>
    public static int Overlapping(IReadOnlyList<Footprint> footprints)
    {
        int count = 0;
        foreach (IGrouping<string, int> space in Enumerable.Range(0, footprints.Count).Where(i => footprints[i].Bounds is not null).GroupBy(i => footprints[i].Space))
        {
            STRtree<int> tree = new();
            foreach (int i in space)
            {
                tree.Insert(footprints[i].Bounds, i);
            }

            // A chip always meets itself.
            count += space.Count(i => tree.Query(footprints[i].Inner()).Count > 1);
        }

        return count;
    }

    private static int Root(int[] parent, int i)
    {
        while (parent[i] != i)
        {
            parent[i] = parent[parent[i]];
            i = parent[i];
        }

        return i;
    }
}
