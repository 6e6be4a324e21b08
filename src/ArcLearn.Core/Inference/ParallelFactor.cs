namespace ArcLearn.Core.Inference;

/// <summary>arcgis' parallelProcessingFactor: a share of the cores, or a count of them.</summary>
internal readonly record struct ParallelFactor
{
    private readonly double? _share;
    private readonly int _count;

    private ParallelFactor(double? share, int count) => (_share, _count) = (share, count);

    /// <summary>80 % of the cores.</summary>
    public static ParallelFactor Default { get; } = new(0.8, 0);

    /// <returns>Null for what is neither "80%" nor a count; 0 means no parallel work, thus one.</returns>
    public static ParallelFactor? Parse(object value)
    {
        string text = ArgumentTable.Text(value);
        if (text.EndsWith('%'))
        {
            return ArgumentTable.TryNumber(text[..^1], out double percent) && percent is >= 0 and <= 1000 ? new ParallelFactor(percent / 100, 0) : null;
        }

        return ArgumentTable.TryNumber(value, out double count) && count == Math.Floor(count) && count is >= 0 and <= 1024
            ? new ParallelFactor(null, (int)count)
            : null;
    }

    /// <summary>Model replicas on a machine with so many cores: the nearest whole number, at least one.</summary>
    public int Workers(int cores) => Math.Max(1, _share is double share ? (int)Math.Round(share * cores, MidpointRounding.AwayFromZero) : _count);
}
