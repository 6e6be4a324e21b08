using System.Collections;
using System.Diagnostics;
using ArcLearn.Core.IO;
using ArcLearn.Core.Models;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Vectors;

namespace ArcLearn.Core.Inference;

/// <summary>A detection as a user asks for it: files, not open rasters.</summary>
internal sealed record DetectionRequest
{
    public required string Raster { get; init; }

    /// <summary>The layer to write; its extension names the format.</summary>
    public required string Output { get; init; }

    /// <summary>See <see cref="Inference.ModelArguments"/>.</summary>
    public IDictionary? ModelArguments { get; init; }

    public InferenceContext Context { get; init; } = new();

    public bool RunNms { get; init; }

    public double MaxOverlapRatio { get; init; }

    public bool Force { get; init; }
}

/// <summary>Opens what a detection names, runs it and writes the layer.</summary>
internal static class DetectionJob
{
    // Large enough that the network is busy with arithmetic, small enough that a replica's maps stay near the caches.
    private const int DefaultBatchSize = 8;

    // Beyond this a detector meets objects of another size than those it learnt.
    private const double CellSizeTolerance = 0.1;

    /// <exception cref="LearnArgumentException">An argument makes no sense with this model or raster.</exception>
    /// <exception cref="LearnDataException">The raster is not what the model was trained on (BandMismatch, SampleTypeMismatch, CellSizeMismatch).</exception>
    /// <exception cref="OutputExistsException">The layer exists.</exception>
    public static FeatureLayerItem Run(
        DetectionRequest request,
        SsdEngine model,
        Action<InferenceProgress>? progress,
        Action<string>? warn,
        CancellationToken cancel,
        IFileSystem? files = null)
    {
        Stopwatch watch = Stopwatch.StartNew();
        ModelArguments arguments = ModelArguments.Parse(request.ModelArguments, model.ChipSize);
        using IRaster raster = RasterFile.Open(request.Raster, files);
        Coordinates.Warn(raster, warn);
        request.Context.CheckAgainst(raster);
        CheckCellSize(raster, model);
        int cores = Environment.ProcessorCount;
        int workers = request.Context.Parallel.Workers(cores);
        DetectionRunOptions options = new()
        {
            Padding = arguments.Padding,
            ExcludePadDetections = arguments.ExcludePadDetections,
            RunNms = request.RunNms,
            MaxOverlapRatio = request.MaxOverlapRatio,
            Extent = request.Context.Extent,
            Workers = workers,
            Readers = Math.Max(1, workers / 2),
        };

        string layer = PostGisAddress.IsAddress(request.Output)
            ? PostGisAddress.Parse(request.Output, "OutputName").Table
            : Path.GetFileNameWithoutExtension(request.Output);
        using IFeatureWriter writer = FeatureWriters.Create(
            request.Output, layer, raster.SpatialReference, DetectionFields.All, files, request.Force,
            new FeatureWriterOptions { Style = new ClassStyle(DetectionFields.Class, model.Classes), Warn = warn });
        using SsdBackend backend = new(model, arguments.BatchSize ?? DefaultBatchSize, arguments.Threshold, arguments.NmsOverlap);
        DetectionRunResult result = DetectionEngine.Run(options, raster, backend, progress, cancel);
        IReadOnlyDictionary<string, int> byClass = DetectionWriter.Write(result.Detections, model.Classes, raster.Transform, writer, cancel);
        writer.Complete();
        return new FeatureLayerItem
        {
            Path = request.Output,
            LayerName = layer,
            Format = writer.Format,
            Features = result.Detections.Count,
            FeaturesByClass = byClass,
            SpatialReference = writer.SpatialReference,
            SourcePath = raster.Path,
            Model = model.Name,
            Tiles = result.Tiles,
            SkippedTiles = result.SkippedTiles,
            Duration = watch.Elapsed,
        };
    }

    private static void CheckCellSize(IRaster raster, SsdEngine model)
    {
        if (model.CellSize is not double trained || !raster.IsGeoreferenced)
        {
            return;
        }

        double found = double.Hypot(raster.Transform.PixelWidth, raster.Transform.ColumnRotation);
        if (Math.Abs(found - trained) > CellSizeTolerance * trained)
        {
            throw new LearnDataException(
                "CellSizeMismatch",
                FormattableString.Invariant($"{raster.Path} has pixels of {found:G6} map units; the model '{model.Name}' was trained on {trained:G6}. ")
                + FormattableString.Invariant($"Resample the raster first, as with 'gdalwarp -tr {trained:G6} {trained:G6} -r average in.tif out.tif'."),
                raster.Path);
        }
    }
}
