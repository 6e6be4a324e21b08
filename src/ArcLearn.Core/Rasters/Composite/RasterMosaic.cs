using ArcLearn.Core.Crs;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Rasters.Composite;

/// <summary>Several files as one raster: side by side as a mosaic, or one behind the other as bands.</summary>
internal static class RasterMosaic
{
    /// <summary>Share of a pixel by which cell sizes and corners may differ and still be the same.</summary>
    private const double Slack = 0.01;

    private static readonly string[] s_extensions = [".tif", ".tiff", ".vrt", ".png", ".jpg", ".jpeg", ".bmp"];

    /// <summary>All raster files of a folder (not of folders in it), in the order of their names.</summary>
    /// <exception cref="LearnFormatException">It holds none.</exception>
    public static IRaster OpenFolder(string folder, IFileSystem files, BlockCache cache)
    {
        string[] paths =
        [
            .. files.EnumerateFiles(folder).Where(path => s_extensions.Contains(Path.GetExtension(path).ToLowerInvariant())).Order(StringComparer.Ordinal),
        ];
        return paths.Length == 0
            ? throw new LearnFormatException($"is a folder that holds no raster ({string.Join(", ", s_extensions)}).", folder)
            : Open(folder, paths, files, cache);
    }

    /// <summary>A mosaic: the files lie where their georeference says; of two that overlap the later one is on top, but for its nodata and what its mask excludes.</summary>
    /// <param name="name">What errors and results call it.</param>
    /// <exception cref="LearnDataException">MixedRasters: the files differ in bands, sample type, cell size or reference system, or have no place.</exception>
    public static IRaster Open(string name, IReadOnlyList<string> paths, IFileSystem? files = null, BlockCache? cache = null)
    {
        RasterPool pool = Pool(files, cache);
        return Guard(pool, () => CompositeRaster.Create(Mosaic(name, ReadHeaders(paths, pool)), pool));
    }

    /// <summary>Opens a raster, or the stack of bands that it is the name of.</summary>
    /// <param name="stack">The files whose bands make it; empty where it is whole.</param>
    public static IRaster OpenOrStack(string name, IReadOnlyList<string> stack, IFileSystem? files = null, BlockCache? cache = null) =>
        stack.Count > 0 ? Stack(name, stack, files, cache) : RasterFile.Open(name, files, cache ?? RasterFile.NewCache());

    /// <summary>All bands of all files, in the order given, as one raster; bands without a name get their file's.</summary>
    /// <param name="name">What errors and results call it.</param>
    /// <exception cref="LearnDataException">MixedRasters: the files do not cover the same cells.</exception>
    public static IRaster Stack(string name, IReadOnlyList<string> paths, IFileSystem? files = null, BlockCache? cache = null)
    {
        RasterPool pool = Pool(files, cache);
        return Guard(pool, () => CompositeRaster.Create(Stack(name, ReadHeaders(paths, pool)), pool));
    }

    private static CompositeLayout Mosaic(string name, List<Header> headers)
    {
        Header first = headers[0];
        foreach (Header other in headers)
        {
            if (!other.IsGeoreferenced && headers.Count > 1)
            {
                throw Mixed(other, "has no georeference, so its place in a mosaic is not known");
            }

            if (!other.Transform.IsAxisAligned || other.Transform.PixelWidth <= 0 || other.Transform.PixelHeight >= 0)
            {
                throw Mixed(other, "is rotated or mirrored, which a mosaic cannot be made of");
            }

            if (other.Bands.Count != first.Bands.Count || other.Type != first.Type)
            {
                throw Mixed(other, $"has {other.Bands.Count} band(s) of {other.Type}, {first.Path} has {first.Bands.Count} of {first.Type}");
            }

            if (!IsNear(other.Transform.PixelWidth, first.Transform.PixelWidth, other.Width) || !IsNear(other.Transform.PixelHeight, first.Transform.PixelHeight, other.Height))
            {
                throw Mixed(other, $"has cells of {other.Transform.PixelWidth} by {-other.Transform.PixelHeight}, {first.Path} of {first.Transform.PixelWidth} by {-first.Transform.PixelHeight}");
            }

            CheckReference(first, other);
        }

        (double cellWidth, double cellHeight) = (first.Transform.PixelWidth, -first.Transform.PixelHeight);
        double left = headers.Min(h => h.Transform.OriginX);
        double top = headers.Max(h => h.Transform.OriginY);
        double columns = headers.Max(h => ((h.Transform.OriginX - left) / cellWidth) + h.Width);
        double rows = headers.Max(h => ((top - h.Transform.OriginY) / cellHeight) + h.Height);
        if (columns > int.MaxValue || rows > int.MaxValue)
        {
            throw Mixed(first, "lies so far from the others that the mosaic would be too large");
        }

        PixelRectangle To(Header h) => new(Snap((h.Transform.OriginX - left) / cellWidth), Snap((top - h.Transform.OriginY) / cellHeight), h.Width, h.Height);
        return new CompositeLayout(
            name,
            (int)Math.Ceiling(columns - Slack),
            (int)Math.Ceiling(rows - Slack),
            first.Type,
            first.IsGeoreferenced ? new GeoTransform(left, top, cellWidth, -cellHeight) : null,
            first.Reference,
            first.Bands,
            [.. first.Bands.Select((_, band) => headers.Select(h => new PlacedSource(h.Path, band, null, To(h), NoData: h.Bands[band].NoData, UseMask: h.HasMask)).ToArray())],
            null,
            first.Colors,
            first.Storage with { Format = $"mosaic of {headers.Count} {first.Storage.Format}" },
            first.BlockWidth,
            first.BlockHeight)
        {
            IsColor = headers.TrueForAll(h => h.IsColor),
            Classes = first.Classes,
        };
    }

