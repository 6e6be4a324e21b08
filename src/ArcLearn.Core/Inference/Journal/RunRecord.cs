using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>
/// What finishing a run needs of its raster, model and arguments. A journal holds it, so that the shards of a run are merged where neither the
/// raster nor the model is.
/// </summary>
internal abstract record RunRecord
{
    [JsonConstructor]
    protected RunRecord()
    {
    }

    /// <param name="masked">Tiles of the whole run that touch no polygon of the mask.</param>
    /// <param name="tiles">Tiles of the run, or of the shard.</param>
    [SetsRequiredMembers]
    protected RunRecord(
        TileGrid grid, int tiles, int masked, RunOptions options, IRaster raster, IReadOnlyList<ClassDefinition> classes, string model, string output, IReadOnlyList<string>? stack)
    {
        GeoTransform at = raster.Transform;
        Source = raster.Path;
        SourceFiles = [.. stack is { Count: > 0 } ? stack : [raster.Path]];
        Model = model;
        Output = output;
        Width = raster.Width;
        Height = raster.Height;
        Transform = [at.OriginX, at.OriginY, at.PixelWidth, at.PixelHeight, at.RowRotation, at.ColumnRotation];
        SpatialReference = raster.SpatialReference;
        ChipSize = grid.ChipSize;
        Padding = grid.Padding;
        Extent = options.Extent is GeoExtent extent ? [extent.XMin, extent.YMin, extent.XMax, extent.YMax] : null;
        Mask = options.Mask?.ToBinary();
        MaskedTiles = masked;
        Classes = [.. classes];
        Tiles = tiles;
        Shard = options.Shard?.ToString();
    }

    /// <summary>The raster's name, for messages and results.</summary>
    public required string Source { get; init; }

    /// <summary>The files whose bands make the raster, where it is a stack; else itself.</summary>
    public required string[] SourceFiles { get; init; }

    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>The output that the run was asked for.</summary>
    public required string Output { get; init; }

    /// <summary>Columns of the raster.</summary>
    public required int Width { get; init; }

    /// <summary>Rows of the raster.</summary>
    public required int Height { get; init; }

    /// <summary>Origin x and y, pixel width and height, row and column rotation.</summary>
    public required double[] Transform { get; init; }

    public required SpatialReference? SpatialReference { get; init; }

    public required int ChipSize { get; init; }

    public required int Padding { get; init; }

    /// <summary>xmin, ymin, xmax, ymax; null for everywhere.</summary>
    public required double[]? Extent { get; init; }

    /// <summary>The mask's polygons as well-known binary; null for none.</summary>
    public required byte[]? Mask { get; init; }

    /// <summary>Tiles of the whole run that touch no polygon of the mask.</summary>
    public required int MaskedTiles { get; init; }

    public required ClassDefinition[] Classes { get; init; }

    /// <summary>Tiles of the run, or of the shard.</summary>
    public required int Tiles { get; init; }

    /// <summary>"2/5"; null for a run that is not split.</summary>
    public required string? Shard { get; init; }

    /// <exception cref="FormatException">The text is none that <see cref="ToJson"/> writes.</exception>
    public static TRecord Parse<TRecord>(string json)
        where TRecord : RunRecord
    {
        try
        {
            return JsonSerializer.Deserialize<TRecord>(json) ?? throw new FormatException("An empty record of a run.");
        }
        catch (JsonException e)
        {
            throw new FormatException(e.Message, e);
        }
    }

    public string ToJson() => JsonSerializer.Serialize(this, GetType());

    public GeoTransform ToTransform() => new(Transform[0], Transform[1], Transform[2], Transform[3], Transform[4], Transform[5]);

    public TileGrid ToGrid() => new(Width, Height, ChipSize, Padding);

    public GeoExtent? ToExtent() => Extent is [double xMin, double yMin, double xMax, double yMax] ? new GeoExtent(xMin, yMin, xMax, yMax) : null;

    public SearchMask? ToMask() => Mask is byte[] polygons ? SearchMask.FromBinary(polygons, Source) : null;
}
