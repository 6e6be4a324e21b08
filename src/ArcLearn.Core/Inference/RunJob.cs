using System.Diagnostics;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Composite;
using ArcLearn.Core.Rasters.Warp;

namespace ArcLearn.Core.Inference;

/// <summary>What the jobs of all kinds of models have in common: opening the raster, dividing the memory, telling, doing a shard.</summary>
internal static class RunJob
{
    // Large enough that the network is busy with arithmetic, small enough that a replica's maps stay near the caches.
    public const int DefaultBatchSize = 8;

    /// <summary>Opens the raster in the run's cells and checks that it is what the model reads.</summary>
    /// <exception cref="LearnDataException">BandMismatch, SampleTypeMismatch, CellSizeMismatch.</exception>
    public static IRaster Open(RunRequest request, ModelInput model, Action<string>? warn, IFileSystem? files, BlockCache cache)
    {
        IRaster raster = RasterMosaic.OpenOrStack(request.Raster, request.Stack, files, cache);
        try
        {
            raster = RunGrid.View(raster, request.Context, files);
            RasterCheck.Run(raster, model, warn, request.Bands, request.AllowMismatch);
            Coordinates.Warn(Whole(raster), warn);
            return raster;
        }
        catch
        {
            raster.Dispose();
            throw;
        }
    }

    /// <summary>The raster as it is in its file.</summary>
    public static IRaster Whole(IRaster raster) => raster is GridRaster view ? view.Whole : raster;

    /// <param name="chipSize">Side of the run's chips, in cells of the run.</param>
    /// <param name="replicaBytes">What a replica takes on its way through the network.</param>
    /// <param name="fixedBytes">What the run takes whatever the limit.</param>
    /// <exception cref="LearnArgumentException">MemoryLimitTooSmall.</exception>
    public static MemoryBudget Budget(RunRequest request, IRaster raster, int bands, int chipSize, int batchSize, long replicaBytes, long fixedBytes = 0)
    {
        IRaster whole = Whole(raster);

        // A chip of larger cells covers more pixels.
        int side = (int)Math.Ceiling(chipSize * Math.Max(1, Math.Max(whole.Width / (double)raster.Width, whole.Height / (double)raster.Height)));
        long replica = replicaBytes + (raster is GridRaster ? GridRaster.StepBytes : 0);
        MemoryNeeds needs = MemoryNeeds.Of(whole, bands, chipSize, side, batchSize, request.Context.Parallel.Workers(Environment.ProcessorCount), replica);
        return MemoryBudget.Fit(needs with { FixedBytes = fixedBytes }, request.MemoryLimit);
    }

    /// <summary>Adds to a kind's options what all runs have.</summary>
    public static TOptions Complete<TOptions>(TOptions options, RunRequest request, int padding, IRaster raster, IFileSystem files)
        where TOptions : RunOptions => (TOptions)((RunOptions)options with
    {
        Padding = padding,
        Extent = request.Context.ExtentIn(Whole(raster).SpatialReference, raster.SpatialReference),
        Mask = SearchMask.Read(request.MaskPolygons, raster, files),
        Bands = request.Bands,
        AllowOtherSampleType = request.AllowMismatch.Contains(ModelMismatch.SampleType),
        ListBadTiles = request.OnBadTile == BadTilePolicy.List,
        Shard = request.Shard,
    });

    /// <summary>Brings a run into the memory that it may take.</summary>
    public static TOptions Within<TOptions>(TOptions options, in MemoryBudget budget)
        where TOptions : RunOptions => (TOptions)((RunOptions)options with
    {
        Workers = budget.Workers,
        Readers = budget.Readers,
        Buffers = budget.Buffers,
    });

    /// <param name="select">Lays out the run's tiles; asked only where there is somebody to tell.</param>
    public static void Tell(
        Action<string>? inform, RunRequest request, RunOptions options, Func<TileSelection> select, IRaster raster, IModelBackend backend, in MemoryBudget budget)
    {
        if (inform is null)
        {
            return;
        }

        TileSelection tiles = select();
        inform(RasterSummary.Describe(Whole(raster)));
        if (raster is GridRaster)
        {
            inform($"Searching it in {RunGrid.Describe(raster)}, resampled ({RunGrid.Resampling(raster)}).");
        }

        inform(FormattableString.Invariant(
            $"Searching {tiles.Count} of {tiles.Grid.Count} tiles of {backend.ChipSize} pixels, {options.Padding} of them padding on each side, in batches of {backend.BatchSize}: {budget.Workers} model(s), {budget.Readers} reader(s), {budget.Buffers} batch(es), {budget.CacheBytes >> 20} MB of decoded blocks; {budget.Bytes >> 20} MB in all beside libtorch and the weights."));
        if (raster.Bands > backend.Bands)
        {
            IEnumerable<int> bands = (options.Bands ?? [.. Enumerable.Range(0, backend.Bands)]).Select(band => band + 1);
            inform($"Of {raster.Bands} bands the model reads {string.Join(", ", bands)}.");
        }

        inform($"Writing {request.Output}.");
    }

    public static void TellResumed(TileRun run, Action<string>? warn)
    {
        if (run.ResumedTiles > 0)
        {
            warn?.Invoke($"Going on with {run.Journal}: {run.ResumedTiles} of {run.Tiles} tile(s) were done before.");
        }
    }

    /// <summary>Where the run's journal lies, or its shard's.</summary>
    public static string JournalOf(RunRequest request, RunOutput output) => request.Shard is ShardNumber shard ? output.ShardPath(shard) : output.Journal;

    /// <summary>Does one part of a run and leaves its file for <see cref="ShardMerge"/>.</summary>
    public static LearnShard DoShard(RunRequest request, TileRun run, string model, Stopwatch watch, Action<InferenceProgress>? progress, Action<string>? warn, CancellationToken cancel)
    {
        JournaledResult result = run.Search(progress, cancel, warn);
        RunOutput.TellFailed(run.RunRecord, result, warn);

        return new LearnShard
        {
            Path = run.Journal,
            Shard = request.Shard!.Value,
            Output = request.Output,
            SourcePath = request.Raster,
            Model = model,
            Tiles = result.Tiles,
            SkippedTiles = result.SkippedTiles,
            ResumedTiles = result.ResumedTiles,
            FailedTiles = result.Failed.Count + result.FailedAround.Count,
            Duration = watch.Elapsed,
        };
    }
}

/// <summary>What a run holds open.</summary>
internal sealed class OpenRun<TOutput, TRun>(TOutput output, IRaster raster, BlockCache cache) : IDisposable
    where TOutput : RunOutput
    where TRun : TileRun
{
    public TOutput Output => output;

    public IRaster Raster => raster;

    public IModelBackend? Backend { get; set; }

    public TRun Run { get; set; } = null!;

    /// <summary>Sets free what only the search needs.</summary>
    public void EndSearch()
    {
        Backend?.Dispose();
        Backend = null;
        cache.Clear();
    }

    public void Dispose()
    {
        Run?.Dispose();
        Backend?.Dispose();
        raster.Dispose();
    }
}
