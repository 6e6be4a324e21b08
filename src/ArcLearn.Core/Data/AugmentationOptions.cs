namespace ArcLearn.Core.Data;

/// <summary>One kind of random change: how often, and between which values it is drawn.</summary>
/// <param name="Probability">0 (never) to 1 (always).</param>
internal sealed record AugmentationItem(double Probability, double Min, double Max)
{
    public static readonly AugmentationItem Never = new(0, 0, 0);
}

/// <summary>
/// What training chips go through, for imagery from above: no direction is special, so all flips and quarter turns are fair; the ground
/// resolution is, so there is no zoom unless asked for.
/// </summary>
internal sealed record AugmentationOptions
{
    /// <summary>Chips as they are.</summary>
    public static readonly AugmentationOptions None = new()
    {
        DihedralProbability = 0, Brightness = AugmentationItem.Never, Contrast = AugmentationItem.Never, RandomCrop = false,
    };

    /// <summary>Share of chips that get one of the eight flips and quarter turns (the identity among them).</summary>
    public double DihedralProbability { get; init; } = 1;

    /// <summary>Brightness to which a middle grey goes, uniform, 0 to 1: added in logit space.</summary>
    public AugmentationItem Brightness { get; init; } = new(1, 0.4, 0.6);

    /// <summary>Factor of the contrast, uniform in its logarithm: applied in logit space.</summary>
    public AugmentationItem Contrast { get; init; } = new(1, 0.75, 1.5);

    /// <summary>Factor of enlargement, uniform; 1.0 to 1.5 is usual.</summary>
    public AugmentationItem Zoom { get; init; } = AugmentationItem.Never;

    /// <summary>Whether chips larger than the model's are cut at a random place, not at their centre.</summary>
    public bool RandomCrop { get; init; } = true;

    /// <summary>A box that a crop cuts is kept while at least this share of its area is left.</summary>
    public double MinBoxShare { get; init; } = 0.35;

    public void Check()
    {
        Check(nameof(Brightness), Brightness, 0, 1);
        Check(nameof(Contrast), Contrast, 0, 100);
        Check(nameof(Zoom), Zoom, 0.1, 100);
        if (DihedralProbability is not (>= 0 and <= 1) || MinBoxShare is not (>= 0 and <= 1))
        {
            throw new LearnArgumentException("Transform", "Probabilities and shares lie between 0 and 1.");
        }
    }

    private static void Check(string name, AugmentationItem item, double least, double most)
    {
        if (item.Probability == 0)
        {
            return;
        }

        if (item.Probability is not (> 0 and <= 1) || !(item.Min > least && item.Max < most && item.Min <= item.Max))
        {
            throw new LearnArgumentException(
                "Transform",
                string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name} has probability {item.Probability} and range {item.Min} to {item.Max}; the probability lies in 0 to 1, the range within {least} to {most}."));
        }
    }
}
