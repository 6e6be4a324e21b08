namespace ArcLearn.Core.Inference;

/// <summary>
/// How a raster is searched: detections count when their centre lies inside extent and mask. What the model itself is asked (threshold, overlap within a chip, batch) is in the backend already.
/// </summary>
internal sealed record DetectionRunOptions : RunOptions
{
    /// <summary>False keeps detections whose centre lies in the padding too.</summary>
    public bool ExcludePadDetections { get; init; } = true;

    /// <summary>Whether overlapping detections are suppressed over all tiles, within and then across classes.</summary>
    public bool RunNms { get; init; }

    /// <summary>The IoU that two detections may have after <see cref="RunNms"/>.</summary>
    public double MaxOverlapRatio { get; init; }
}
