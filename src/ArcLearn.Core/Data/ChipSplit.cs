namespace ArcLearn.Core.Data;

/// <summary>Which chips train and which validate, as ascending indices.</summary>
internal sealed record ChipSplit(int[] Training, int[] Validation, int Dropped, DataSplit Mode)
{
    /// <summary>A fixed share of chips drawn at random.</summary>
    public static ChipSplit Random(int count, double fraction, int seed)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        new ItemRandom(seed, -1, -1).Shuffle<int>(order);
        int validation = Target(count, fraction);
        return new ChipSplit([.. order[validation..].Order()], [.. order[..validation].Order()], 0, DataSplit.Random);
    }

    /// <summary>Validation chips for a fraction; a fraction between 0 and 1 leaves neither side empty where there are two chips.</summary>
    public static int Target(int count, double fraction)
    {
        int target = (int)Math.Round(count * fraction, MidpointRounding.AwayFromZero);
        return fraction is > 0 and < 1 && count > 1 ? Math.Clamp(target, 1, count - 1) : target;
    }
}
