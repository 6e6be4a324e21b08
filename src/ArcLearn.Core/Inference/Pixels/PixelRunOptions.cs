namespace ArcLearn.Core.Inference;

/// <summary>How a raster is classified: pixels outside extent and mask are nodata.</summary>
internal sealed record PixelRunOptions : RunOptions
{
    /// <summary>What a pixel becomes that several tiles see.</summary>
    public MergePolicy Merge { get; init; }

    /// <summary>Whether the share of each class is kept beside the best one.</summary>
    public bool HasProbabilities { get; init; }

    /// <summary>Whether a pixel may be background; else that score is left out before the others are compared.</summary>
    public bool PredictBackground { get; init; } = true;
}
