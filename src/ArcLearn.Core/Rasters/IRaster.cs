namespace ArcLearn.Core.Rasters;

/// <summary>An open raster. Reads are windowed and safe from any number of threads; nothing holds the whole image.</summary>
internal interface IRaster : IDisposable
{
    string Path { get; }

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

    /// <summary>The sample value that means "no data", where the file names one.</summary>
    double? NoData { get; }

    /// <summary>Rows and columns that are stored (and decoded) together: a tile, a strip, or the whole of a PNG.</summary>
    int BlockWidth { get; }

    int BlockHeight { get; }

    /// <summary>
    /// Reads <paramref name="bands"/> (from 0, in the order given) of a window into <paramref name="destination"/>,
    /// band by band: index <c>(band·height + row)·width + column</c>. Pixels beyond the raster become <paramref name="fill"/>.
    /// </summary>
    /// <typeparam name="T"><see cref="byte"/> (8-bit rasters only), <see cref="ushort"/> or <see cref="float"/>; values are kept, never scaled.</typeparam>
    /// <exception cref="LearnFormatException">A block is damaged; the message names it.</exception>
    void Read<T>(PixelWindow window, ReadOnlySpan<int> bands, Span<T> destination, T fill)
        where T : unmanaged;
}
