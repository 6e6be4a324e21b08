namespace ArcLearn.Core.Rasters;

/// <summary>An open raster. Reads are windowed and safe from any number of threads; nothing holds the whole image.</summary>
internal interface IRaster : IDisposable
{
    string Path { get; }

    /// <summary>The files that its samples come from, itself among them where it is one.</summary>
    IReadOnlyList<string> Files => [Path];

    int Width { get; }

    int Height { get; }

    int Bands { get; }

    SampleType SampleType { get; }

    /// <summary>Whether the file says that its first three bands are red, green and blue.</summary>
    bool IsColor => false;

    /// <summary>Of the outer upper-left corner; <see cref="GeoTransform.Pixels"/> where the file has no georeference.</summary>
    GeoTransform Transform { get; }

    /// <summary>Whether <see cref="Transform"/> comes from the file (or its world file).</summary>
    bool IsGeoreferenced { get; }

    /// <summary>Null where neither GeoKeys nor a .prj name one.</summary>
    SpatialReference? SpatialReference { get; }

    /// <summary>The sample value that means "no data", where the file names one; of the first band, where they differ.</summary>
    double? NoData { get; }

    /// <summary>Rows and columns that are stored (and decoded) together: a tile, a strip, or the whole of a PNG.</summary>
    int BlockWidth { get; }

    int BlockHeight { get; }

    /// <summary>Name, nodata, scale and offset of each band.</summary>
    IReadOnlyList<RasterBand> BandInfo => [.. Enumerable.Repeat(new RasterBand(NoData: NoData), Bands)];

    /// <summary>Colours of the values of the first band, from 0; empty without a colour table.</summary>
    IReadOnlyList<RasterColor> ColorTable => [];

    /// <summary>What the values of the first band mean, where the file says so; empty where it does not.</summary>
    IReadOnlyList<ClassDefinition> Classes => [];

    /// <summary>What the file says of itself as a whole, by name: GDAL's metadata.</summary>
    IReadOnlyDictionary<string, string> Metadata => new Dictionary<string, string>();

    RasterStorage Storage => new("memory", "none", 8 * SampleType.Bytes(), false, true);

    /// <summary>The same image in fewer pixels, the largest first. They are this raster's, which disposes them.</summary>
    IReadOnlyList<IRaster> Overviews => [];

    /// <summary>Whether the file has a mask apart from its nodata value.</summary>
    bool HasMask => false;

    /// <summary>
    /// Reads <paramref name="bands"/> (from 0, in the order given) of a window into <paramref name="destination"/>,
    /// band by band: index <c>(band·height + row)·width + column</c>. Pixels beyond the raster become <paramref name="fill"/>.
    /// </summary>
    /// <typeparam name="T">
    /// A number type that keeps every value of the sample type (<see cref="SampleTypes.Fits"/>); <see cref="float"/> and <see cref="double"/> take
    /// any. Values are never scaled.
    /// </typeparam>
    /// <exception cref="LearnFormatException">A block is damaged; the message names it.</exception>
    void Read<T>(PixelWindow window, ReadOnlySpan<int> bands, Span<T> destination, T fill)
        where T : unmanaged;

    /// <summary>Reads the mask: 255 where a pixel is valid, 0 where it is not or lies beyond the raster, values between where it is partly so. Nodata is not looked at.</summary>
    /// <exception cref="LearnFormatException">A block is damaged; the message names it.</exception>
    void ReadMask(PixelWindow window, Span<byte> destination) => Masks.FillInside(window, Width, Height, destination);
}
