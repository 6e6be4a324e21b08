using System.Collections;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using ArcLearn.Core.IO;
using ArcLearn.Core.Models;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Composite;
using ArcLearn.Core.Rasters.Warp;
using ArcLearn.Core.Vectors;
using Envelope = NetTopologySuite.Geometries.Envelope;

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

    /// <summary>What the network computes in.</summary>
    public LearnPrecision Precision { get; init; }

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
        using IRaster raster = Open(request, model, warn, files);
        _ = DetectionPlan.Create(Options(request, arguments, raster, files ?? LocalFileSystem.Instance), raster, model.Options.ChipSize);
        FeatureWriters.Check(
            request.Output, LayerName(request.Output), DetectionFields.All, request.Force, request.MakeFolder, files);
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
        files ??= LocalFileSystem.Instance;
        ModelArguments arguments = ModelArguments.Parse(request.ModelArguments, model.ChipSize);
        using IRaster raster = Open(request, model.Definition, warn, files);
        model.TellPrecision(request.Precision, warn);
        DetectionRunOptions options = Options(request, arguments, raster, files);
        string layer = LayerName(request.Output);
        string journal = JournalFor(request.Output);
        if ((request.MakeFolder || PostGisAddress.IsAddress(request.Output)) && Path.GetDirectoryName(journal) is string folder)
        {
            files.CreateDirectory(folder);
        }

        // Begun and let go: a table or file that cannot be made is told before the first tile, not after the last.
        CreateLayer().Dispose();
        using IDetectionBackend backend = CreateBackend(model, arguments, request.Precision);
        Tell(inform, request, options, raster, backend);
        RunIdentity identity = DetectionIdentity.Of(raster, model.Fingerprint(cancel), arguments, options, backend.BatchSize, request.Precision, files);
        using JournaledRun run = new(options, raster, backend, identity, journal, request.Force, files);
        if (run.ResumedTiles > 0)
        {
            warn?.Invoke($"Going on with {journal}: {run.ResumedTiles} of {run.Tiles} tile(s) were done before.");
        }

        string format = "";
        SpatialReference? reference = null;
        IReadOnlyDictionary<string, int> byClass = new Dictionary<string, int>();
        JournaledResult result = run.Execute(
            detections =>
            {
                using IFeatureWriter writer = CreateLayer();
                byClass = DetectionWriter.Write(detections, model.Classes, raster.Transform, writer, cancel);
                writer.Complete();
                (format, reference) = (writer.Format, writer.SpatialReference);
            },
            progress,
            cancel);
        IReadOnlyList<BadTile> bad = [.. result.Failed.Select(failed => Describe(run.TileOf(failed), failed.Reason, raster.Transform))];
        if (bad.Count > 0)
        {
            warn?.Invoke($"{raster.Path}: {bad.Count} of {result.Tiles + bad.Count} tile(s) with data could not be read and are holes in the layer; BadTiles lists them. The first: {run.TileOf(result.Failed[0])}: {bad[0].Reason}");
        }

        return new FeatureLayerItem
        {
            Path = request.Output,
            LayerName = layer,
            Format = format,
            Features = byClass.Values.Sum(),
            FeaturesByClass = byClass,
            SpatialReference = reference,
            SourcePath = raster.Path,
            Model = model.Name,
            Tiles = result.Tiles,
            SkippedTiles = result.SkippedTiles,
            ResumedTiles = result.ResumedTiles,
            MaskedTiles = result.MaskedTiles,
            FailedTiles = bad.Count,
            BadTiles = bad,
            Duration = watch.Elapsed,
        };

        IFeatureWriter CreateLayer() => FeatureWriters.Create(
            request.Output, layer, raster.SpatialReference, DetectionFields.All, files, request.Force,
            new FeatureWriterOptions { Style = new ClassStyle(DetectionFields.Class, model.Classes), Warn = warn });
    }

    private static IDetectionBackend CreateBackend(SsdEngine model, ModelArguments arguments, LearnPrecision precision)
    {
        double threshold = arguments.TestTimeAugmentation ? arguments.Threshold * AugmentedBackend.ThresholdShare : arguments.Threshold;
        SsdBackend backend = new(model, arguments.BatchSize ?? DefaultBatchSize, threshold, arguments.NmsOverlap, precision);
        return arguments.TestTimeAugmentation ? new AugmentedBackend(backend, arguments.Threshold, arguments.NmsOverlap) : backend;
    }

    private static BadTile Describe(Tile tile, string reason, GeoTransform transform)
    {
        PixelWindow core = tile.Core;
        Envelope bounds = RasterBounds.InMap(transform, core);
        return new BadTile(tile.Index, core.Column, core.Row, core.Width, core.Height, new GeoExtent(bounds.MinX, bounds.MinY, bounds.MaxX, bounds.MaxY), reason);
    }

    /// <summary>Beside a file; for a table, in the user's application data, under a name made of its address.</summary>
    private static string JournalFor(string output) => DetectionJournal.PathFor(PostGisAddress.IsAddress(output)
        ? Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
            "ArcLearn", "Runs", Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(output)))[..16])
        : output);

    private static IRaster Open(DetectionRequest request, SsdDefinition model, Action<string>? warn, IFileSystem? files)
    {
        IRaster raster = request.Stack.Count > 0 ? RasterMosaic.Stack(request.Raster, request.Stack, files) : RasterFile.Open(request.Raster, files);
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
    private static IRaster Whole(IRaster raster) => raster is GridRaster view ? view.Whole : raster;

    private static string LayerName(string output) => PostGisAddress.IsAddress(output)
        ? PostGisAddress.Parse(output, "OutputName").Table
        : Path.GetFileNameWithoutExtension(output);

    private static DetectionRunOptions Options(DetectionRequest request, ModelArguments arguments, IRaster raster, IFileSystem files)
    {
        int workers = request.Context.Parallel.Workers(Environment.ProcessorCount);
        return new DetectionRunOptions
        {
            Padding = arguments.Padding,
            ExcludePadDetections = arguments.ExcludePadDetections,
            RunNms = request.RunNms,
            MaxOverlapRatio = request.MaxOverlapRatio,
            Extent = request.Context.ExtentIn(Whole(raster).SpatialReference, raster.SpatialReference),
            Mask = SearchMask.Read(request.MaskPolygons, raster, files),
            ListBadTiles = request.OnBadTile == BadTilePolicy.List,
            Bands = request.Bands,
            AllowOtherSampleType = request.AllowMismatch.Contains(ModelMismatch.SampleType),
            Workers = workers,
            Readers = Math.Max(1, workers / 2),
        };
    }

    private static void Tell(Action<string>? inform, DetectionRequest request, DetectionRunOptions options, IRaster raster, IDetectionBackend backend)
    {
        if (inform is null)
        {
            return;
        }

        TileSelection tiles = DetectionPlan.Create(options, raster, backend).Tiles;
        PipelineSize size = PipelineSize.Fit(
            backend.BatchSize, new TileReader(raster, backend.Bands).ChipLength(backend.ChipSize), options.Readers, options.Workers, options.QueueBytes);
        long waiting = (long)size.Buffers * size.BatchSize * size.ChipLength * sizeof(float);
        inform(RasterSummary.Describe(Whole(raster)));
        if (raster is GridRaster)
        {
            inform($"Searching it in {RunGrid.Describe(raster)}, resampled ({RunGrid.Resampling(raster)}).");
        }

        inform(FormattableString.Invariant(
            $"Searching {tiles.Count} of {tiles.Grid.Count} tiles of {backend.ChipSize} pixels, {options.Padding} of them padding on each side, in batches of {backend.BatchSize}: {size.Workers} model(s), {size.Readers} reader(s), about {((size.Workers * backend.BytesPerReplica) + waiting) / 1e6:F0} MB."));
        if (raster.Bands > backend.Bands)
        {
            IEnumerable<int> bands = (options.Bands ?? [.. Enumerable.Range(0, backend.Bands)]).Select(band => band + 1);
            inform($"Of {raster.Bands} bands the model reads {string.Join(", ", bands)}.");
        }

        inform($"Writing {request.Output}.");
    }
}
