namespace ArcLearn.Core.Models;

/// <summary>Clusters of numbers by Lloyd's algorithm from the quantiles: no chance in it.</summary>
internal static class KMeans
{
    private const int MaximumRounds = 100;

    /// <param name="sorted">In ascending order; at least one.</param>
    /// <param name="count">Clusters asked for.</param>
    /// <returns>Ascending means; fewer than <paramref name="count"/> where there are fewer different numbers.</returns>
    public static double[] Centres(double[] sorted, int count)
    {
        double[] centres = [.. Enumerable.Range(0, count).Select(i => sorted[(int)((i + 0.5) / count * sorted.Length)]).Distinct()];
        for (int round = 0; round < MaximumRounds; round++)
        {
            double[] means = [.. sorted.GroupBy(value => Nearest(centres, value)).OrderBy(group => group.Key).Select(group => group.Average())];
            if (means.AsSpan().SequenceEqual(centres))
            {
                break;
            }

            centres = means;
        }

        return centres;
    }

    private static int Nearest(double[] centres, double value)
    {
        int nearest = 0;
        for (int i = 1; i < centres.Length; i++)
        {
            if (Math.Abs(centres[i] - value) < Math.Abs(centres[nearest] - value))
            {
                nearest = i;
            }
        }

        return nearest;
    }
}
