using System.Globalization;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Warp;
using ArcLearn.Core.Runtime;

namespace ArcLearn.Core.Inference;

/// <summary>The identity of a detection run.</summary>
internal static class DetectionIdentity
{
    /// <param name="model">A hash of the model's definition and weights.</param>
    /// <param name="arguments">The model's arguments.</param>
    /// <param name="device">What the model runs on.</param>
    /// <param name="batchSize">Chips per call: another shape changes the last bits of a network's answers.</param>
    public static RunIdentity Of(
        IRaster raster, string model, string device, ModelArguments arguments, DetectionRunOptions options, int batchSize, LearnPrecision precision, IFileSystem files) => new(
    [
        new("raster", RasterIdentity.Of(raster is GridRaster view ? view.Whole : raster, files, readsOverviews: raster is GridRaster)),
        new("grid", RunGrid.Describe(raster)),
        new("resampling", RunGrid.Resampling(raster)),
        new("model", model),
        new("padding", Text(arguments.Padding)),
        new("threshold", Text(arguments.Threshold)),
        new("nms_overlap", Text(arguments.NmsOverlap)),
        new("exclude_pad_detections", Text(arguments.ExcludePadDetections)),
        new("test_time_augmentation", Text(arguments.TestTimeAugmentation)),
        new("Band", options.Bands is null ? "the first" : string.Join(", ", options.Bands.Select(band => Text(band + 1)))),
        new("batch_size", Text(batchSize)),
        new("Precision", Text(precision)),
        new("extent", options.Extent?.ToString() ?? "all"),
        new("InputMaskPolygons", options.Mask?.Identity ?? "none"),
        new("RunNms", Text(options.RunNms)),
        new("MaxOverlapRatio", Text(options.RunNms ? options.MaxOverlapRatio : 0)),
        new(RunIdentity.Runtime[0], Version(typeof(DetectionIdentity))),
        new(RunIdentity.Runtime[1], Version(typeof(TorchSharp.torch))),
        new(RunIdentity.Runtime[2], string.Join(' ', CpuFeatures.List())),
        new(RunIdentity.Runtime[3], device),
    ]);

    private static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture)!;

    private static string Version(Type type) => type.Assembly.GetName().Version?.ToString() ?? "";
}
