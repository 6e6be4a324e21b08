using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Composite;
using ArcLearn.Core.Vectors;

namespace ArcLearn.Core.Inference;

/// <summary>Compares an output with the provenance that it carries.</summary>
internal static class OutputVerification
{
    /// <param name="layer">The layer.</param>
    /// <param name="raster">The raster that it should be of; null where there is none to compare with.</param>
    /// <param name="stack">The files whose bands make the raster, of which it is the first; empty where it is whole.</param>
    /// <param name="model">The model's fingerprint; null where there is none to compare with.</param>
    /// <exception cref="LearnFormatException">The layer cannot be read.</exception>
    /// <exception cref="LearnDataException">LayerMissing, TableMissing and what else opening a layer or raster throws.</exception>
    public static OutputReport Run(
        LayerSource layer, string? raster, IReadOnlyList<string> stack, Func<string>? model, CancellationToken cancel, IFileSystem? files = null)
    {
        files ??= LocalFileSystem.Instance;
        using IVectorLayer open = VectorLayers.Open(layer.Path, layer.Layer, files);
        (string? text, IReadOnlyList<string> changed, bool isBeside) = LayerDescription.Read(open, files);
        return Report(layer.Path, text, "feature(s)", provenance => isBeside ? Files(changed) : Content(open, provenance, cancel), raster, stack, model, files);
    }

    /// <summary>The same for a classified raster, or one of probabilities.</summary>
    /// <param name="path">The raster.</param>
    /// <inheritdoc cref="Run"/>
    public static OutputReport RunRaster(
        string path, string? raster, IReadOnlyList<string> stack, Func<string>? model, CancellationToken cancel, IFileSystem? files = null)
    {
        files ??= LocalFileSystem.Instance;
        using IRaster open = RasterFile.Open(path, files);
        return Report(path, open.Metadata.GetValueOrDefault(PixelOutput.ProvenanceItem), "pixel(s)", provenance => Content(open, provenance, cancel), raster, stack, model, files);
    }

    private static OutputReport Report(
        string path, string? text, string unit, Func<OutputProvenance, OutputCheck> content, string? raster, IReadOnlyList<string> stack, Func<string>? model, IFileSystem files)
    {
        if (text is null || OutputProvenance.Parse(text) is not OutputProvenance provenance)
        {
            return new OutputReport
            {
                Path = path,
                IsVerified = false,
                Checks = [new OutputCheck("Provenance", OutputCheckResult.Failed, "It carries no provenance: it was not written here, or another program has rewritten it.")],
            };
        }

        OutputCheck[] checks =
        [
            new OutputCheck("Provenance", OutputCheckResult.Passed, $"{provenance.Features} {unit} of {provenance.Source} by {provenance.Model}."),
            content(provenance),
            Raster(provenance, raster, stack, files),
            Model(provenance, model),
        ];
        return new OutputReport
        {
            Path = path,
            IsVerified = checks.All(check => check.Result != OutputCheckResult.Failed),
            Checks = checks,
            Source = provenance.Source,
            Model = provenance.Model,
            Tiles = provenance.Tiles,
            SkippedTiles = provenance.SkippedTiles,
            Run = provenance.Run,
        };
    }

    private static OutputCheck Content(IRaster raster, OutputProvenance provenance, CancellationToken cancel) =>
        provenance.SpatialReference != raster.SpatialReference?.ToString()
            ? new OutputCheck("Content", OutputCheckResult.Failed, $"Its coordinates are said to be in {raster.SpatialReference?.ToString() ?? "no system"}, and were written in {provenance.SpatialReference ?? "none"}.")
            : PixelOutput.GridOf(raster) is string grid && grid != provenance.Grid ? new OutputCheck("Content", OutputCheckResult.Failed, $"It has {grid}; {provenance.Grid} were written.")
            : RasterDigest.Of(raster, cancel) != provenance.Content ? new OutputCheck("Content", OutputCheckResult.Failed, "As many pixels as were written, but not the same values.")
            : new OutputCheck("Content", OutputCheckResult.Passed, $"All {provenance.Features} pixel(s) have the values that were written.");

    private static OutputCheck Files(IReadOnlyList<string> changed) => changed.Count == 0
        ? new OutputCheck("Content", OutputCheckResult.Passed, "The files are byte for byte as they were written.")
        : new OutputCheck("Content", OutputCheckResult.Failed, $"Changed or missing: {string.Join(", ", changed)}.");

    private static OutputCheck Content(IVectorLayer layer, OutputProvenance provenance, CancellationToken cancel)
    {
        FeatureDigest digest = new();
        foreach (VectorFeature feature in layer.Read())
        {
            cancel.ThrowIfCancellationRequested();
            digest.Add(feature.Geometry, feature.Values);
        }

        return provenance.SpatialReference is string reference && layer.SpatialReference?.ToString() != reference
            ? new OutputCheck("Content", OutputCheckResult.Failed, $"Its coordinates are said to be in {layer.SpatialReference?.ToString() ?? "no system"}, and were written in {reference}.")
            : digest.Count != provenance.Features ? new OutputCheck("Content", OutputCheckResult.Failed, $"{digest.Count} feature(s), {provenance.Features} were written.")
            : digest.ToString() != provenance.Content ? new OutputCheck("Content", OutputCheckResult.Failed, "As many features as were written, but not the same.")
            : new OutputCheck("Content", OutputCheckResult.Passed, $"All {digest.Count} feature(s) are as they were written.");
    }

    private static OutputCheck Raster(OutputProvenance provenance, string? path, IReadOnlyList<string> stack, IFileSystem files)
    {
        if (path is null)
        {
            return new OutputCheck("Raster", OutputCheckResult.NotChecked, $"Give {provenance.Source} as -InputRaster to compare it.");
        }

        using IRaster raster = RasterMosaic.OpenOrStack(path, stack, files);
        return Compare("Raster", provenance.Run.GetValueOrDefault("raster"), RasterIdentity.Of(raster, files, readsOverviews: provenance.Run.GetValueOrDefault("resampling") != RunGrid.NotResampled), $"{path} is the raster that was searched.", $"{path} is another raster, or has been written since.");
    }

    private static OutputCheck Model(OutputProvenance provenance, Func<string>? model) => model is null
        ? new OutputCheck("Model", OutputCheckResult.NotChecked, $"Give {provenance.Model} as -Model to compare it.")
        : Compare("Model", provenance.Run.GetValueOrDefault("model"), model(), "The model is the one that searched.", "The model is another one, or has been trained since.");

    private static OutputCheck Compare(string name, string? then, string now, string same, string other) =>
        then == now ? new OutputCheck(name, OutputCheckResult.Passed, same) : new OutputCheck(name, OutputCheckResult.Failed, other);
}
