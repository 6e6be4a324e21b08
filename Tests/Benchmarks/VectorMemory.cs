using System.Diagnostics;
using ArcLearn.Core.Crs;
using ArcLearn.Core.Vectors;
using NetTopologySuite.Geometries;

namespace ArcLearn.Benchmarks;

/// <summary>
/// Writes and reads layers of a hundred thousand and of a million features in each format, and prints the memory that each needed over
/// what the process held before: bounded means that the two do not differ by the tenfold number of features.
/// </summary>
internal static class VectorMemory
{
    private static readonly int[] s_counts = [100_000, 1_000_000];

    private static readonly FieldDefinition[] s_fields =
        [new("Class", FieldType.Text), new("Classvalue", FieldType.Integer), new("Confidence", FieldType.Real)];

    public static int Print(string? address)
    {
        string folder = Directory.CreateTempSubdirectory("arclearn-vectors-").FullName;
        SpatialReference crs = CoordinateSystems.FromEpsg(32618);
        Console.WriteLine("format       features   write s  MB   read s  MB   labels on 1 % of the ground s  MB  kept");
        try
        {
            foreach (int count in s_counts)
            {
                foreach (string target in new[] { "a.gpkg", "a.geojson", "a.geojsonl", "a.shp" }.Select(name => Path.Combine(folder, $"{count}{name}")).Append(address).OfType<string>())
                {
                    Print(target, crs, count);
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static void Print(string target, SpatialReference crs, int count)
    {
        string format = "";
        (double writeSeconds, long writeMegabytes) = Measure(() => format = Write(target, crs, count));
        using IVectorLayer layer = VectorLayers.Open(target);
        (double readSeconds, long readMegabytes) = Measure(() => Require(layer.Read().LongCount() == count));
        int kept = 0;
        Envelope ground = new(400_000, 410_000, 4_000_000, 4_010_000);
        (double labelSeconds, long labelMegabytes) = Measure(() => kept = LabelReader.Read(
            layer, crs, true, new LabelOptions("Class"), new LabelBounds(ground, new Envelope(), ground)).Objects.Count);
        Console.WriteLine(FormattableString.Invariant(
            $"{format,-18}{count,9}{writeSeconds,8:F1}{writeMegabytes,5}{readSeconds,8:F1}{readMegabytes,5}{labelSeconds,20:F1}{labelMegabytes,8}{kept,8}"));
    }

    /// <summary>Squares of 8 m on a ground of 100 km.</summary>
    private static string Write(string target, SpatialReference crs, int count)
    {
        Random random = new(7);
        using IFeatureWriter writer = FeatureWriters.Create(target, "objects", crs, s_fields, force: true);
        for (int i = 0; i < count; i++)
        {
            double x = 400_000 + (random.NextDouble() * 100_000);
            double y = 4_000_000 + (random.NextDouble() * 100_000);
            Geometry square = GeometryFactory.Default.ToGeometry(new Envelope(x, x + 8, y, y + 8));
            writer.Write(square, [$"class {i % 5}", (long)(i % 5) + 1, i % 100 + 0.5]);
        }

        writer.Complete();
        return writer.Format;
    }

    /// <summary>Seconds, and the greatest working set over that at the start, sampled.</summary>
    private static (double Seconds, long Megabytes) Measure(Action work)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        long before = Environment.WorkingSet;
        long most = before;
        using Timer timer = new(_ => most = Math.Max(most, Environment.WorkingSet), null, 0, 20);
        Stopwatch watch = Stopwatch.StartNew();
        work();
        return (watch.Elapsed.TotalSeconds, (most - before) >> 20);
    }

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new InvalidOperationException("The layer does not hold what was written.");
        }
    }
}
