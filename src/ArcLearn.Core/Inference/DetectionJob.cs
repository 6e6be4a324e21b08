using System.Diagnostics;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>A detection as a user asks for it: files, not open rasters.</summary>
internal sealed record DetectionRequest : RunRequest
{
    public bool RunNms { get; init; }

    public double MaxOverlapRatio { get; init; }
}

/// <summary>Opens what a detection names, runs it and writes the layer.</summary>
internal static class DetectionJob
{
    /// <summary>Everything that <see cref="Run"/> refuses before it reads a pixel; needs the model's definition only, and writes nothing.</summary>
    /// <exception cref="LearnArgumentException">An argument makes no sense with this model or raster.</exception>
    /// <exception cref="LearnDataException">The raster is not what the model was trained on (BandMismatch, SampleTypeMismatch, CellSizeMismatch), or ExtentOutside, MaskOutside, MaskInvalid.</exception>
    /// <exception cref="OutputExistsException">The layer exists.</exception>
    public static void Check(DetectionRequest request, DetectionInput model, Action<string>? warn, IFileSystem? files = null)
    {
        files ??= LocalFileSystem.Instance;
        ModelArguments arguments = ModelArguments.Parse(request.ModelArguments, model.Samples.ChipSize);
        using IRaster raster = RunJob.Open(request, model.Samples, warn, files, RasterFile.NewCache());
        _ = DetectionPlan.Create(Options(request, arguments, Budget(request, arguments, model, raster), raster, files), raster, model.Samples.ChipSize);
        new DetectionLayer(request.Output, request.Force, files).Check(request.MakeFolder);
    }

    /// <inheritdoc cref="Check"/>
    /// <param name="inform">Takes a sentence about each thing that was opened or decided.</param>
    public static FeatureLayerItem Run(
        DetectionRequest request,
        IDetectionModel model,
        Action<InferenceProgress>? progress,
        Action<string>? warn,
        CancellationToken cancel,
        IFileSystem? files = null,
        Action<string>? inform = null)
    {
        Stopwatch watch = Stopwatch.StartNew();
        using OpenRun<DetectionLayer, JournaledRun> open = Begin(request, model, warn, files ?? LocalFileSystem.Instance, inform, cancel);
        JournaledResult result = open.Run.Search(progress, cancel, warn);
        open.EndSearch();
        return open.Run.Finish(open.Output, result, cancel) with { Duration = watch.Elapsed };
    }

    /// <summary>Does one part of a run (<see cref="RunRequest.Shard"/>) and leaves its file for <see cref="ShardMerge"/>.</summary>
    /// <inheritdoc cref="Run"/>
    public static LearnShard RunShard(
        DetectionRequest request,
        IDetectionModel model,
        Action<InferenceProgress>? progress,
        Action<string>? warn,
        CancellationToken cancel,
        IFileSystem? files = null,
        Action<string>? inform = null)
    {
        Stopwatch watch = Stopwatch.StartNew();
        using OpenRun<DetectionLayer, JournaledRun> open = Begin(request, model, warn, files ?? LocalFileSystem.Instance, inform, cancel);
        return RunJob.DoShard(request, open.Run, model.Name, watch, progress, warn, cancel);
    }

    /// <summary>Reckons what <see cref="Run"/> would take, by a short trial; writes nothing.</summary>
    /// <inheritdoc cref="Run"/>
    public static InferencePlan Plan(DetectionRequest request, IDetectionModel model, Action<string>? warn, CancellationToken cancel, IFileSystem? files = null)
    {
        ModelArguments arguments = ModelArguments.Parse(request.ModelArguments, model.Input.ChipSize);
        BlockCache cache = RasterFile.NewCache();
        using IRaster raster = RunJob.Open(request, model.Input, warn, files, cache);
        MemoryBudget budget = Budget(request, arguments, model.Detections, raster);
        cache.Limit(budget.CacheBytes);
        using IDetectionBackend backend = CreateBackend(model, arguments, request.Precision);
        return InferencePlanner.Run(Options(request, arguments, budget, raster, files ?? LocalFileSystem.Instance), raster, backend, budget, model.Name, cancel, files);
    }

