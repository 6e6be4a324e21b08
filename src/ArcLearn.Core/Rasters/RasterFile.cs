using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters.Tiff;

namespace ArcLearn.Core.Rasters;

/// <summary>Opens rasters. (A class named as its namespace could not be named from any other namespace.)</summary>
internal static class RasterFile
{
    /// <summary>Decoded blocks that an open raster keeps, in bytes.</summary>
    public const long DefaultCacheBytes = 64L << 20;

    /// <summary>Opens a TIFF, BigTIFF, PNG, JPEG, BMP or VRT file, told apart by its first bytes, whatever its name.</summary>
    /// <param name="path">The file.</param>
    /// <param name="files">Where it is; null is the disk.</param>
    /// <param name="cacheBytes">Budget of the cache of decoded blocks.</param>
    /// <exception cref="FileNotFoundException">Nothing is there.</exception>
    /// <exception cref="LearnFormatException">It is damaged, or no raster that is read here.</exception>
    public static IRaster Open(string path, IFileSystem? files = null, long cacheBytes = DefaultCacheBytes)
    {
        files ??= LocalFileSystem.Instance;
        if (files.DirectoryExists(path) && !files.FileExists(path))
        {
            throw new LearnFormatException("is a folder; a raster is a TIFF, PNG, JPEG, BMP or VRT file.", path);
        }

        RasterSource source = new(files, path);
        try
        {
            return Open(source, cacheBytes);
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

    private static IRaster Open(RasterSource source, long cacheBytes)
    {
        if (source.Length == 0)
        {
            throw new LearnFormatException("is empty.", source.Path);
        }

        Span<byte> head = stackalloc byte[12];
        head = head[..(int)Math.Min(head.Length, source.Length)];
        source.Read(0, head);
        if (TiffDirectory.IsTiff(head))
        {
            return new TiffRaster(source, cacheBytes);
        }

        if (PictureRaster.IsPicture(head))
        {
            return new PictureRaster(source);
        }

        throw Unsupported(source.Path, $"is no TIFF, PNG, JPEG, BMP or VRT (it begins with bytes {Convert.ToHexString(head)})", "-of GTiff");
    }
}
