namespace ArcLearn.Benchmarks.Speed;

/// <summary>Seconds on the wall, and of the processors: the second says more where other processes want them too.</summary>
internal readonly record struct Taken(double Wall, double Processor)
{
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
