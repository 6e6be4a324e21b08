namespace ArcLearn;

/// <summary>A classified raster and how it came about.</summary>
public sealed record ImageryLayerItem
{
    /// <summary>The file: a cloud-optimised GeoTIFF of class values.</summary>
    public required string Path { get; init; }

    /// <summary>The file of probabilities, one band for each class, in percent; null where none was asked for.</summary>
    public string? ProbabilityPath { get; init; }

    /// <summary>Columns.</summary>
    public required int Width { get; init; }

    /// <summary>Rows.</summary>
    public required int Height { get; init; }

    /// <summary>The type of its values: the smallest without sign that holds them.</summary>
    public required SampleType SampleType { get; init; }

    /// <summary>The value of pixels without a class: no data, outside extent or mask, or unreadable.</summary>
    public required long NoData { get; init; }

    /// <summary>Pixels with that value.</summary>
    public required long NoDataPixels { get; init; }

    /// <summary>Pixels and area of each class.</summary>
    public required IReadOnlyList<ClassArea> Classes { get; init => field = value.ToArray(); }

    /// <summary>The coordinate reference system; null for a raster without one.</summary>
    public required SpatialReference? SpatialReference { get; init; }

    /// <summary>The raster that was classified.</summary>
    public required string SourcePath { get; init; }

    /// <summary>The files whose bands were classified as one raster; one where it was no stack.</summary>
    public IReadOnlyList<string> SourceFiles { get; init; } = [];

    /// <summary>The model that classified it.</summary>
    public required string Model { get; init; }

    /// <summary>Tiles that the model saw.</summary>
    public required int Tiles { get; init; }

    /// <summary>Tiles left out because they hold nothing but nodata.</summary>
    public required int SkippedTiles { get; init; }

    /// <summary>Tiles that touch no polygon of the mask, and were not read.</summary>
    public int MaskedTiles { get; init; }

    /// <summary>Tiles that could not be read: nodata in the raster.</summary>
    public int FailedTiles { get; init; }

    /// <summary>Those tiles.</summary>
    public IReadOnlyList<BadTile> BadTiles { get; init; } = [];

    /// <summary>Tiles that an earlier run, which was interrupted, had done.</summary>
    public int ResumedTiles { get; init; }

    /// <summary>Time of the run.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The file again: binds to parameters that take a literal path.</summary>
    public string PSPath => Path;
}
