using System.Diagnostics;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>Opens what a classification names, runs it and writes the raster.</summary>
internal static class PixelJob
{
    /// <summary>Everything that <see cref="Run"/> refuses before it reads a pixel; needs the model's definition only, and writes nothing.</summary>
    /// <exception cref="LearnArgumentException">An argument makes no sense with this model or raster.</exception>
    /// <exception cref="LearnDataException">
    /// The raster is not what the model was trained on (BandMismatch, SampleTypeMismatch, CellSizeMismatch), ExtentOutside, MaskOutside, MaskInvalid, or ClassValueRange.
    /// </exception>
    /// <exception cref="OutputExistsException">The raster exists.</exception>
    public static void Check(PixelRequest request, PixelInput model, Action<string>? warn, IFileSystem? files = null)
    {
        files ??= LocalFileSystem.Instance;
        PixelArguments arguments = PixelArguments.Parse(request.ModelArguments, model);
        _ = new ClassCodes(model.Classes, arguments.PredictBackground);
        using IRaster raster = RunJob.Open(request, model.Samples, warn, files, RasterFile.NewCache());
        _ = PixelPlan.Create(Options(request, arguments, raster, files), raster, arguments.TileSize);
        PixelOutput output = new(request.Output, request.Force, files, request.HasProbabilities);
        output.Check(request.MakeFolder);
        output.RequireOther(raster.Files.Concat(request.Stack));
    }

    /// <inheritdoc cref="Check"/>
    /// <param name="inform">Takes a sentence about each thing that was opened or decided.</param>
    public static ImageryLayerItem Run(
        PixelRequest request,
        IPixelModel model,
        Action<InferenceProgress>? progress,
        Action<string>? warn,
        CancellationToken cancel,
        IFileSystem? files = null,
        Action<string>? inform = null)
    {
        Stopwatch watch = Stopwatch.StartNew();
        using OpenRun<PixelOutput, PixelRun> open = Begin(request, model, warn, files ?? LocalFileSystem.Instance, inform, cancel);
        JournaledResult result = open.Run.Search(progress, cancel, warn);
        open.EndSearch();
        return open.Run.Finish(open.Output, result, cancel) with { Duration = watch.Elapsed };
    }

    /// <summary>Does one part of a run (<see cref="RunRequest.Shard"/>) and leaves its file for <see cref="ShardMerge"/>.</summary>
    /// <inheritdoc cref="Run"/>
    public static LearnShard RunShard(
        PixelRequest request,
        IPixelModel model,
        Action<InferenceProgress>? progress,
        Action<string>? warn,
        CancellationToken cancel,
        IFileSystem? files = null,
        Action<string>? inform = null)
    {
        Stopwatch watch = Stopwatch.StartNew();
        using OpenRun<PixelOutput, PixelRun> open = Begin(request, model, warn, files ?? LocalFileSystem.Instance, inform, cancel);
        return RunJob.DoShard(request, open.Run, model.Name, watch, progress, warn, cancel);
    }

    /// <summary>Reckons what <see cref="Run"/> would take, by a short trial; writes nothing.</summary>
    /// <inheritdoc cref="Run"/>
    public static InferencePlan Plan(PixelRequest request, IPixelModel model, Action<string>? warn, CancellationToken cancel, IFileSystem? files = null)
    {
        files ??= LocalFileSystem.Instance;
        PixelArguments arguments = PixelArguments.Parse(request.ModelArguments, model.Pixels);
        BlockCache cache = RasterFile.NewCache();
        using IRaster raster = RunJob.Open(request, model.Input, warn, files, cache);
        PixelRunOptions options = Options(request, arguments, raster, files) with { ListBadTiles = true };
        MemoryBudget budget = Budget(request, arguments, model.Pixels, raster, options);
        cache.Limit(budget.CacheBytes);
        options = RunJob.Within(options, budget);
        using IPixelBackend backend = CreateBackend(model, arguments, request.Precision);
        PixelPlan plan = PixelPlan.Create(options, raster, backend);
        return InferencePlanner.Run(plan.Tiles, options, raster, backend, budget, model.Name, sample => PixelRun.Try(plan, sample, options, raster, backend, cancel), files);
    }