    /// <summary>Reckons what can be told without the model's weights: tiles, bytes to read, memory. Writes nothing.</summary>
    /// <inheritdoc cref="Check"/>
    public static InferencePlan Outline(DetectionRequest request, DetectionInput model, Action<string>? warn, IFileSystem? files = null)
    {
        files ??= LocalFileSystem.Instance;
        ModelArguments arguments = ModelArguments.Parse(request.ModelArguments, model.Samples.ChipSize);
        using IRaster raster = RunJob.Open(request, model.Samples, warn, files, RasterFile.NewCache());
        MemoryBudget budget = Budget(request, arguments, model, raster);
        DetectionPlan plan = DetectionPlan.Create(Options(request, arguments, budget, raster, files), raster, model.Samples.ChipSize);
        return InferencePlanner.Outline(plan.Tiles, raster, BatchSize(arguments), budget, model.Samples.Name, files);
    }

    private static IDetectionBackend CreateBackend(IDetectionModel model, ModelArguments arguments, LearnPrecision precision)
    {
        double threshold = arguments.TestTimeAugmentation ? arguments.Threshold * AugmentedBackend.ThresholdShare : arguments.Threshold;
        IDetectionBackend backend = model.CreateBackend(BatchSize(arguments), threshold, arguments.NmsOverlap, precision);
        return arguments.TestTimeAugmentation ? new AugmentedBackend(backend, arguments.Threshold, arguments.NmsOverlap) : backend;
    }

    private static OpenRun<DetectionLayer, JournaledRun> Begin(
        DetectionRequest request, IDetectionModel model, Action<string>? warn, IFileSystem files, Action<string>? inform, CancellationToken cancel)
    {
        ModelArguments arguments = ModelArguments.Parse(request.ModelArguments, model.Input.ChipSize);
        DetectionLayer layer = new(request.Output, request.Force, files, warn);
        BlockCache cache = RasterFile.NewCache();
        OpenRun<DetectionLayer, JournaledRun> open = new(layer, RunJob.Open(request, model.Input, warn, files, cache), cache);
        try
        {
            MemoryBudget budget = Budget(request, arguments, model.Detections, open.Raster);
            cache.Limit(budget.CacheBytes);
            model.TellPrecision(request.Precision, warn);
            DetectionRunOptions options = Options(request, arguments, budget, open.Raster, files);
            layer.MakeFolder(request.MakeFolder);
            layer.Try(open.Raster.SpatialReference, model.Detections.Classes);
            IDetectionBackend backend = CreateBackend(model, arguments, request.Precision);
            open.Backend = backend;
            RunJob.Tell(inform, request, options, () => DetectionPlan.Create(options, open.Raster, backend).Tiles, open.Raster, backend, budget);
            RunIdentity identity = DetectionIdentity.Of(open.Raster, request.Fingerprint?.Value ?? model.Fingerprint(cancel), model.Device, arguments, options, backend.BatchSize, request.Precision, files);
            open.Run = new JournaledRun(
                options, open.Raster, backend, identity, RunJob.JournalOf(request, layer), request.Force, files, model: model.Name, output: request.Output, stack: request.Stack);
            RunJob.TellResumed(open.Run, warn);
            return open;
        }
        catch
        {
            open.Dispose();
            throw;
        }
    }

    private static int BatchSize(ModelArguments arguments) => arguments.BatchSize ?? RunJob.DefaultBatchSize;

    private static MemoryBudget Budget(DetectionRequest request, ModelArguments arguments, DetectionInput model, IRaster raster)
    {
        int batch = BatchSize(arguments);
        ModelInput samples = model.Samples;
        _ = BatchSamples.Count(batch, samples.Bands, samples.ChipSize);
        long replica = model.ReplicaBytes(batch) + (arguments.TestTimeAugmentation ? AugmentedBackend.CopyBytes(batch, samples.Bands, samples.ChipSize) : 0);
        return RunJob.Budget(request, raster, samples.Bands, samples.ChipSize, batch, replica);
    }

    private static DetectionRunOptions Options(DetectionRequest request, ModelArguments arguments, in MemoryBudget budget, IRaster raster, IFileSystem files)
    {
        DetectionRunOptions options = new() { ExcludePadDetections = arguments.ExcludePadDetections, RunNms = request.RunNms, MaxOverlapRatio = request.MaxOverlapRatio };
        return RunJob.Within(RunJob.Complete(options, request, arguments.Padding, raster, files), budget);
    }
}
