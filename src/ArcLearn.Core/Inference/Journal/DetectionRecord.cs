using System.Text.Json;

namespace ArcLearn.Core.Inference;

/// <summary>
/// What finishing a run needs of its raster, model and arguments. A journal holds it, so that the shards of a run are merged where neither the
/// raster nor the model is.
/// </summary>
internal sealed record DetectionRecord
{
    /// <summary>The raster's name, for messages and results.</summary>
    public required string Source { get; init; }

    /// <summary>The files whose bands make the raster, where it is a stack; else itself.</summary>
    public required string[] SourceFiles { get; init; }

    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>The layer that the run was asked for.</summary>
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

    public required bool ExcludePadDetections { get; init; }

    /// <summary>xmin, ymin, xmax, ymax; null for everywhere.</summary>
    public required double[]? Extent { get; init; }

    /// <summary>The mask's polygons as well-known binary; null for none.</summary>
    public required byte[]? Mask { get; init; }

    /// <summary>Tiles of the whole run that touch no polygon of the mask.</summary>
    public required int MaskedTiles { get; init; }

    public required bool RunNms { get; init; }

    public required double MaxOverlapRatio { get; init; }

    public required ClassDefinition[] Classes { get; init; }

    /// <summary>Tiles of the run, or of the shard.</summary>
    public required int Tiles { get; init; }

    /// <summary>"2/5"; null for a run that is not split.</summary>
    public required string? Shard { get; init; }

    public static DetectionRecord Of(DetectionPlan plan, DetectionRunOptions options, Rasters.IRaster raster, IReadOnlyList<ClassDefinition> classes, string model, string output, IReadOnlyList<string>? stack = null)
    {
        GeoTransform at = raster.Transform;
        return new DetectionRecord
        {
            Source = raster.Path,
            SourceFiles = [.. stack is { Count: > 0 } ? stack : [raster.Path]],
            Model = model,
            Output = output,
            Width = raster.Width,
            Height = raster.Height,
            Transform = [at.OriginX, at.OriginY, at.PixelWidth, at.PixelHeight, at.RowRotation, at.ColumnRotation],
            SpatialReference = raster.SpatialReference,
            ChipSize = plan.Grid.ChipSize,
            Padding = plan.Grid.Padding,
            ExcludePadDetections = options.ExcludePadDetections,
            Extent = options.Extent is GeoExtent extent ? [extent.XMin, extent.YMin, extent.XMax, extent.YMax] : null,
            Mask = options.Mask?.ToBinary(),
            MaskedTiles = plan.MaskedTiles,
            RunNms = options.RunNms,
            MaxOverlapRatio = options.MaxOverlapRatio,
            Classes = [.. classes],
            Tiles = plan.Tiles.Count,
            Shard = options.Shard?.ToString(),
        };
    }

    /// <exception cref="FormatException">The text is none that <see cref="ToJson"/> writes.</exception>
    public static DetectionRecord Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<DetectionRecord>(json) ?? throw new FormatException("An empty record of a run.");
        }
        catch (JsonException e)
        {
            throw new FormatException(e.Message, e);
        }
    }

    public string ToJson() => JsonSerializer.Serialize(this);

    public GeoTransform ToTransform() => new(Transform[0], Transform[1], Transform[2], Transform[3], Transform[4], Transform[5]);

    public TileGrid ToGrid() => new(Width, Height, ChipSize, Padding);

    public TileOwnership ToOwnership() => new(ToGrid(), ExcludePadDetections);

    /// <summary>As far as they matter to what was found.</summary>
    public DetectionRunOptions ToOptions() => new()
    {
        Padding = Padding,
        ExcludePadDetections = ExcludePadDetections,
        RunNms = RunNms,
        MaxOverlapRatio = MaxOverlapRatio,
        Extent = Extent is [double xMin, double yMin, double xMax, double yMax] ? new GeoExtent(xMin, yMin, xMax, yMax) : null,
        Mask = Mask is byte[] polygons ? SearchMask.FromBinary(polygons, Source) : null,
    };
}
