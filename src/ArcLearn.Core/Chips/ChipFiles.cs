using System.Globalization;
using System.Security;
using System.Text;
using ArcLearn.Core.Crs;
using ArcLearn.Core.Formats;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Chips;

/// <summary>Writes the files of one chip: image, world file, PAM where the image itself cannot name its CRS, label. Safe from any thread.</summary>
internal sealed class ChipFiles(IFileSystem files, string folder, ChipFormat format)
{
    private readonly string _images = Path.Combine(folder, "images");
    private readonly string _labels = Path.Combine(folder, "labels");
    private readonly string _extension = ImageWriter.Extension(format);

    public void CreateFolders()
    {
        files.CreateDirectory(_images);
        files.CreateDirectory(_labels);
    }

    /// <summary>The chip's line of map.txt: backslashes, two spaces between, one at the end.</summary>
    public string MapLine(int number) => string.Create(
        CultureInfo.InvariantCulture, $"images\\{number:D9}{_extension}  labels\\{number:D9}.xml \n");

    /// <param name="transform">Of the chip; in pixel space for a raster without georeference, which goes into the world file only.</param>
    public void Write(
        int number, RasterImage image, GeoTransform transform, bool isGeoreferenced, SpatialReference? crs, double? noData, IReadOnlyList<ChipObject> objects)
    {
        string stem = number.ToString("D9", CultureInfo.InvariantCulture);
        string imagePath = Path.Combine(_images, stem + _extension);
        ImageWriter.Write(files, imagePath, format, image, isGeoreferenced ? transform : null, crs, noData);
        WriteText(WorldFile.NameFor(imagePath), WorldFile.Format(transform));
        if (format != ChipFormat.TIFF && SrsText(crs) is string wkt)
        {
            WriteText(imagePath + ".aux.xml", $"<PAMDataset>\n  <SRS>{SecurityElement.Escape(wkt)}</SRS>\n</PAMDataset>\n");
        }

        WriteText(
            Path.Combine(_labels, stem + ".xml"), VocXml.Format(stem + _extension, image.Width, image.Height, image.Bands, objects));
    }

    /// <summary>Well-known text, or a code where none is at hand: GDAL takes both.</summary>
    private static string? SrsText(SpatialReference? crs) =>
        crs is null ? null
        : crs.Wkt is null && CoordinateSystems.Identify(crs) is null ? (crs.Epsg is int code ? string.Create(CultureInfo.InvariantCulture, $"EPSG:{code}") : null)
        : CoordinateSystems.ToWkt1(crs);

    // The whole folder appears at once, so its files need no temporary names of their own.
    private void WriteText(string path, string text)
    {
        using Stream stream = files.Create(path);
        stream.Write(Encoding.UTF8.GetBytes(text));
    }
}
