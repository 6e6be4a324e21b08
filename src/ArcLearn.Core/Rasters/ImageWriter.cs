using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters.Jpeg;
using ArcLearn.Core.Rasters.Tiff;

namespace ArcLearn.Core.Rasters;

/// <summary>Writes chips, compressed fast: pictures of the ground are noisy, and more effort takes several times as long to save a few percent. The bytes depend on the arguments alone; the file appears under its name only when complete.</summary>
internal static class ImageWriter
{
    private const int JpegQuality = 95;

    /// <summary>The extension that goes with a format, with its dot.</summary>
    public static string Extension(ChipFormat format) => format switch
    {
        ChipFormat.TIFF => ".tif",
        ChipFormat.PNG => ".png",
        _ => ".jpg",
    };

    /// <param name="files">Where to write.</param>
    /// <param name="path">The file; an old one is replaced.</param>
    /// <inheritdoc cref="Write(Stream, ChipFormat, RasterImage, GeoTransform?, SpatialReference?, double?)"/>
    public static void Write(
        IFileSystem files, string path, ChipFormat format, RasterImage image, GeoTransform? transform, SpatialReference? crs, double? noData) =>
        files.WriteAtomically(path, stream => Write(stream, format, image, transform, crs, noData));

    /// <param name="stream">Empty, and seekable.</param>
    /// <param name="format">PNG and JPEG take one or three bands of 8 bits.</param>
    /// <param name="image">The samples.</param>
    /// <param name="transform">Kept inside a TIFF only; a world file is for the others.</param>
    /// <param name="crs">Kept inside a TIFF only.</param>
    /// <param name="noData">Kept inside a TIFF only.</param>
    /// <exception cref="LearnArgumentException">The format cannot hold the image.</exception>
    public static void Write(Stream stream, ChipFormat format, RasterImage image, GeoTransform? transform, SpatialReference? crs, double? noData)
    {
        image.Check();
        if (format == ChipFormat.TIFF)
        {
            WriteTiff(stream, image, transform, crs, noData);
            return;
        }

        if (image.SampleType != SampleType.UInt8 || image.Bands is not (1 or 3))
        {
            throw new LearnArgumentException(
                "ChipFormat",
                $"{format} chips hold 1 or 3 bands of 8 bits, and the raster has {image.Bands} of {image.SampleBytes * 8}. Use -ChipFormat TIFF, or choose bands.");
        }

        if (format == ChipFormat.PNG)
        {
            PngWriter.Write(stream, image);
        }
        else
        {
            JpegWriter.Write(stream, image, JpegQuality);
        }
    }

    private static void WriteTiff(Stream stream, RasterImage image, GeoTransform? transform, SpatialReference? crs, double? noData)
    {
        TiffFormat format = TiffFormat.Stripped(image.Width, image.Height, image.Bands, image.SampleType) with { IsColor = image.IsColor, IsFast = true };
        TiffBlockEncoder encoder = new(format);
        TiffFileWriter writer = new(stream, format);
        for (int i = 0; i < format.BlocksDown; i++)
        {
            writer.Append(encoder.EncodeRows(image.Samples, image.Height, i * format.BlockHeight, 0));
        }

        writer.Complete(transform, crs, noData);
    }
}