    private static CompositeLayout Stack(string name, List<Header> headers)
    {
        Header first = headers[0];
        foreach (Header other in headers)
        {
            if ((other.Width, other.Height) != (first.Width, first.Height))
            {
                throw Mixed(other, $"has {other.Width} by {other.Height} pixels, {first.Path} has {first.Width} by {first.Height}; bands of one raster cover the same cells");
            }

            (double x, double y) = first.Transform.ToPixel(other.Transform.OriginX, other.Transform.OriginY);
            (double right, double bottom) = other.Transform.ToMap(other.Width, other.Height);
            (right, bottom) = first.Transform.ToPixel(right, bottom);
            if (Math.Abs(x) > Slack || Math.Abs(y) > Slack || Math.Abs(right - first.Width) > Slack || Math.Abs(bottom - first.Height) > Slack)
            {
                throw Mixed(other, $"lies elsewhere than {first.Path}; bands of one raster cover the same cells");
            }

            CheckReference(first, other);
        }

        SampleType type = headers.Select(h => h.Type).Aggregate(SampleTypes.Common);
        return new CompositeLayout(
            name,
            first.Width,
            first.Height,
            type,
            first.IsGeoreferenced ? first.Transform : null,
            first.Reference,
            [.. headers.SelectMany(h => h.Bands.Select((band, i) => band with { Name = band.Name ?? BandName(h, i) }))],
            [.. headers.SelectMany(h => h.Bands.Select((_, i) => new[] { new PlacedSource(h.Path, i, null, null) }))],
            null,
            first.Colors,
            first.Storage with { Format = $"stack of {headers.Count} {first.Storage.Format}", IsPlanar = true, Bits = 8 * type.Bytes() },
            first.BlockWidth,
            first.BlockHeight);
    }

    private static string BandName(Header file, int band)
    {
        string stem = Path.GetFileNameWithoutExtension(file.Path);
        return file.Bands.Count == 1 ? stem : $"{stem}_{band + 1}";
    }

    private static RasterPool Pool(IFileSystem? files, BlockCache? cache) =>
        new(files ?? LocalFileSystem.Instance, cache ?? RasterFile.NewCache(), 0);

    private static CompositeRaster Guard(RasterPool pool, Func<CompositeRaster> open)
    {
        try
        {
            return open();
        }
        catch
        {
            pool.Dispose();
            throw;
        }
    }

    private static List<Header> ReadHeaders(IReadOnlyList<string> paths, RasterPool pool)
    {
        if (paths.Count == 0)
        {
            throw new LearnArgumentException("Path", "No file is named to make a raster of.");
        }

        List<Header> headers = [];
        foreach (string path in paths)
        {
            using RasterPool.Lease lease = pool.Rent(path);
            IRaster raster = lease.Raster;
            headers.Add(new Header(
                path, raster.Width, raster.Height, raster.SampleType, raster.Transform, raster.IsGeoreferenced, raster.SpatialReference,
                raster.BandInfo, raster.ColorTable, raster.HasMask, raster.Storage, raster.BlockWidth, raster.BlockHeight,
                raster.IsColor, raster.Classes));
        }

        return headers;
    }

    private static void CheckReference(Header first, Header other)
    {
        bool isSame = first.Reference is null || other.Reference is null ? first.Reference == other.Reference : CoordinateSystems.AreEqual(first.Reference, other.Reference);
        if (!isSame)
        {
            throw Mixed(other, $"is in {other.Reference?.ToString() ?? "no named reference system"}, {first.Path} in {first.Reference?.ToString() ?? "none"}");
        }
    }

    private static LearnDataException Mixed(Header file, string what) => new("MixedRasters", $"{file.Path} {what}.", file.Path);

    /// <summary>Whether two cell sizes end at the same place after so many cells.</summary>
    private static bool IsNear(double one, double other, int cells) => Math.Abs(one - other) * cells <= Math.Abs(other) * Slack;

    private static double Snap(double position) => Math.Abs(position - Math.Round(position)) < Slack ? Math.Round(position) : position;

    private sealed record Header(
        string Path,
        int Width,
        int Height,
        SampleType Type,
        GeoTransform Transform,
        bool IsGeoreferenced,
        SpatialReference? Reference,
        IReadOnlyList<RasterBand> Bands,
        IReadOnlyList<RasterColor> Colors,
        bool HasMask,
        RasterStorage Storage,
        int BlockWidth,
        int BlockHeight,
        bool IsColor,
        IReadOnlyList<ClassDefinition> Classes);
}
