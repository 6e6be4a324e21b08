namespace ArcLearn.Core.Inference;

/// <summary>The identity of a detection run.</summary>
internal static class DetectionIdentity
{
    /// <inheritdoc cref="RunParts"/>
    /// <param name="arguments">The model's arguments.</param>
    public static RunIdentity Of(
        Rasters.IRaster raster, string model, string device, ModelArguments arguments, DetectionRunOptions options, int batchSize, LearnPrecision precision, IO.IFileSystem files) =>
        new RunParts(raster, model, device, arguments.Padding, arguments.TestTimeAugmentation, options, batchSize, precision, files).Build(
            [
                new("threshold", RunParts.Text(arguments.Threshold)),
                new("nms_overlap", RunParts.Text(arguments.NmsOverlap)),
                new("exclude_pad_detections", RunParts.Text(arguments.ExcludePadDetections)),
            ],
            [
                new("RunNms", RunParts.Text(options.RunNms)),
                new("MaxOverlapRatio", RunParts.Text(options.RunNms ? options.MaxOverlapRatio : 0)),
            ]);
}
