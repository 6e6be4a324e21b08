using System.Globalization;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Warp;
using ArcLearn.Core.Runtime;

namespace ArcLearn.Core.Inference;

/// <summary>The parts of an identity that all runs have.</summary>
/// <param name="Model">A hash of the model's definition and weights.</param>
/// <param name="Device">What the model runs on.</param>
/// <param name="BatchSize">Chips per call: another shape changes the last bits of a network's answers.</param>
internal sealed record RunParts(
    IRaster Raster, string Model, string Device, int Padding, bool IsAugmented, RunOptions Options, int BatchSize, LearnPrecision Precision, IFileSystem Files)
{
    /// <summary>A value as an identity holds it.</summary>
    public static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture)!;

    /// <param name="arguments">Of the kind's model.</param>
    /// <param name="finish">How the kind brings its tiles together.</param>
    public RunIdentity Build(IEnumerable<KeyValuePair<string, string>> arguments, IEnumerable<KeyValuePair<string, string>> finish) => new(
    [
        new("raster", RasterIdentity.Of(Raster is GridRaster view ? view.Whole : Raster, Files, readsOverviews: Raster is GridRaster)),
        new("grid", RunGrid.Describe(Raster)),
        new("resampling", RunGrid.Resampling(Raster)),
        new("model", Model),
        new("padding", Text(Padding)),
        .. arguments,
        new("test_time_augmentation", Text(IsAugmented)),
        new("Band", Options.Bands is null ? "the first" : string.Join(", ", Options.Bands.Select(band => Text(band + 1)))),
        new("batch_size", Text(BatchSize)),
        new("Precision", Text(Precision)),
        new("extent", Options.Extent?.ToString() ?? "all"),
        new("InputMaskPolygons", Options.Mask?.Identity ?? "none"),
        .. finish,
        .. Runtime(Device),
    ]);

    /// <summary>What the last bits of a network's answers depend on beside its weights and input.</summary>
    /// <param name="device">What the model runs on.</param>
    public static IEnumerable<KeyValuePair<string, string>> Runtime(string device) =>
    [
        new(RunIdentity.Runtime[0], Version(typeof(RunParts))),
        new(RunIdentity.Runtime[1], Version(typeof(TorchSharp.torch))),
        new(RunIdentity.Runtime[2], string.Join(' ', CpuFeatures.List())),
        new(RunIdentity.Runtime[3], device),
    ];

    private static string Version(Type type) => type.Assembly.GetName().Version?.ToString() ?? "";
}
