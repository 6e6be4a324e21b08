using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>What finishing a classification needs.</summary>
internal sealed record PixelRecord : RunRecord
{
    [JsonConstructor]
    public PixelRecord()
    {
    }

    [SetsRequiredMembers]
    private PixelRecord(
        PixelPlan plan, PixelRunOptions options, IRaster raster, IReadOnlyList<ClassDefinition> classes, string model, string output, IReadOnlyList<string>? stack)
        : base(plan.Grid, plan.Tiles.Count, plan.MaskedTiles, options, raster, classes, model, output, stack)
    {
        (HasProbabilities, PredictBackground, IsGeoreferenced) = (options.HasProbabilities, options.PredictBackground, raster.IsGeoreferenced);
        Window = [plan.Window.Column, plan.Window.Row, plan.Window.Width, plan.Window.Height];
    }

    public required bool HasProbabilities { get; init; }

    public required bool PredictBackground { get; init; }

    public required bool IsGeoreferenced { get; init; }

    /// <summary>Column, row, width and height of what is written, in pixels of the run.</summary>
    public required int[] Window { get; init; }

    public static PixelRecord Of(
        PixelPlan plan, PixelRunOptions options, IRaster raster, IReadOnlyList<ClassDefinition> classes, string model, string output, IReadOnlyList<string>? stack = null) =>
        new(plan, options, raster, classes, model, output, stack);

    public PixelWindow ToWindow() => new(Window[0], Window[1], Window[2], Window[3]);

    public ClassCodes ToCodes() => new(Classes, PredictBackground);
}
