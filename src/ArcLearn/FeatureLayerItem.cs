namespace ArcLearn;

/// <summary>A layer of detected objects and how it came about.</summary>
public sealed record FeatureLayerItem
{
    /// <summary>The file, or the address of a table.</summary>
    public required string Path { get; init; }

    /// <summary>The layer inside it.</summary>
    public required string LayerName { get; init; }

    /// <summary>GeoPackage, GeoJSON, GeoJSON sequence, Shapefile or PostGIS.</summary>
    public required string Format { get; init; }

    /// <summary>Objects written.</summary>
    public required int Features { get; init; }

    /// <summary>Objects per class name.</summary>
    public required IReadOnlyDictionary<string, int> FeaturesByClass { get; init; }

    /// <summary>The coordinate reference system of the layer; null for a raster without one.</summary>
    public required SpatialReference? SpatialReference { get; init; }

    /// <summary>The raster that was searched.</summary>
    public required string SourcePath { get; init; }

    /// <summary>The files whose bands were searched as one raster; one where it was no stack.</summary>
    public IReadOnlyList<string> SourceFiles { get; init; } = [];

    /// <summary>The model that searched it.</summary>
    public required string Model { get; init; }

    /// <summary>Tiles that the model saw.</summary>
    public required int Tiles { get; init; }

    /// <summary>Tiles left out because they hold nothing but nodata.</summary>
    public required int SkippedTiles { get; init; }

    /// <summary>Tiles that touch no polygon of the mask, and were not read.</summary>
    public int MaskedTiles { get; init; }

    /// <summary>Tiles that could not be read: holes in the layer.</summary>
    public int FailedTiles { get; init; }

    /// <summary>Those tiles.</summary>
    public IReadOnlyList<BadTile> BadTiles { get; init; } = [];

    /// <summary>Tiles that an earlier run, which was interrupted, had done.</summary>
    public int ResumedTiles { get; init; }

    /// <summary>Time of the run.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The file again: binds to parameters that take a literal path. Null for a table.</summary>
    public string? PSPath => Format == "PostGIS" ? null : Path;
}
