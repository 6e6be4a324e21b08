using System.Globalization;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Benchmarks;

/// <summary>The frames' YOLO boxes (class, centre and size in parts of the frame) as layers in pixels, x to the right and y upwards from the upper edge.</summary>
internal static class CarLabels
{
    public static int Write(string data, string folder)
    {
        Directory.CreateDirectory(folder);
        string[] names = File.ReadAllLines(Path.Combine(data, "classes.names"));
        int written = 0;
        foreach (string list in Directory.EnumerateFiles(Path.Combine(data, "labels"), "*.txt").Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileNameWithoutExtension(list);
            using IRaster raster = RasterFile.Open(Path.Combine(data, "images", name + ".png"));
            int width = raster.Width;
            int height = raster.Height;
            IEnumerable<double[]> rows = File.ReadLines(list)
                .Where(line => !string.IsNullOrWhiteSpace(line))
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToArray());
            BoxLayer.Write(
                Path.Combine(folder, name + ".geojson"),
                rows.Where(row => names[(int)row[0]].Trim() == "car").Select(row => (
                    "car", (row[1] - (row[3] / 2)) * width, (row[2] - (row[4] / 2)) * height, (row[1] + (row[3] / 2)) * width, (row[2] + (row[4] / 2)) * height)),
                GeoTransform.Pixels,
                epsg: null);
            written++;
        }

        Console.WriteLine($"{written} layers in {folder}");
        return written > 0 ? 0 : 1;
    }
}
