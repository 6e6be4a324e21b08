using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters.Composite;
using ArcLearn.Core.Rasters.Tiff;

namespace ArcLearn.Core.Rasters;

/// <summary>Opens rasters. (A class named as its namespace could not be named from any other namespace.)</summary>
internal static class RasterFile
{
    /// <summary>Decoded blocks that an open raster keeps, in bytes.</summary>
    public const long DefaultCacheBytes = 64L << 20;

    /// <summary>The same for a raster so wide that the blocks under one row of windows take more.</summary>
    public const long MaximumCacheBytes = 256L << 20;

    private const int WindowRows = 512;

    /// <summary>Opens a TIFF, BigTIFF, PNG, JPEG, BMP or VRT file, told apart by its first bytes, whatever its name.</summary>
    /// <param name="path">The file.</param>
    /// <param name="files">Where it is; null is the disk.</param>
    /// <param name="cacheBytes">What the cache of decoded blocks holds at most; null for <see cref="DefaultCacheBytes"/>, or more where a pass over a wide raster asks for it.</param>
    /// <remarks>A folder opens as one mosaic of its raster files.</remarks>
    /// <exception cref="FileNotFoundException">Nothing is there.</exception>
    /// <exception cref="LearnFormatException">It is damaged, or no raster that is read here.</exception>
    public static IRaster Open(string path, IFileSystem? files = null, long? cacheBytes = null) =>
        Open(path, files ?? LocalFileSystem.Instance, NewCache(cacheBytes), depth: 0);

    public static BlockCache NewCache(long? bytes = null) => new(bytes ?? DefaultCacheBytes, bytes is null ? MaximumCacheBytes : 0);

    /// <summary>Opens a raster whose blocks go into a cache of the caller's, who may limit it.</summary>
    public static IRaster Open(string path, IFileSystem? files, BlockCache cache) => Open(path, files ?? LocalFileSystem.Instance, cache, depth: 0);

    /// <summary>
    /// Decoded bytes under one row of windows and the blocks that it shares with the next: as long as they are held, a pass over windows that overlap, row by row,
    /// decodes no block twice.
    /// </summary>
    public static long PassBytes(int width, int blockHeight, int bands, SampleType type) =>
        (long)Math.Min(long.MaxValue, (WindowRows + (2.0 * blockHeight)) * width * bands * type.Bytes());

    /// <summary>Opens a raster whose blocks go into a cache that others use too.</summary>
    /// <param name="depth">How many files named this one: a VRT may name VRTs.</param>
    public static IRaster Open(string path, IFileSystem files, BlockCache cache, int depth)
    {
        if (files.DirectoryExists(path) && !files.FileExists(path))
        {
            return RasterMosaic.OpenFolder(path, files, cache);
        }

        RasterSource source = new(files, path);
        try
        {
            return Open(source, cache, depth);
        }
        catch (Exception e) when (e is OverflowException or OutOfMemoryException)
        {
            // The sizes that a damaged header claims are bounded one by one; what slips through together is still the file's fault.
            source.Dispose();
            throw new LearnFormatException("is damaged: its header claims impossible sizes.", path, inner: e);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>The error for files that are sound but not read here, with the command that makes them readable.</summary>
    public static LearnFormatException Unsupported(string path, string found, string options)
    {
        string output = Path.GetFileNameWithoutExtension(path) + "_converted.tif";
        return new LearnFormatException(
            $"{found}, which is not read here. Convert it: gdal_translate {options} \"{Path.GetFileName(path)}\" \"{output}\"", path);
    }

    private static IRaster Open(RasterSource source, BlockCache cache, int depth)
    {
        if (source.Length == 0)
        {
            throw new LearnFormatException("is empty.", source.Path);
        }

        Span<byte> head = stackalloc byte[256];
        head = head[..(int)Math.Min(head.Length, source.Length)];
        source.Read(0, head);
        if (TiffDirectory.IsTiff(head))
        {
            return new TiffRaster(source, cache);
        }

        if (PictureRaster.IsPicture(head))
        {
            return new PictureRaster(source, cache);
        }

        if (VrtFile.IsVrt(head))
        {
            source.Dispose();
            return VrtFile.Open(source.Path, source.Files, cache, depth);
        }

        throw Unsupported(source.Path, $"is no TIFF, PNG, JPEG, BMP or VRT (it begins with bytes {Convert.ToHexString(head[..Math.Min(12, head.Length)])})", "-of GTiff");
    }
}
