using ArcLearn.Core.Vectors;

namespace ArcLearn.Core.Inference;

/// <summary>A classification of features as a user asks for it: files, not open layers.</summary>
internal sealed record FeatureRequest
{
    public required LayerSource Layer { get; init; }

    /// <summary>The field that takes the class's name.</summary>
    public required string LabelField { get; init; }

    /// <summary>The field that takes its probability, 0 to 1; null for none.</summary>
    public string? ConfidenceField { get; init; }

    /// <summary>The raster that chips are cut from; null where they are tiles in a folder.</summary>
    public string? Raster { get; init; }

    /// <summary>The files whose bands make the raster, of which <see cref="Raster"/> is the first; empty where it is whole.</summary>
    public IReadOnlyList<string> Stack { get; init; } = [];

    /// <summary>A folder of Labeled_Tiles, whose labels say which feature a tile shows.</summary>
    public string? TilesFolder { get; init; }

    /// <summary>The field whose values those labels are.</summary>
    public string? InputLabelField { get; init; }

    /// <summary>Side of the chips that are cut, in pixels of the raster; null for the model's chip size.</summary>
    public int? TileSize { get; init; }

    public CropMode CropMode { get; init; }

    /// <summary>Whether what lies around the feature is made 0.</summary>
    public bool BlackenAroundFeature { get; init; }

    /// <summary>What points and lines are widened by, in map units of the raster.</summary>
    public double? BufferRadius { get; init; }

    public int BatchSize { get; init; } = 16;

    /// <summary>Whether each chip is seen in its eight turns and mirrorings.</summary>
    public bool TestTimeAugmentation { get; init; }

    public LearnPrecision Precision { get; init; }

    public IReadOnlyList<ModelMismatch> AllowMismatch { get; init; } = [];

    /// <summary>Whether the journal of another run is thrown away.</summary>
    public bool Force { get; init; }
}
