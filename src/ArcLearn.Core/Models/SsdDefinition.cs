using ArcLearn.Core.Data;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Models;

/// <summary>What makes a detector but for its weights: what a saved model's definition says.</summary>
/// <param name="CellSize">Ground size of a pixel that it was trained on, in map units; null where none is known.</param>
/// <param name="Ground">The same on the ground; null where none is known.</param>
internal sealed record SsdDefinition(
    string Name, SsdOptions Options, IReadOnlyList<ClassDefinition> Classes, Normalization Normalization, double? CellSize, PixelGround? Ground = null)
{
    public ModelInput Input => new(Name, Options.ChipSize, Options.Bands, Normalization.SampleType, CellSize, Ground);

    /// <summary>The model in one line, for those who ask what was opened.</summary>
    public string Summary()
    {
        string cell = Ground?.Metres is { } metres ? $", pixels of {PixelGround.Describe(metres)}"
            : CellSize is double size ? FormattableString.Invariant($", pixels of {size:G6} map units") : "";
        return $"Model '{Name}': SingleShotDetector on {Options.Backbone}, chips of {Options.ChipSize} pixels, {Options.Bands} band(s) of {Normalization.SampleType}{cell}; "
            + $"grids {string.Join(", ", Options.Grids)}; classes {string.Join(", ", Classes.Select(c => c.Name))}.";
    }
}
