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
        options = options with { ListBadTiles = true };
        DetectionPlan plan = DetectionPlan.Create(options, raster, backend);
        return Run(plan.Tiles, options, raster, backend, budget, model, Try, files ?? LocalFileSystem.Instance);

        Trial Try(TileSelection sample)
        {
            TileList tried = new();
            DetectionEngine.Detect(plan.Over(sample), options, raster, backend, tried, progress: null, cancel);
            return new Trial(tried.Skipped, tried.Detections.Count, tried.Detections.Count * DetectionBytes);
        }
    }

    /// <inheritdoc cref="Run(DetectionRunOptions, IRaster, IDetectionBackend, in MemoryBudget, string, CancellationToken, IFileSystem?)"/>
    /// <param name="tiles">The tiles of the run.</param>
    /// <param name="tryTiles">Does some of them.</param>
    public static InferencePlan Run(
        TileSelection tiles, RunOptions options, IRaster raster, IModelBackend backend, in MemoryBudget budget, string model, Func<TileSelection, Trial> tryTiles, IFileSystem files)
    {
        // What runs first is compiled first: not on the clock.
        TileSelection warm = tiles.Sample(options.Workers * backend.BatchSize);
        TileSelection sample = tiles.Sample(BatchesPerWorker * options.Workers * backend.BatchSize);
        _ = warm.Count > 0 ? tryTiles(warm) : default;
        Stopwatch watch = Stopwatch.StartNew();
        Trial tried = sample.Count > 0 ? tryTiles(sample) : default;
        double seconds = watch.Elapsed.TotalSeconds;

        double share = sample.Count == 0 ? 0 : tiles.Count / (double)sample.Count;
        double pixels = Enumerable.Range(0, sample.Count).Sum(i => sample[i].Core.Area);
        return Outline(tiles, raster, backend.BatchSize, budget, model, files) with
        {
            NoDataTiles = (int)(tried.Skipped * share),
            DiskBytes = EmptyBytes + (long)(tried.DiskBytes * share),
            Detections = (long)(tried.Detections * share),
            SampledTiles = sample.Count,
            MegapixelsPerSecond = pixels / 1e6 / Math.Max(seconds, 1e-6),
            Duration = TimeSpan.FromSeconds(seconds * share),
        };
    }

    /// <summary>What is known without a trial; what only that could tell is 0.</summary>
    public static InferencePlan Outline(TileSelection tiles, IRaster raster, int batchSize, in MemoryBudget budget, string model, IFileSystem files)
    {
        TileGrid grid = tiles.Grid;
        return new InferencePlan
        {
            Path = raster.Path,
            Model = model,
            Tiles = tiles.Count,
            GridTiles = grid.Count,
            NoDataTiles = 0,
            ChipSize = grid.ChipSize,
            Padding = grid.Padding,
            BatchSize = batchSize,
            Workers = budget.Workers,
            Readers = budget.Readers,
            MemoryBytes = budget.Bytes,
            ReadBytes = (long)(raster.Files.Where(files.FileExists).Sum(path => files.Stamp(path).Length) * (tiles.Count / (double)grid.Count)),
            DiskBytes = 0,
            Detections = 0,
            SampledTiles = 0,
            MegapixelsPerSecond = 0,
            Duration = TimeSpan.Zero,
        };
    }
}

/// <summary>What some tiles came to for a plan.</summary>
/// <param name="Skipped">Those that are wholly nodata.</param>
/// <param name="Detections">What was found in them; 0 where pixels are classified.</param>
/// <param name="DiskBytes">What they take in journal and output.</param>
internal readonly record struct Trial(int Skipped, long Detections, long DiskBytes);
