using ArcLearn.Core.Data;
using ArcLearn.Core.Formats;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Models;

/// <summary>What makes an image classifier but for its weights.</summary>
/// <inheritdoc cref="NetworkDefinition"/>
internal sealed record ClassifierDefinition(
    string Name, ClassifierOptions Options, IReadOnlyList<ClassDefinition> Classes, Normalization Normalization, double? CellSize, PixelGround? Ground = null)
    : NetworkDefinition(Name, Classes, Normalization, CellSize, Ground)
{
    public override string Backbone => Options.Backbone;

    public override int ChipSize => Options.ChipSize;

    public override string Kind => nameof(FeatureClassifier);

    public override ModelDefinitionFile ToFile() => ClassifierDefinitionFile.Write(this);

    protected override string Details() => Options.Loss.IsMultiLabel ? "any number of classes in an image; " : "";

    protected override IEnumerable<(string What, string Value)> Parts() => base.Parts().Append(("classes of an image", Options.Loss.IsMultiLabel ? "several" : "one"));
}
