namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>A TIFF or GeoTIFF file, read block by block through a cache.</summary>
internal sealed class TiffRaster : IRaster
{
    private readonly RasterSource _source;
    private readonly TiffLayout _layout;
    private readonly BlockCache _cache;

    /// <summary>Takes over <paramref name="source"/>.</summary>
    /// <exception cref="LearnFormatException">The file is damaged or holds what is not read here.</exception>
    public TiffRaster(RasterSource source, long cacheBytes)
    {
        TiffDirectory directory = TiffDirectory.Read(source);
        _source = source;
        _layout = TiffLayout.Read(directory);
        NoData = GeoTiffTags.ReadNoData(directory, SampleType);
        TiffBlockReader reader = new(_layout, NoData);
        _cache = new BlockCache(cacheBytes, reader.Read);

        GeoKeys keys = GeoKeys.Read(directory);
        GeoTransform? transform = GeoTiffTags.ReadTransform(directory, keys.IsPixelPoint);

        // Tie points without a scale are control points: the reference system is theirs, and no transform leads there.
        bool hasControlPoints = transform is null && directory.Has(TiffTag.ModelTiepoint);
        Georeference reference = Georeference.Complete(
            source.Files, source.Path, transform, hasControlPoints ? null : keys.SpatialReference);
        (Transform, IsGeoreferenced, SpatialReference) = (reference.Transform, reference.IsGeoreferenced, reference.SpatialReference);
    }

    public string Path => _source.Path;

    public int Width => _layout.Width;

    public int Height => _layout.Height;

    public int Bands => _layout.Bands;

    public SampleType SampleType => _layout.SampleType;

    // RGB and YCbCr (TIFF 6.0, section 6 and 21); the latter is read as RGB.
    public bool IsColor => _layout.Photometric is 2 or 6 && Bands >= 3;

    public GeoTransform Transform { get; }

    public bool IsGeoreferenced { get; }

    public SpatialReference? SpatialReference { get; }

    public double? NoData { get; }

    public int BlockWidth => _layout.BlockWidth;

    public int BlockHeight => _layout.BlockHeight;

    /// <summary>Bytes of decoded blocks held now.</summary>
    public long CachedBytes => _cache.Bytes;

    public void Read<T>(PixelWindow window, ReadOnlySpan<int> bands, Span<T> destination, T fill)
        where T : unmanaged
    {
        WindowCopy.Check(this, window, bands, destination);
        PixelWindow inside = window.Intersect(new PixelWindow(0, 0, Width, Height));
        if (inside != window)
        {
            destination.Fill(fill);
        }

        if (inside.Area == 0 || bands.IsEmpty)
        {
            return;
        }

        for (int row = inside.Row / BlockHeight; row <= (inside.Bottom - 1) / BlockHeight; row++)
        {
            for (int column = inside.Column / BlockWidth; column <= (inside.Right - 1) / BlockWidth; column++)
            {
                ReadBlock(column, row, window, inside, bands, destination);
            }
        }
    }

    public void Dispose() => _source.Dispose();

    private void ReadBlock<T>(int column, int row, PixelWindow window, PixelWindow inside, ReadOnlySpan<int> bands, Span<T> destination)
        where T : unmanaged
    {
        int block = (row * _layout.BlocksAcross) + column;
        PixelWindow stored = new(column * BlockWidth, row * BlockHeight, BlockWidth, _layout.BlockRows(block));
        PixelWindow area = inside.Intersect(stored with
        {
            // A tile at the border may reach further than whole numbers do.
            Width = Math.Min(stored.Width, Width - stored.Column),
            Height = Math.Min(stored.Height, Height - stored.Row),
        });
        int plane = stored.Width * stored.Height * _layout.SampleBytes;
        int pixels = window.Width * window.Height;
        byte[]? shared = _layout.IsPlanar ? null : _cache.Get(block);
        for (int i = 0; i < bands.Length; i++)
        {
            ReadOnlySpan<byte> samples = shared is null
                ? _cache.Get(block + (bands[i] * _layout.BlocksPerPlane))
                : shared.AsSpan(bands[i] * plane, plane);
            WindowCopy.Copy(samples, _layout.SampleBytes, stored, area, window, destination.Slice(i * pixels, pixels));
        }
    }
}
