namespace ArcLearn.Core.Models;

/// <summary>What an item of each class counts in a loss, so that rare classes are not passed over.</summary>
internal static class ClassBalance
{
    /// <summary>A power of how rare a class is; an item counts 1 in the mean. A class without items has 0.</summary>
    /// <param name="counts">Items of each class.</param>
    /// <param name="power">0 for equal weights, 1 for classes that count alike in sum.</param>
    public static double[] Weights(IReadOnlyList<long> counts, double power)
    {
        double all = counts.Sum();
        double[] weights = [.. counts.Select(count => count == 0 ? 0 : Math.Pow(all / count, power))];
        double mean = counts.Zip(weights, (count, weight) => count / all * weight).Sum();
        return [.. weights.Select(weight => weight > 0 ? weight / mean : 0)];
    }
}
