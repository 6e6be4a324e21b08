namespace ArcLearn.Core.Inference;

/// <summary>How a raster is searched. What the model itself is asked (threshold, overlap within a chip, batch) is in the backend already.</summary>
internal sealed record DetectionRunOptions
{
    /// <summary>Context around each tile's core, in pixels; null for a quarter of the chip.</summary>
    public int? Padding { get; init; }

    /// <summary>False keeps detections whose centre lies in the padding too.</summary>
    public bool ExcludePadDetections { get; init; } = true;

    /// <summary>Whether overlapping detections are suppressed over all tiles, within and then across classes.</summary>
    public bool RunNms { get; init; }

    /// <summary>The IoU that two detections may have after <see cref="RunNms"/>.</summary>
    public double MaxOverlapRatio { get; init; }

    /// <summary>Where detections count, in the raster's map units: when their centre lies inside; null for everywhere.</summary>
    public GeoExtent? Extent { get; init; }

    /// <summary>Polygons that a detection's centre must lie in; null for everywhere.</summary>
    public SearchMask? Mask { get; init; }

    /// <summary>Whether tiles that cannot be read are listed and left out; else the first ends the run.</summary>
    public bool ListBadTiles { get; init; }

    /// <summary>The bands that the model reads, from 0, in its order; null for the first ones.</summary>
    public IReadOnlyList<int>? Bands { get; init; }

    /// <summary>Model replicas, each on its own thread.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Threads that read tiles.</summary>
    public int Readers { get; init; } = 1;

    /// <summary>Bytes of samples that may wait for or be in a model; at least one batch is always allowed.</summary>
    public long QueueBytes { get; init; } = 256L << 20;

    /// <summary>Whether a raster of another sample type than the model was trained on is searched all the same.</summary>
    public bool AllowOtherSampleType { get; init; }
}
