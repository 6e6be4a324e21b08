using ArcLearn.Core.Data;
using ArcLearn.Core.Formats;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Models;

/// <summary>What makes a U-Net but for its weights.</summary>
/// <inheritdoc cref="NetworkDefinition"/>
internal sealed record UnetDefinition(
    string Name, UnetOptions Options, IReadOnlyList<ClassDefinition> Classes, Normalization Normalization, double? CellSize, PixelGround? Ground = null)
    : NetworkDefinition(Name, Classes, Normalization, CellSize, Ground)
{
    public override string Backbone => Options.Backbone;

    public override int ChipSize => Options.ChipSize;

    public override string Kind => nameof(UnetClassifier);

    public override ModelDefinitionFile ToFile() => UnetDefinitionFile.Write(this);

    protected override string Details() => (Options.Loss.IsBackgroundIgnored ? "pixels without a label ignored; " : "")
        + (Options.Loss.IgnoredClasses.Count > 0 ? $"never learnt {string.Join(", ", Options.Loss.IgnoredClasses.Select(label => Classes[label - 1].Name))}; " : "");
}
