namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>
/// The images of a TIFF file and of the .ovr and .msk files beside it, told apart by NewSubfileType (TIFF 6.0, and Adobe's 4 for masks): the
/// raster, its overviews from the largest to the smallest, the masks of each.
/// </summary>
internal sealed class TiffFile : IDisposable
{
    private const int IsReduced = 1;
    private const int IsMask = 4;

    private readonly List<RasterSource> _sources = [];
    private readonly BlockCache _cache;
    private readonly List<TiffImage> _masks = [];

    /// <summary>Takes over <paramref name="source"/>; it is disposed with this, or by the caller where this throws.</summary>
    /// <exception cref="LearnFormatException">The file is damaged or holds what is not read here.</exception>
    public TiffFile(RasterSource source, BlockCache cache)
    {
        _cache = cache;
        IReadOnlyList<TiffDirectory> directories = TiffDirectory.ReadAll(source);
        Directory = directories[0];
        TiffLayout layout = TiffLayout.Read(Directory);
        NoData = GeoTiffTags.ReadNoData(Directory, layout.SampleType);
        Image = new TiffImage(layout, _cache, NoData);
        if (!layout.IsPlain)
        {
            _cache.Reserve(RasterFile.PassBytes(layout.Width, layout.BlockHeight, layout.Bands, layout.SampleType));
        }

        _sources.Add(source);
        try
        {
            List<TiffImage> overviews = [];
            AddParts(directories.Skip(1), overviews, overviewsOnly: false);
            AddFile(source, ".ovr", overviews);
            AddFile(source, ".msk", null);
            AddFile(source, ".msk.ovr", null);
            Overviews = [.. overviews.OrderByDescending(image => image.Width)];
        }
        catch
        {
            _sources.Remove(source);
            Dispose();
            throw;
        }
    }

    public TiffDirectory Directory { get; }

    public TiffImage Image { get; }

    public IReadOnlyList<TiffImage> Overviews { get; } = [];

    public double? NoData { get; }

    /// <summary>Bytes of decoded blocks held now.</summary>
    public long CachedBytes => _cache.Bytes;

    /// <summary>The mask of an image of this size, or null.</summary>
    public TiffImage? MaskOf(TiffImage image) => _masks.Find(mask => mask.Width == image.Width && mask.Height == image.Height);

    public void Dispose()
    {
        foreach (TiffImage image in (IEnumerable<TiffImage>)[Image, .. Overviews, .. _masks])
        {
            _cache.Drop(image.Id);
        }

        foreach (RasterSource source in _sources)
        {
            source.Dispose();
        }
    }

    private void AddFile(RasterSource raster, string extension, List<TiffImage>? overviews)
    {
        string path = raster.Path + extension;
        if (!raster.Files.FileExists(path))
        {
            return;
        }

        RasterSource source = new(raster.Files, path);
        _sources.Add(source);
        IReadOnlyList<TiffDirectory> directories = TiffDirectory.ReadAll(source);
        AddParts(directories, overviews, overviewsOnly: true);
    }

    /// <param name="overviews">Null for a file of masks.</param>
    /// <param name="overviewsOnly">In a file of its own every image is one of these, whatever its type says.</param>
    private void AddParts(IEnumerable<TiffDirectory> directories, List<TiffImage>? overviews, bool overviewsOnly)
    {
        foreach (TiffDirectory directory in directories)
        {
            long kind = directory.Integer(TiffTag.NewSubfileType, 0);
            bool isMask = overviews is null || (kind & IsMask) != 0;
            if (!isMask && !overviewsOnly && (kind & IsReduced) == 0)
            {
                continue; // another page
            }

            // A part that cannot be read is as good as absent: the raster itself holds every value.
            if (TryRead(directory) is not TiffLayout layout)
            {
                continue;
            }

            if (isMask && layout.SampleType == SampleType.UInt8)
            {
                _masks.Add(new TiffImage(layout, _cache, null));
            }
            else if (!isMask && layout.Bands == Image.Layout.Bands && layout.SampleType == Image.Layout.SampleType
                && (layout.Width < Image.Width || layout.Height < Image.Height) && layout.Width <= Image.Width && layout.Height <= Image.Height)
            {
                overviews!.Add(new TiffImage(layout, _cache, NoData));
            }
        }
    }

    private static TiffLayout? TryRead(TiffDirectory directory)
    {
        try
        {
            return TiffLayout.Read(directory);
        }
        catch (LearnFormatException)
        {
            return null;
        }
    }
}
