using ArcLearn.Core.Data;
using ArcLearn.Core.Formats;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Models;

/// <summary>What makes a detector but for its weights.</summary>
/// <inheritdoc cref="NetworkDefinition"/>
internal sealed record SsdDefinition(
    string Name, SsdOptions Options, IReadOnlyList<ClassDefinition> Classes, Normalization Normalization, double? CellSize, PixelGround? Ground = null)
    : NetworkDefinition(Name, Classes, Normalization, CellSize, Ground)
{
    public override string Backbone => Options.Backbone;

    public override int ChipSize => Options.ChipSize;

    public override string Kind => nameof(SingleShotDetector);

    /// <summary>What rasters are run through it with.</summary>
    public DetectionInput Detections => new(Input, Classes, batchSize => SsdBackend.ReplicaBytes(Options, batchSize));

    public override ModelDefinitionFile ToFile() => SsdDefinitionFile.Write(this);

    protected override string Details() => $"grids {string.Join(", ", Options.Grids)}; ";

    protected override IEnumerable<(string What, string Value)> Parts() =>
    [
        .. base.Parts(),
        ("grids", Text(Options.Grids)),
        ("zooms", Text(Options.Zooms)),
        ("ratios", Text(Options.Ratios)),
    ];
}
