using System.Collections;
using ArcLearn.Core.Vectors;

namespace ArcLearn.Core.Inference;

/// <summary>A run as a user asks for it: files, not open rasters.</summary>
internal abstract record RunRequest
{
    public required string Raster { get; init; }

    /// <summary>The files whose bands make the raster, of which <see cref="Raster"/> is the first; empty where it is whole.</summary>
    public IReadOnlyList<string> Stack { get; init; } = [];

    /// <summary>What to write; its extension names the format.</summary>
    public required string Output { get; init; }

    /// <summary>The model's arguments under arcgis' names.</summary>
    public IDictionary? ModelArguments { get; init; }

    public InferenceContext Context { get; init; } = new();

    /// <summary>Layers of polygons that bound where results count; none for everywhere.</summary>
    public IReadOnlyList<LayerSource> MaskPolygons { get; init; } = [];

    public BadTilePolicy OnBadTile { get; init; }

    /// <summary>The bands that the model reads, from 0, in its order; null for the first ones.</summary>
    public IReadOnlyList<int>? Bands { get; init; }

    /// <summary>In what the raster may differ from those that the model was trained on.</summary>
    public IReadOnlyList<ModelMismatch> AllowMismatch { get; init; } = [];

    public bool Force { get; init; }

    /// <summary>The part that is done; null for the whole.</summary>
    public ShardNumber? Shard { get; init; }

    /// <summary>Bytes that the run may take beside libtorch and the weights; null for a share of what is free.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>What the network computes in.</summary>
    public LearnPrecision Precision { get; init; }

    /// <summary>The model's, where several runs share it; null for it to be computed.</summary>
    public Lazy<string>? Fingerprint { get; init; }

    /// <summary>Makes the output's folder: the user asked for it; a misspelt one is an error otherwise.</summary>
    public bool MakeFolder { get; init; }
}
