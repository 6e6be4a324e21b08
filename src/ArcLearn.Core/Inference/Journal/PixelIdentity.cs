using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>The identity of a classification.</summary>
internal static class PixelIdentity
{
    /// <inheritdoc cref="RunParts"/>
    /// <param name="arguments">The model's arguments.</param>
    public static RunIdentity Of(
        IRaster raster, string model, string device, PixelArguments arguments, PixelRunOptions options, LearnPrecision precision, IFileSystem files) =>
        new RunParts(raster, model, device, arguments.Padding, arguments.TestTimeAugmentation, options, arguments.BatchSize, precision, files).Build(
            [
                new("tile_size", RunParts.Text(arguments.TileSize)),
                new("predict_background", RunParts.Text(arguments.PredictBackground)),
            ],
            [
                new("MergePolicy", RunParts.Text(options.Merge)),
                new("Probabilities", RunParts.Text(options.HasProbabilities)),
            ]);
}
