using System.Diagnostics;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>What a run found.</summary>
/// <param name="Detections">Best first (score, tile, index), in pixels of the raster.</param>
/// <param name="Tiles">Tiles that the model saw.</param>
/// <param name="SkippedTiles">Tiles that are wholly nodata.</param>
/// <param name="CutDetections">Detections that reach an edge of their chip: parts of objects larger than the padding allows for.</param>
internal sealed record DetectionRunResult(IReadOnlyList<Detection> Detections, int Tiles, int SkippedTiles, int CutDetections, TimeSpan Duration)
{
    /// <summary>Tiles that could not be read, where they are listed.</summary>
    public IReadOnlyList<FailedTile> Failed { get; init; } = [];
}

/// <summary>Searches a raster of any size with a detector. The result depends on raster, model and options, not on threads or timing.</summary>
internal static class DetectionEngine
{
    /// <summary>Runs all tiles of the plan and brings their detections together in memory.</summary>
    /// <param name="options">How.</param>
    /// <param name="raster">What to search.</param>
    /// <param name="backend">The prepared model; the caller disposes it.</param>
    /// <param name="progress">Called on the caller's thread, a few times a second.</param>
    /// <param name="cancel">Ends the run within a batch.</param>
    /// <exception cref="LearnDataException">What <see cref="DetectionPlan"/> refuses, TileFailed, ModelOutput.</exception>
    public static DetectionRunResult Run(
        DetectionRunOptions options,
        IRaster raster,
        IDetectionBackend backend,
        Action<InferenceProgress>? progress = null,
        CancellationToken cancel = default)
    {
        Stopwatch watch = Stopwatch.StartNew();
        DetectionPlan plan = DetectionPlan.Create(options, raster, backend);
        TileList tiles = new();
        Detect(plan, options, raster, backend, tiles, progress, cancel);
        IReadOnlyList<Detection> detections = Finish(plan, options, raster.Transform, tiles.Detections);
        return new DetectionRunResult(detections, tiles.Finished - tiles.Skipped - tiles.Failed.Count, tiles.Skipped, tiles.CutDetections, watch.Elapsed) { Failed = tiles.Failed };
    }

    /// <summary>Runs the tiles of a plan into a sink, from those on that it has.</summary>
    public static void Detect(
        DetectionPlan plan,
        DetectionRunOptions options,
        IRaster raster,
        IDetectionBackend backend,
        ITileSink<TileResult> sink,
        Action<InferenceProgress>? progress,
        CancellationToken cancel)
    {
        TileEngine.Run(
            plan.Tiles,
            options,
            new TileReader(raster, backend.Bands, options.Bands),
            backend,
            () => new DetectionWorker(backend.CreateReplica(), backend.Classes.Count, plan.Grid, plan.Ownership),
            (tile, failure) => new TileResult(tile.Index, IsSkipped: failure is null, [], CutDetections: 0, failure),
            sink,
            progress,
            cancel);
    }

    /// <summary>
    /// Merges seams, cuts to the extent, suppresses: in this order, so that a part equals that part of the whole before suppression.
    /// </summary>
    public static IReadOnlyList<Detection> Finish(
        DetectionPlan plan, DetectionRunOptions options, GeoTransform transform, IEnumerable<Detection> detections)
    {
        IEnumerable<Detection> merged = SeamMerge.Merge(detections, plan.Ownership);
        merged = merged.Where(detection => Counts(options, transform, detection));
        return options.RunNms ? Suppression.Apply(merged, options.MaxOverlapRatio) : [.. merged];
    }

    /// <summary>
    /// Whether the centre lies in the extent and in the mask. An extent's lower borders belong to it, the upper ones do not: neighbouring extents share no detection.
    /// </summary>
    internal static bool Counts(DetectionRunOptions options, GeoTransform transform, in Detection detection)
    {
        (double x, double y) = transform.ToMap(detection.CenterX, detection.CenterY);
        return (options.Extent is not GeoExtent extent || (x >= extent.XMin && x < extent.XMax && y >= extent.YMin && y < extent.YMax))
            && options.Mask?.Holds(x, y) != false;
    }
}
