using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>What finishing a search needs.</summary>
internal sealed record DetectionRecord : RunRecord
{
    [JsonConstructor]
    public DetectionRecord()
    {
    }

    [SetsRequiredMembers]
    private DetectionRecord(
        DetectionPlan plan, DetectionRunOptions options, IRaster raster, IReadOnlyList<ClassDefinition> classes, string model, string output, IReadOnlyList<string>? stack)
        : base(plan.Grid, plan.Tiles.Count, plan.MaskedTiles, options, raster, classes, model, output, stack) =>
        (ExcludePadDetections, RunNms, MaxOverlapRatio) = (options.ExcludePadDetections, options.RunNms, options.MaxOverlapRatio);

    public required bool ExcludePadDetections { get; init; }

    public required bool RunNms { get; init; }

    public required double MaxOverlapRatio { get; init; }

    public static DetectionRecord Of(
        DetectionPlan plan, DetectionRunOptions options, IRaster raster, IReadOnlyList<ClassDefinition> classes, string model, string output, IReadOnlyList<string>? stack = null) =>
        new(plan, options, raster, classes, model, output, stack);

    public TileOwnership ToOwnership() => new(ToGrid(), ExcludePadDetections);

    /// <summary>As far as they matter to what was found.</summary>
    public DetectionRunOptions ToOptions() => new()
    {
        Padding = Padding,
        ExcludePadDetections = ExcludePadDetections,
        RunNms = RunNms,
        MaxOverlapRatio = MaxOverlapRatio,
        Extent = ToExtent(),
        Mask = ToMask(),
    };
}
