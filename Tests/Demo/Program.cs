using System.Globalization;
using ArcLearn;
using ArcLearn.Core.Crs;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Demo;

// Two verbs for Demo.ps1: "render <raster> <labels>" and "split <raster> <gap in pixels>".
const int Size = 5120;
const int Epsg = 32618;

switch (args)
{
    case ["render", string raster, string labels]:
        Render(raster, labels);
        return 0;
    case ["split", string raster, string gap]:
        Split(raster, int.Parse(gap, CultureInfo.InvariantCulture));
        return 0;
    default:
        Console.Error.WriteLine("Usage: ArcLearn.Demo render <raster.tif> <labels.geojson> | split <raster> <gap>");
        return 2;
}

static void Render(string rasterPath, string labelPath)
{
    // 7.5 cm to the pixel, somewhere in UTM zone 18 north.
    GeoTransform transform = new(583_000, 4_507_500, 0.075, -0.075);
    ScenePlan plan = new(Size, scale: 1.6f, seed: 11);
    byte[] pixels = new SceneRenderer(plan, seed: 5).Render();
    using GeoTiffWriter writer = new(
        LocalFileSystem.Instance, rasterPath, Size, Size, 3, SampleType.UInt8, transform, CoordinateSystems.FromEpsg(Epsg), noData: null, isColor: true);
    byte[] row = new byte[3 * Size];
    for (int y = 0; y < Size; y++)
    {
        for (int x = 0; x < Size; x++)
        {
            for (int band = 0; band < 3; band++)
            {
                row[(band * Size) + x] = pixels[(((y * Size) + x) * 4) + band];
            }
        }

        writer.WriteRows(1, row);
    }

    writer.Complete();
    File.WriteAllText(labelPath, SceneLabels.ToGeoJson(plan, transform, Epsg));
}

// West to train on, east to measure on, with a gap between them: xmin, ymin, xmax, ymax each.
static void Split(string path, int gap)
{
    using IRaster raster = RasterFile.Open(path);
    double border = Math.Floor(raster.Width * 0.6);
    Print(0, border);
    Print(border + gap, raster.Width);

    void Print(double left, double right)
    {
        (double X, double Y)[] corner =
        [
            raster.Transform.ToMap(left, 0), raster.Transform.ToMap(right, 0),
            raster.Transform.ToMap(left, raster.Height), raster.Transform.ToMap(right, raster.Height),
        ];
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{corner.Min(c => c.X):R}, {corner.Min(c => c.Y):R}, {corner.Max(c => c.X):R}, {corner.Max(c => c.Y):R}"));
    }
}
