using System.Globalization;
using System.Xml.Linq;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Benchmarks;

/// <summary>The NEON plots' Pascal VOC boxes as layers in the plots' coordinates.</summary>
internal static class TreeLabels
{
    public static int Write(string data, string folder)
    {
        Directory.CreateDirectory(folder);
        int written = 0;
        foreach (string xml in Directory.EnumerateFiles(Path.Combine(data, "labels"), "*.xml").Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileNameWithoutExtension(xml);
            using IRaster raster = RasterFile.Open(Path.Combine(data, "images", name + ".tif"));

            // Every object is a tree; six are spelt "Tree\".
            BoxLayer.Write(
                Path.Combine(folder, name + ".geojson"),
                XDocument.Load(xml).Descendants("bndbox").Select(box => ("Tree", Side(box, "xmin"), Side(box, "ymin"), Side(box, "xmax"), Side(box, "ymax"))),
                raster.Transform,
                raster.SpatialReference?.Epsg);
            written++;
        }

        Console.WriteLine($"{written} layers in {folder}");
        return written > 0 ? 0 : 1;
    }

    private static double Side(XElement box, string name) => double.Parse(box.Element(name)!.Value, CultureInfo.InvariantCulture);
}
