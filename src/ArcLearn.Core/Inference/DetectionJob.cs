using System.Collections;
using System.Diagnostics;
using ArcLearn.Core.IO;
using ArcLearn.Core.Models;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Composite;
using ArcLearn.Core.Rasters.Warp;
using ArcLearn.Core.Vectors;

namespace ArcLearn.Core.Inference;

/// <summary>A detection as a user asks for it: files, not open rasters.</summary>
internal sealed record DetectionRequest
{
    public required string Raster { get; init; }

    /// <summary>The files whose bands make the raster, of which <see cref="Raster"/> is the first; empty where it is whole.</summary>
    public IReadOnlyList<string> Stack { get; init; } = [];

    /// <summary>The layer to write; its extension names the format.</summary>
    public required string Output { get; init; }

    /// <summary>See <see cref="Inference.ModelArguments"/>.</summary>
    public IDictionary? ModelArguments { get; init; }

    public InferenceContext Context { get; init; } = new();

    /// <summary>Layers of polygons that a detection's centre must lie in; none for everywhere.</summary>
    public IReadOnlyList<LayerSource> MaskPolygons { get; init; } = [];

    public BadTilePolicy OnBadTile { get; init; }

    /// <summary>The bands that the model reads, from 0, in its order; null for the first ones.</summary>
    public IReadOnlyList<int>? Bands { get; init; }

    /// <summary>In what the raster may differ from those that the model was trained on.</summary>
    public IReadOnlyList<ModelMismatch> AllowMismatch { get; init; } = [];

    public bool RunNms { get; init; }

    public double MaxOverlapRatio { get; init; }

    public bool Force { get; init; }

    /// <summary>The part that is done; null for the whole.</summary>
    public ShardNumber? Shard { get; init; }

    /// <summary>Bytes that the run may take beside libtorch and the weights; null for a share of what is free.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>What the network computes in.</summary>
    public LearnPrecision Precision { get; init; }

    /// <summary>The model's, where several runs share it; null for it to be computed.</summary>
    public Lazy<string>? Fingerprint { get; init; }

    /// <summary>Makes the layer's folder: the user asked for it; a misspelt one is an error otherwise.</summary>
    public bool MakeFolder { get; init; }
}

/// <summary>Opens what a detection names, runs it and writes the layer.</summary>
internal static class DetectionJob
{
    // Large enough that the network is busy with arithmetic, small enough that a replica's maps stay near the caches.
    private const int DefaultBatchSize = 8;

    /// <summary>Everything that <see cref="Run"/> refuses before it reads a pixel; needs the model's definition only, and writes nothing.</summary>
    /// <exception cref="LearnArgumentException">An argument makes no sense with this model or raster.</exception>
    /// <exception cref="LearnDataException">The raster is not what the model was trained on (BandMismatch, SampleTypeMismatch, CellSizeMismatch), or ExtentOutside, MaskOutside, MaskInvalid.</exception>
    /// <exception cref="OutputExistsException">The layer exists.</exception>
    public static void Check(DetectionRequest request, SsdDefinition model, Action<string>? warn, IFileSystem? files = null)
    {
        ModelArguments arguments = ModelArguments.Parse(request.ModelArguments, model.Options.ChipSize);
        using IRaster raster = Open(request, model, warn, files, RasterFile.NewCache());
        _ = DetectionPlan.Create(Options(request, arguments, Budget(request, arguments, model.Options, raster), raster, files ?? LocalFileSystem.Instance), raster, model.Options.ChipSize);
        new DetectionLayer(request.Output, request.Force, files ?? LocalFileSystem.Instance).Check(request.MakeFolder);
    }

    /// <inheritdoc cref="Check"/>
    /// <param name="inform">Takes a sentence about each thing that was opened or decided.</param>
    public static FeatureLayerItem Run(
        DetectionRequest request,
        SsdEngine model,
        Action<InferenceProgress>? progress,
        Action<string>? warn,
        CancellationToken cancel,
        IFileSystem? files = null,
        Action<string>? inform = null)
    {
        Stopwatch watch = Stopwatch.StartNew();
        using OpenDetection open = Begin(request, model, warn, files ?? LocalFileSystem.Instance, inform, cancel);
        JournaledResult result = open.Run.Search(progress, cancel, warn);
        open.EndSearch();
        return open.Run.Finish(open.Layer, result, cancel) with { Duration = watch.Elapsed };
    }

