using System.Diagnostics;
using System.Globalization;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Models;
using ArcLearn.Core.Runtime;

namespace ArcLearn.Benchmarks.Engine;

/// <summary>
/// The most memory that a search takes, over rasters whose areas stand as 1 : 16 : 144, each in a process of its own, under one limit: with a model by formula the engine
/// alone, and over the smallest with a real detector what libtorch and the weights add.
/// </summary>
internal static class EngineMemory
{
    private static readonly int[] s_sides = [5_000, 20_000, 60_000];

    public static int Compare(string folder, string natives, string limit)
    {
        long bytes = long.Parse(limit, CultureInfo.InvariantCulture) << 20;
        Console.WriteLine($"limit {limit} MB, {Environment.ProcessorCount} processors, .NET {Environment.Version}");
        Console.WriteLine("model        side    tiles  features  seconds   peak MB   at start MB   over the start MB   of the limit");
        List<double> peaks = [];
        foreach ((string model, int side) in s_sides.Select(side => ("formula", side)).Append(("resnet34", s_sides[0])))
        {
            string path = RepeatedTiff.Write(folder, side);
            double[] found = PeerProcess.Numbers(PeerProcess.Start(Environment.ProcessPath!, ["engine", "search", model, natives, path, $"{bytes}"]));
            double over = found[3] - found[4];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{model,-9}{side,8}{found[0],9:F0}{found[1],10:F0}{found[2],9:F1}{found[3],10:F0}{found[4],14:F0}{over,20:F0}{over * 1048576 / bytes,15:P0}"));
            if (model == "formula")
            {
                peaks.Add(found[3]);
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"growth of the peak from the first to the last raster: {(peaks[^1] / peaks[0]) - 1:P1}"));
        return 0;
    }

    /// <summary>One search; prints tiles, features, seconds, the peak of the process and what it held when the model was ready, both in megabytes.</summary>
    public static int Search(string model, string natives, string path, string limit)
    {
        string output = Path.Combine(Path.GetTempPath(), $"arclearn-engine-{Environment.ProcessId}.gpkg");
        try
        {
            if (model != "formula")
            {
                TorchRuntime.NativeFolder = natives;
            }

            using SsdEngine? detector = model == "formula" ? null : EngineRun.Detector();
            using IDetectionBackend backend = detector is null ? new SquareBackend(EngineRun.Chip, EngineRun.Batch) : new SsdBackend(detector, EngineRun.Batch);
            using Process self = Process.GetCurrentProcess();
            double start = self.WorkingSet64 / 1048576.0;
            Stopwatch watch = Stopwatch.StartNew();
            (int tiles, int features) = EngineRun.Search(path, backend, long.Parse(limit, CultureInfo.InvariantCulture), output);
            double seconds = watch.Elapsed.TotalSeconds;
            self.Refresh();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{tiles} {features} {seconds} {self.PeakWorkingSet64 / 1048576.0} {start}"));
            return 0;
        }
        finally
        {
            File.Delete(output);
        }
    }
}
