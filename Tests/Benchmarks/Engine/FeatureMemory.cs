using System.Diagnostics;
using System.Globalization;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Vectors;
using NetTopologySuite.Geometries;

namespace ArcLearn.Benchmarks.Engine;

/// <summary>
/// The most memory that a classification of features takes, over layers of a hundred thousand and of a million small polygons in each format, with classes by formula, each in a process of its own:
/// bounded means that the two do not differ by the tenfold number of features.
/// </summary>
internal static class FeatureMemory
{
    private const int Side = 20_000;
    private static readonly int[] s_counts = [100_000, 1_000_000];

    public static int Compare(string folder)
    {
        string raster = RepeatedTiff.Write(folder, Side);
        Console.WriteLine($"{Environment.ProcessorCount} processors, .NET {Environment.Version}");
        Console.WriteLine("layer                features  classified  seconds  of them writing   layer MB   peak MB   at start MB");
        foreach (string extension in new[] { "gpkg", "geojson", "shp" })
        {
            List<double> peaks = [];
            foreach (int count in s_counts)
            {
                string layer = Write(folder, extension, count);
                double[] found = PeerProcess.Numbers(PeerProcess.Start(Environment.ProcessPath!, ["features", "classify", raster, layer]));
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{Path.GetFileName(layer),-18}{found[0],11:F0}{found[1],12:F0}{found[2],9:F1}{found[3],17:F1}{found[4],11:F0}{found[5],10:F0}{found[6],14:F0}"));
                peaks.Add(found[5]);
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"growth of the peak: {(peaks[^1] / peaks[0]) - 1:P1}"));
        }

        return 0;
    }

    /// <summary>One classification; prints features, those classified, seconds, those of writing, megabytes of the layer, of the process's peak and when it began.</summary>
    public static int Classify(string raster, string layer)
    {
        using Process self = Process.GetCurrentProcess();
        double start = self.WorkingSet64 / 1048576.0;
        Stopwatch watch = Stopwatch.StartNew();
        FeatureRequest request = new()
        {
            Layer = new LayerSource(layer), Raster = raster, LabelField = "kind", ConfidenceField = "sure", TileSize = FormulaChips.Side, BatchSize = 64, Force = true,
        };
        using FeatureClassification classification = FeatureClassification.Open(request, FormulaChips.Definition, warn: null, CancellationToken.None);
        double read = 0;
        ClassifiedLayer result = classification.Run(new FormulaChips(), _ => read = watch.Elapsed.TotalSeconds, CancellationToken.None);
        double seconds = watch.Elapsed.TotalSeconds;
        self.Refresh();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Features} {result.Classified} {seconds} {seconds - read} {new FileInfo(layer).Length / 1048576.0} {self.PeakWorkingSet64 / 1048576.0} {start}"));
        return 0;
    }

    /// <summary>Squares of 8 to 24 pixels, row by row over the raster, in its pixels.</summary>
    private static string Write(string folder, string extension, int count)
    {
        string path = Path.Combine(folder, FormattableString.Invariant($"squares_{count}.{extension}"));
        Random random = new(3);
        int across = (int)Math.Ceiling(Math.Sqrt(count));
        double step = (double)Side / across;
        using IFeatureWriter writer = FeatureWriters.Create(path, "squares", crs: null, [new("number", FieldType.Integer)], force: true);
        for (int i = 0; i < count; i++)
        {
            (double x, double y, double size) = (i % across * step, -(i / across * step), 8 + (random.NextDouble() * 16));
            writer.Write(GeometryFactory.Default.ToGeometry(new Envelope(x, x + size, y - size, y)), [(long)i]);
        }

        writer.Complete();
        return path;
    }
}
