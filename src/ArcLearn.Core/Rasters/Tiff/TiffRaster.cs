namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>A TIFF or GeoTIFF file, read block by block through a cache.</summary>
internal sealed class TiffRaster : IRaster
{
    private readonly string _path;
    private readonly TiffFile _file;
    private readonly TiffImage _image;
    private readonly TiffImage? _mask;
    private readonly bool _isOwner;

    /// <summary>Takes over <paramref name="source"/>.</summary>
    /// <exception cref="LearnFormatException">The file is damaged or holds what is not read here.</exception>
    public TiffRaster(RasterSource source, BlockCache cache)
    {
        _path = source.Path;
        _file = new TiffFile(source, cache);
        _isOwner = true;
        _image = _file.Image;
        _mask = _file.MaskOf(_image);
        TiffDirectory directory = _file.Directory;
        SideFile? side = SideFile.Find(source.Files, source.Path);
        BandInfo = SideFile.Complete(side, GdalMetadata.Read(directory, Bands, _file.NoData), SampleType);
        Metadata = GdalMetadata.ReadItems(directory);
        ColorTable = TiffColorMap.Read(directory) is { Count: > 0 } colors ? colors : side?.ColorTable ?? [];
        Classes = side?.Classes is { Count: > 0 } classes ? classes : ValueTableFile.Find(source.Files, source.Path);

        GeoKeys keys = GeoKeys.Read(directory);
        GeoTransform? transform = GeoTiffTags.ReadTransform(directory, keys.IsPixelPoint);

        // Tie points without a scale are control points: the reference system is theirs, and no transform leads there.
        bool hasControlPoints = transform is null && directory.Has(TiffTag.ModelTiepoint);
        Georeference reference = Georeference.Complete(
            source.Files, source.Path, side, transform, hasControlPoints ? null : keys.SpatialReference);
        (Transform, IsGeoreferenced, SpatialReference) = (reference.Transform, reference.IsGeoreferenced, reference.SpatialReference);
        Overviews = [.. _file.Overviews.Select(image => new TiffRaster(this, image))];
    }

    /// <summary>An overview of <paramref name="whole"/>.</summary>
    private TiffRaster(TiffRaster whole, TiffImage image)
    {
        (_path, _file, _image, _mask) = (whole._path, whole._file, image, whole._file.MaskOf(image));
        (BandInfo, ColorTable, Classes, IsGeoreferenced, SpatialReference) = (whole.BandInfo, whole.ColorTable, whole.Classes, whole.IsGeoreferenced, whole.SpatialReference);
        Transform = whole.Transform.Scale((double)whole.Width / image.Width, (double)whole.Height / image.Height);
    }

    public string Path => _path;

    public int Width => _image.Width;

    public int Height => _image.Height;

    public int Bands => _image.Layout.Bands;

    public SampleType SampleType => _image.Layout.SampleType;

    // RGB and YCbCr (TIFF 6.0, section 6 and 21); the latter is read as RGB.
    public bool IsColor => _image.Layout.Photometric is 2 or 6 && Bands >= 3;

    public GeoTransform Transform { get; }

    public bool IsGeoreferenced { get; }

    public SpatialReference? SpatialReference { get; }

    public double? NoData => BandInfo[0].NoData;

    public int BlockWidth => _image.Layout.BlockWidth;

    public int BlockHeight => _image.Layout.BlockHeight;

    public IReadOnlyList<RasterBand> BandInfo { get; }

    public IReadOnlyList<RasterColor> ColorTable { get; }

    public IReadOnlyList<ClassDefinition> Classes { get; } = [];

    public IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    public RasterStorage Storage => new(
        IsGeoreferenced ? "GeoTIFF" : "TIFF", TiffCompression.Name(_image.Layout.Compression), _image.Layout.Bits, _image.Layout.IsTiled, _image.Layout.IsPlanar);

    public IReadOnlyList<IRaster> Overviews { get; } = [];

    public bool HasMask => _mask is not null;

    /// <summary>Bytes of decoded blocks held now.</summary>
    public long CachedBytes => _file.CachedBytes;

    public void Read<T>(PixelWindow window, ReadOnlySpan<int> bands, Span<T> destination, T fill)
        where T : unmanaged
    {
        WindowCopy.Check(this, window, bands, destination);
        _image.Read(window, bands, destination, fill);
    }

    public void ReadMask(PixelWindow window, Span<byte> destination)
    {
        if (_mask is null)
        {
            Masks.FillInside(window, Width, Height, destination);
            return;
        }

        _mask.Read<byte>(window, [0], destination, 0);
        if (_mask.Layout.Bits == 1)
        {
            foreach (ref byte value in destination)
            {
                value = (byte)(value == 0 ? 0 : byte.MaxValue);
            }
        }
    }

    public void Dispose()
    {
        if (_isOwner)
        {
            _file.Dispose();
        }
    }
}
