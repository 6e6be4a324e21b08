namespace ArcLearn.Core.Models;

/// <summary>What the training of an image classifier makes small.</summary>
internal sealed record ImageLossOptions
{
    /// <summary>Whether an image has any number of classes; else it has one.</summary>
    public bool IsMultiLabel { get; init; }

    /// <summary>What an image of each class counts; null for 1 each.</summary>
    public IReadOnlyList<double>? ClassWeights { get; init; }

    /// <summary>The share of the truth that is spread over all classes, 0 to below 1 (Szegedy et al. 2016).</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Both parameters of the beta distribution that images are mixed by in training, 0 to 1 (Zhang et al. 2018); 0 for no mixing.</summary>
    public double MixUp { get; init; }
}
