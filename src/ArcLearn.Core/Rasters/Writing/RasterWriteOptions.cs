using ArcLearn.Core.Rasters.Tiff;

namespace ArcLearn.Core.Rasters.Writing;

/// <summary>What a raster that is written is, but for its samples.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Bands">Name, nodata, scale, offset and unit of each; one nodata value holds for all.</param>
/// <param name="SampleType">The number type.</param>
internal sealed record RasterWriteOptions(int Width, int Height, IReadOnlyList<RasterBand> Bands, SampleType SampleType)
{
    public GeoTransform? Transform { get; init; }

    public SpatialReference? SpatialReference { get; init; }

    /// <summary>One of None, Lzw, AdobeDeflate and Zstd of <see cref="TiffCompression"/>.</summary>
    public int Compression { get; init; } = TiffCompression.AdobeDeflate;

    /// <summary>Pixels a side, a multiple of 16.</summary>
    public int TileSize { get; init; } = 512;

    /// <summary>Colours of the values from 0; for one band of 8 or 16 bits without sign.</summary>
    public IReadOnlyList<RasterColor> ColorTable { get; init; } = [];

    /// <summary>What the values of one band mean: written beside the file as GDAL's raster attribute table, and their colours as colour table where there is none.</summary>
    public IReadOnlyList<ClassDefinition> Classes { get; init; } = [];

    /// <summary>Whether the first three bands are red, green and blue.</summary>
    public bool IsColor { get; init; }

    /// <summary>Whether samples are classes: their overviews take one pixel of four, others the mean.</summary>
    public bool IsClassified { get; init; }

    /// <summary>Threads that compress; 0 is one for each processor. The bytes do not depend on it.</summary>
    public int Workers { get; init; }
}
