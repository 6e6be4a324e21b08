using System.Diagnostics;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>Reckons what a run will take: the grid is known, the rest comes from trying a few tiles that lie evenly over it.</summary>
internal static class InferencePlanner
{
    // A detection in the journal, twice: as it was found and as it was kept; and as a feature with its index entry.
    private const long DetectionBytes = (2 * 80) + 280;

    // A journal and a layer without a row.
    private const long EmptyBytes = 256L << 10;

    // Batches that each worker does while the clock runs.
    private const int BatchesPerWorker = 3;

    /// <param name="options">The run.</param>
    /// <param name="raster">What it will search.</param>
    /// <param name="backend">The prepared model.</param>
    /// <param name="budget">Its memory.</param>
    /// <param name="model">The model's name.</param>
    public static InferencePlan Run(
        DetectionRunOptions options, IRaster raster, IDetectionBackend backend, in MemoryBudget budget, string model, CancellationToken cancel, IFileSystem? files = null)
    {
        files ??= LocalFileSystem.Instance;
        options = options with { ListBadTiles = true };
        DetectionPlan plan = DetectionPlan.Create(options, raster, backend);

        // What runs first is compiled first: not on the clock.
        _ = Try(plan, plan.Tiles.Sample(options.Workers * backend.BatchSize), options, raster, backend, cancel);
        TileSelection sample = plan.Tiles.Sample(BatchesPerWorker * options.Workers * backend.BatchSize);
        Stopwatch watch = Stopwatch.StartNew();
        TileList tried = Try(plan, sample, options, raster, backend, cancel);
        double seconds = watch.Elapsed.TotalSeconds;

        double share = sample.Count == 0 ? 0 : plan.Tiles.Count / (double)sample.Count;
        long detections = (long)(tried.Detections.Count * share);
        double pixels = Enumerable.Range(0, sample.Count).Sum(i => sample[i].Core.Area);
        return new InferencePlan
        {
            Path = raster.Path,
            Model = model,
            Tiles = plan.Tiles.Count,
            GridTiles = plan.Grid.Count,
            NoDataTiles = (int)(tried.Skipped * share),
            ChipSize = plan.Grid.ChipSize,
            Padding = plan.Grid.Padding,
            BatchSize = backend.BatchSize,
            Workers = budget.Workers,
            Readers = budget.Readers,
            MemoryBytes = budget.Bytes,
            ReadBytes = (long)(raster.Files.Where(files.FileExists).Sum(path => files.Stamp(path).Length) * (plan.Tiles.Count / (double)plan.Grid.Count)),
            DiskBytes = EmptyBytes + (detections * DetectionBytes),
            Detections = detections,
            SampledTiles = sample.Count,
            MegapixelsPerSecond = pixels / 1e6 / Math.Max(seconds, 1e-6),
            Duration = TimeSpan.FromSeconds(seconds * share),
        };
    }

    private static TileList Try(
        DetectionPlan plan, TileSelection sample, DetectionRunOptions options, IRaster raster, IDetectionBackend backend, CancellationToken cancel)
    {
        TileList tried = new();
        if (sample.Count > 0)
        {
            DetectionEngine.Detect(plan.Over(sample), options, raster, backend, tried, progress: null, cancel);
        }

        return tried;
    }
}
