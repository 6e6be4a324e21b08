using System.Xml.Linq;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Rasters;

/// <summary>The .aux.xml beside a raster (GDAL's Persistent Auxiliary Metadata), which GDAL and ArcGIS write: place, bands, colours.</summary>
internal sealed record SideFile(
    GeoTransform? Transform, SpatialReference? SpatialReference, IReadOnlyDictionary<int, RasterBand> Bands, IReadOnlyList<RasterColor> ColorTable)
{
    public static string PathOf(string raster) => raster + ".aux.xml";

    /// <summary>Null where there is none.</summary>
    /// <exception cref="LearnFormatException">It is there and is no XML, or its numbers are none.</exception>
    public static SideFile? Find(IFileSystem files, string raster)
    {
        string path = PathOf(raster);
        return files.FileExists(path) && RasterXml.Load(files, path).Root is { Name.LocalName: "PAMDataset" } root ? Read(root, path) : null;
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
        foreach (XElement band in root.Elements("PAMRasterBand"))
        {
            int number = (int)RasterXml.Number(band.Attribute("band")?.Value, 0, path);
            bands.TryAdd(number, RasterXml.Band(band, path));
            if (number == 1)
            {
                colors = RasterXml.Colors(band, path);
            }
        }

        return new SideFile(RasterXml.Transform(root, path), RasterXml.Reference(root, path), bands, colors);
    }
}