    /// <summary>Reckons what can be told without the model's weights: tiles, bytes to read, memory. Writes nothing.</summary>
    /// <inheritdoc cref="Check"/>
    public static InferencePlan Outline(PixelRequest request, PixelInput model, Action<string>? warn, IFileSystem? files = null)
    {
        files ??= LocalFileSystem.Instance;
        PixelArguments arguments = PixelArguments.Parse(request.ModelArguments, model);
        using IRaster raster = RunJob.Open(request, model.Samples, warn, files, RasterFile.NewCache());
        PixelRunOptions options = Options(request, arguments, raster, files);
        MemoryBudget budget = Budget(request, arguments, model, raster, options);
        return InferencePlanner.Outline(PixelPlan.Create(options, raster, arguments.TileSize).Tiles, raster, arguments.BatchSize, budget, model.Samples.Name, files);
    }

    private static OpenRun<PixelOutput, PixelRun> Begin(
        PixelRequest request, IPixelModel model, Action<string>? warn, IFileSystem files, Action<string>? inform, CancellationToken cancel)
    {
        PixelArguments arguments = PixelArguments.Parse(request.ModelArguments, model.Pixels);
        _ = new ClassCodes(model.Pixels.Classes, arguments.PredictBackground);
        BlockCache cache = RasterFile.NewCache();
        IRaster raster = RunJob.Open(request, model.Input, warn, files, cache);
        PixelOutput output = new(request.Output, request.Force, files, request.HasProbabilities, warn) { Workers = request.Context.Parallel.Workers(Environment.ProcessorCount) };
        OpenRun<PixelOutput, PixelRun> open = new(output, raster, cache);
        try
        {
            PixelRunOptions options = Options(request, arguments, raster, files);
            MemoryBudget budget = Budget(request, arguments, model.Pixels, raster, options);
            cache.Limit(budget.CacheBytes);
            options = RunJob.Within(options, budget);
            model.TellPrecision(request.Precision, warn);
            output.MakeFolder(request.MakeFolder);
            output.Try(raster.SpatialReference, model.Pixels.Classes);
            IPixelBackend backend = CreateBackend(model, arguments, request.Precision);
            open.Backend = backend;
            RunJob.Tell(inform, request, options, () => PixelPlan.Create(options, raster, backend).Tiles, raster, backend, budget);
            RunIdentity identity = PixelIdentity.Of(raster, request.Fingerprint?.Value ?? model.Fingerprint(cancel), model.Device, arguments, options, request.Precision, files);
            open.Run = new PixelRun(
                options, raster, backend, identity, RunJob.JournalOf(request, output), request.Force, files, model: model.Name, output: request.Output, stack: request.Stack);
            RunJob.TellResumed(open.Run, warn);
            return open;
        }
        catch
        {
            open.Dispose();
            throw;
        }
    }

    private static IPixelBackend CreateBackend(IPixelModel model, PixelArguments arguments, LearnPrecision precision)
    {
        IPixelBackend backend = model.CreateBackend(arguments.TileSize, arguments.BatchSize, precision);
        return arguments.TestTimeAugmentation ? new AugmentedPixelBackend(backend) : backend;
    }

    private static MemoryBudget Budget(PixelRequest request, PixelArguments arguments, PixelInput model, IRaster raster, PixelRunOptions options)
    {
        PixelPlan plan = PixelPlan.Create(options, raster, arguments.TileSize);
        int workers = request.Context.Parallel.Workers(Environment.ProcessorCount);
        int channels = model.Classes.Count + 1;
        long scores = (long)arguments.BatchSize * channels * arguments.TileSize * arguments.TileSize * sizeof(float);
        long replica = model.ReplicaBytes(arguments.TileSize, arguments.BatchSize) + scores
            + (arguments.TestTimeAugmentation ? AugmentedPixelBackend.CopyBytes(arguments.BatchSize, model.Samples.Bands, channels, arguments.TileSize) : 0);
        return RunJob.Budget(
            request, raster, model.Samples.Bands, arguments.TileSize, arguments.BatchSize, replica, PixelMemory.Of(plan, options, new ClassCodes(model.Classes, arguments.PredictBackground), arguments.BatchSize, workers));
    }

    private static PixelRunOptions Options(PixelRequest request, PixelArguments arguments, IRaster raster, IFileSystem files)
    {
        PixelRunOptions options = new() { Merge = request.Merge, HasProbabilities = request.HasProbabilities, PredictBackground = arguments.PredictBackground };
        return RunJob.Complete(options, request, arguments.Padding, raster, files);
    }
}
