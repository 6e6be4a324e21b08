namespace ArcLearn.Core.Drawing;

/// <summary>The range of samples that is shown from black to white.</summary>
internal static class Percentiles
{
    /// <summary>From the 2nd to the 98th percentile, and never empty.</summary>
    /// <param name="values">In any order, which they lose.</param>
    public static (double Low, double High) Stretch(List<double> values)
    {
        if (values.Count == 0)
        {
            return (0, 1);
        }

        values.Sort();
        double low = values[(int)(0.02 * (values.Count - 1))];
        double high = values[(int)Math.Ceiling(0.98 * (values.Count - 1))];
        return high > low ? (low, high) : (low - 1, low + 1);
    }
}