    /// <summary>Does one part of a run (<see cref="DetectionRequest.Shard"/>) and leaves its file for <see cref="ShardMerge"/>.</summary>
    /// <inheritdoc cref="Run"/>
    public static LearnShard RunShard(
        DetectionRequest request,
        SsdEngine model,
        Action<InferenceProgress>? progress,
        Action<string>? warn,
        CancellationToken cancel,
        IFileSystem? files = null,
        Action<string>? inform = null)
    {
        Stopwatch watch = Stopwatch.StartNew();
        using OpenDetection open = Begin(request, model, warn, files ?? LocalFileSystem.Instance, inform, cancel);
        JournaledResult result = open.Run.Search(progress, cancel, warn);
        if (result.Failed.Count > 0)
        {
            warn?.Invoke(DetectionLayer.Holes(open.Run.Record, result));
        }

        return new LearnShard
        {
            Path = open.Run.Journal,
            Shard = request.Shard!.Value,
            Output = request.Output,
            SourcePath = request.Raster,
            Model = model.Name,
            Tiles = result.Tiles,
            SkippedTiles = result.SkippedTiles,
            ResumedTiles = result.ResumedTiles,
            FailedTiles = result.Failed.Count,
            Duration = watch.Elapsed,
        };
    }

    private static IDetectionBackend CreateBackend(SsdEngine model, ModelArguments arguments, LearnPrecision precision)
    {
        double threshold = arguments.TestTimeAugmentation ? arguments.Threshold * AugmentedBackend.ThresholdShare : arguments.Threshold;
        SsdBackend backend = new(model, BatchSize(arguments), threshold, arguments.NmsOverlap, precision);
        return arguments.TestTimeAugmentation ? new AugmentedBackend(backend, arguments.Threshold, arguments.NmsOverlap) : backend;
    }

    /// <summary>Reckons what <see cref="Run"/> would take, by a short trial; writes nothing.</summary>
    /// <inheritdoc cref="Run"/>
    public static InferencePlan Plan(DetectionRequest request, SsdEngine model, Action<string>? warn, CancellationToken cancel, IFileSystem? files = null)
    {
        ModelArguments arguments = ModelArguments.Parse(request.ModelArguments, model.ChipSize);
        BlockCache cache = RasterFile.NewCache();
        using IRaster raster = Open(request, model.Definition, warn, files, cache);
        MemoryBudget budget = Budget(request, arguments, model.Definition.Options, raster);
        cache.Limit(budget.CacheBytes);
        using IDetectionBackend backend = CreateBackend(model, arguments, request.Precision);
        return InferencePlanner.Run(Options(request, arguments, budget, raster, files ?? LocalFileSystem.Instance), raster, backend, budget, model.Name, cancel, files);
    }

    private static OpenDetection Begin(
        DetectionRequest request, SsdEngine model, Action<string>? warn, IFileSystem files, Action<string>? inform, CancellationToken cancel)
    {
        ModelArguments arguments = ModelArguments.Parse(request.ModelArguments, model.ChipSize);
        DetectionLayer layer = new(request.Output, request.Force, files, warn);
        BlockCache cache = RasterFile.NewCache();
        OpenDetection open = new(layer, Open(request, model.Definition, warn, files, cache), cache);
        try
        {
            MemoryBudget budget = Budget(request, arguments, model.Definition.Options, open.Raster);
            cache.Limit(budget.CacheBytes);
            model.TellPrecision(request.Precision, warn);
            DetectionRunOptions options = Options(request, arguments, budget, open.Raster, files);
            layer.MakeFolder(request.MakeFolder);
            layer.Try(open.Raster.SpatialReference, model.Classes);
            open.Backend = CreateBackend(model, arguments, request.Precision);
            Tell(inform, request, options, open.Raster, open.Backend, budget);
            RunIdentity identity = DetectionIdentity.Of(open.Raster, request.Fingerprint?.Value ?? model.Fingerprint(cancel), model.Device, arguments, options, open.Backend.BatchSize, request.Precision, files);
            string journal = request.Shard is ShardNumber shard ? layer.ShardPath(shard) : layer.Journal;
            open.Run = new JournaledRun(
                options, open.Raster, open.Backend, identity, journal, request.Force, files, model: model.Name, output: request.Output, stack: request.Stack);
            if (open.Run.ResumedTiles > 0)
            {
                warn?.Invoke($"Going on with {journal}: {open.Run.ResumedTiles} of {open.Run.Tiles} tile(s) were done before.");
            }

            return open;
        }
        catch
        {
            open.Dispose();
            throw;
        }
    }

