using System.Text;
using System.Xml.Linq;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Rasters;

/// <summary>The .aux.xml beside a raster (GDAL's Persistent Auxiliary Metadata), which GDAL and ArcGIS write: place, bands, colours, classes.</summary>
internal sealed record SideFile(
    GeoTransform? Transform, SpatialReference? SpatialReference, IReadOnlyDictionary<int, RasterBand> Bands, IReadOnlyList<RasterColor> ColorTable,
    IReadOnlyList<ClassDefinition> Classes)
{
    public static string PathOf(string raster) => raster + ".aux.xml";

    /// <summary>Null where there is none.</summary>
    /// <exception cref="LearnFormatException">It is there and is no XML, or its numbers are none.</exception>
    public static SideFile? Find(IFileSystem files, string raster)
    {
        string path = PathOf(raster);
        return files.FileExists(path) && RasterXml.Load(files, path).Root is { Name.LocalName: "PAMDataset" } root ? Read(root, path) : null;
    }

    /// <summary>Writes what the classes of a raster of one band mean; without classes an old side file goes, since it spoke of another raster.</summary>
    /// <param name="staged">Gives it its name.</param>
    public static void Write(StagedFiles staged, string raster, IReadOnlyList<ClassDefinition> classes, IReadOnlyList<long> counts)
    {
        string path = PathOf(raster);
        if (classes.Count > 0)
        {
            XElement root = new("PAMDataset", new XElement("PAMRasterBand", new XAttribute("band", 1), RasterAttributeTable.Write(classes, counts)));
            staged.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(root.ToString() + "\n")));
        }
        else
        {
            staged.Remove(path);
        }
    }

    /// <summary>What the raster does not say of its bands itself comes from the side file.</summary>
    public static IReadOnlyList<RasterBand> Complete(SideFile? side, IReadOnlyList<RasterBand> bands, SampleType type) => side is null ? bands :
    [
        .. bands.Select((band, i) => side.Bands.TryGetValue(i + 1, out RasterBand? other)
            ? new RasterBand(
                band.Name ?? other.Name,
                band.NoData ?? (other.NoData is double value ? SampleTypes.Represent(value, type) : null),
                band.Scale == 1 ? other.Scale : band.Scale,
                band.Offset == 0 ? other.Offset : band.Offset,
                band.Unit ?? other.Unit)
            : band),
    ];

    private static SideFile Read(XElement root, string path)
    {
        Dictionary<int, RasterBand> bands = [];
        IReadOnlyList<RasterColor> colors = [];
        IReadOnlyList<ClassDefinition> classes = [];
        foreach (XElement band in root.Elements("PAMRasterBand"))
        {
            int number = (int)RasterXml.Number(band.Attribute("band")?.Value, 0, path);
            bands.TryAdd(number, RasterXml.Band(band, path));
            if (number == 1)
            {
                colors = RasterXml.Colors(band, path);
                classes = RasterAttributeTable.Read(band, path);
            }
        }

        return new SideFile(RasterXml.Transform(root, path), RasterXml.Reference(root, path), bands, colors, classes);
    }
}
