using System.Diagnostics;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>What counts as found in an image.</summary>
internal sealed record ImagePredictionOptions
{
    /// <summary>Score that a detection needs, 0 to 1.</summary>
    public double DetectThreshold { get; init; } = 0.5;

    /// <summary>Highest intersection over union of two detections of a class, within a chip and in the whole image.</summary>
    public double NmsOverlap { get; init; } = 0.1;

    /// <summary>Chips per step. An image has four and more, so that a batch does not run half empty on small ones.</summary>
    public int BatchSize { get; init; } = 4;
}

/// <summary>
/// Finds objects in images of any size, one after the other, with one prepared model: in chips that overlap by half, filled where they reach beyond
/// the image. Of the chips that see an object, the one whose middle it lies in answers for it. An image's result depends on the model and on that
/// image alone.
/// </summary>
internal sealed class ImagePredictor : IDisposable
{
    private readonly IDetectionBackend _backend;
    private readonly string _model;
    private readonly double _overlap;
    private readonly DetectionRunOptions _run;

    /// <param name="backend">The prepared model; it is disposed with this.</param>
    /// <param name="model">Its name.</param>
    /// <param name="overlap">See <see cref="ImagePredictionOptions.NmsOverlap"/>.</param>
    public ImagePredictor(IDetectionBackend backend, string model, double overlap)
    {
        int workers = ParallelFactor.Default.Workers(Environment.ProcessorCount);

        // A quarter of the chip on each side leaves a step of half a chip from one to the next.
        _run = new DetectionRunOptions { Padding = backend.ChipSize / 4, Workers = workers, Readers = Math.Max(1, workers / 2) };
        (_backend, _model, _overlap) = (backend, model, overlap);
    }

    /// <summary>Prepares a model as it is now; later training does not change what is found.</summary>
    public static ImagePredictor Create(IDetectionModel model, ImagePredictionOptions options) => new(

        // A batch of one takes other code paths in libtorch than all larger ones: two is the least that is one shape.
        model.CreateBackend(Math.Max(2, options.BatchSize), options.DetectThreshold, options.NmsOverlap, LearnPrecision.Float32), model.Name, options.NmsOverlap);

    public IReadOnlyList<ClassDefinition> Classes => _backend.Classes;

    /// <summary>Searches one image.</summary>
    /// <exception cref="LearnFormatException">The file is no image, or a damaged one.</exception>
    /// <exception cref="LearnDataException">Fewer bands or other samples than the model reads (BandMismatch, SampleTypeMismatch).</exception>
    public Prediction Predict(string path, IFileSystem? files = null, CancellationToken cancel = default)
    {
        Stopwatch watch = Stopwatch.StartNew();
        using IRaster raster = RasterFile.Open(path, files);
        DetectionRunResult found = DetectionEngine.Run(_run, raster, _backend, progress: null, cancel);
        return new Prediction
        {
            Path = path,
            Width = raster.Width,
            Height = raster.Height,
            Model = _model,
            Objects = [.. Suppression.WithinClasses(found.Detections, _overlap).Select(one => Clip(one, raster)).OfType<PredictedObject>()],
            Duration = watch.Elapsed,
        };
    }

    public void Dispose() => _backend.Dispose();

    /// <summary>The part of a detection that lies in the image; null where none does.</summary>
    private PredictedObject? Clip(in Detection found, IRaster raster)
    {
        double left = Math.Clamp(found.XMin, 0, raster.Width);
        double top = Math.Clamp(found.YMin, 0, raster.Height);
        double width = Math.Clamp(found.XMax, 0, raster.Width) - left;
        double height = Math.Clamp(found.YMax, 0, raster.Height) - top;
        ClassDefinition known = _backend.Classes[found.ClassIndex];
        return width > 0 && height > 0 ? new PredictedObject(known.Name, known.Value, found.Score, left, top, width, height) : null;
    }
}
