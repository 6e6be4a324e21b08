namespace ArcLearn;

/// <summary>A raster as the other cmdlets see it.</summary>
/// <param name="Path">The file or folder; of a stack the first file.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="SampleType">The number type that samples are read as.</param>
/// <param name="Bands">Its bands, in order.</param>
public sealed record LearnRasterInfo(string Path, int Width, int Height, SampleType SampleType, IReadOnlyList<RasterBandInfo> Bands)
{
    /// <summary>The files it is made of, in order; one, but for folders and stacks.</summary>
    public IReadOnlyList<string> Files { get; init; } = [Path];

    /// <summary>Such as GeoTIFF, PNG or VRT.</summary>
    public string Format { get; init; } = "";

    /// <summary>Such as Deflate, or none.</summary>
    public string Compression { get; init; } = "";

    /// <summary>Bits of a stored sample.</summary>
    public int Bits { get; init; }

    /// <summary>The coordinate reference system, or null where none is named.</summary>
    public SpatialReference? SpatialReference { get; init; }

    /// <summary>From pixels to the map; null without georeference.</summary>
    public GeoTransform? Transform { get; init; }

    /// <summary>The rectangle around it in its own coordinates; null without georeference.</summary>
    public GeoExtent? Extent { get; init; }

    /// <summary>Width of a cell along a row, in map units; 1 without georeference.</summary>
    public double CellWidth { get; init; } = 1;

    /// <summary>Height of a cell, in map units; 1 without georeference.</summary>
    public double CellHeight { get; init; } = 1;

    /// <summary>The value that means "no data" in the first band, or null.</summary>
    public double? NoData { get; init; }

    /// <summary>Whether it has a mask apart from the nodata value.</summary>
    public bool HasMask { get; init; }

    /// <summary>Entries of its colour table; 0 without one.</summary>
    public int Colors { get; init; }

    /// <summary>What the values of the first band mean, from a raster attribute table or category names; empty where neither is there.</summary>
    public IReadOnlyList<ClassDefinition> Classes { get; init; } = [];

    /// <summary>Whether the first three bands are red, green and blue.</summary>
    public bool IsColor { get; init; }

    /// <summary>Columns that are stored and decoded together.</summary>
    public int BlockWidth { get; init; }

    /// <summary>Rows that are stored and decoded together.</summary>
    public int BlockHeight { get; init; }

    /// <summary>Width and height of each overview, the largest first, such as "512 x 384".</summary>
    public IReadOnlyList<string> Overviews { get; init; } = [];

    /// <summary>What makes reading windows of it slow, with the remedy; empty where nothing does.</summary>
    public IReadOnlyList<string> Slow { get; init; } = [];

    /// <summary>The file again: binds to parameters that take a literal path.</summary>
    public string PSPath => Path;
}

/// <summary>One band of a raster.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Name">Its description, or null.</param>
/// <param name="NoData">The stored value that means "no data", or null.</param>
/// <param name="Scale">Stored value times this, plus <paramref name="Offset"/>, is the measured value; reads do not apply it.</param>
/// <param name="Offset">See <paramref name="Scale"/>.</param>
/// <param name="Unit">Of the measured value, or null.</param>
public sealed record RasterBandInfo(int Number, string? Name, double? NoData, double Scale, double Offset, string? Unit)
{
    /// <inheritdoc/>
    public override string ToString() => Name ?? $"Band_{Number}";
}