    private static IRaster Open(DetectionRequest request, SsdDefinition model, Action<string>? warn, IFileSystem? files, BlockCache cache)
    {
        IRaster raster = request.Stack.Count > 0
            ? RasterMosaic.Stack(request.Raster, request.Stack, files, cache)
            : RasterFile.Open(request.Raster, files, cache);
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

    private static int BatchSize(ModelArguments arguments) => arguments.BatchSize ?? DefaultBatchSize;

    /// <summary>The raster as it is in its file.</summary>
    private static IRaster Whole(IRaster raster) => raster is GridRaster view ? view.Whole : raster;

    private static MemoryBudget Budget(DetectionRequest request, ModelArguments arguments, SsdOptions model, IRaster raster)
    {
        int batch = BatchSize(arguments);
        int workers = request.Context.Parallel.Workers(Environment.ProcessorCount);
        IRaster whole = Whole(raster);

        // A chip of larger cells covers more pixels.
        int chip = (int)Math.Ceiling(model.ChipSize * Math.Max(1, Math.Max(whole.Width / (double)raster.Width, whole.Height / (double)raster.Height)));
        long replica = SsdBackend.ReplicaBytes(model, batch)
            + (arguments.TestTimeAugmentation ? AugmentedBackend.CopyBytes(batch, model.Bands, model.ChipSize) : 0)
            + (raster is GridRaster ? GridRaster.StepBytes : 0);
        return MemoryBudget.Fit(MemoryNeeds.Of(whole, model, chip, batch, workers, replica), request.MemoryLimit);
    }

    private static DetectionRunOptions Options(
        DetectionRequest request, ModelArguments arguments, in MemoryBudget budget, IRaster raster, IFileSystem files) => new()
    {
        Padding = arguments.Padding,
        ExcludePadDetections = arguments.ExcludePadDetections,
        RunNms = request.RunNms,
        MaxOverlapRatio = request.MaxOverlapRatio,
        Extent = request.Context.ExtentIn(Whole(raster).SpatialReference, raster.SpatialReference),
        Mask = SearchMask.Read(request.MaskPolygons, raster, files),
        Bands = request.Bands,
        AllowOtherSampleType = request.AllowMismatch.Contains(ModelMismatch.SampleType),
        ListBadTiles = request.OnBadTile == BadTilePolicy.List,
        Shard = request.Shard,
        Workers = budget.Workers,
        Readers = budget.Readers,
        Buffers = budget.Buffers,
    };

    private static void Tell(
        Action<string>? inform, DetectionRequest request, DetectionRunOptions options, IRaster raster, IDetectionBackend backend, in MemoryBudget budget)
    {
        if (inform is null)
        {
            return;
        }

        TileSelection tiles = DetectionPlan.Create(options, raster, backend).Tiles;
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

    /// <summary>What a detection holds open while it runs.</summary>
    private sealed class OpenDetection(DetectionLayer layer, IRaster raster, BlockCache cache) : IDisposable
    {
        public DetectionLayer Layer => layer;

        public IRaster Raster => raster;

        public IDetectionBackend? Backend { get; set; }

        public JournaledRun Run { get; set; } = null!;

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
}
