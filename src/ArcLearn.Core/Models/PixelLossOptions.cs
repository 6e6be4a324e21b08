namespace ArcLearn.Core.Models;

/// <summary>What the training of a pixel classifier makes small.</summary>
internal sealed record PixelLossOptions
{
    /// <summary>Whether pixels without a label count for nothing; else they are of a class of their own, background.</summary>
    public bool IsBackgroundIgnored { get; init; }

    /// <summary>Classes, from 1, whose pixels count for nothing and that no pixel is given: those of a foreign model that it never learnt.</summary>
    public IReadOnlyList<int> IgnoredClasses { get; init; } = [];

    /// <summary>What a pixel of each class counts, background first; null for 1 each.</summary>
    public IReadOnlyList<double>? ClassWeights { get; init; }

    /// <summary>Weighs pixels down that are scored well already.</summary>
    public bool FocalLoss { get; init; }

    /// <summary>The dice loss's share of the whole, 0 to 1.</summary>
    public double DiceFraction { get; init; }

    public DiceAverage DiceAverage { get; init; }

    /// <summary>Whether a class, or background as 0, is ignored.</summary>
    public bool IsIgnored(int label) => label == 0 ? IsBackgroundIgnored : IgnoredClasses.Contains(label);
}
