using System.Diagnostics;
using System.Globalization;
using ArcLearn.Core.Inference;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Benchmarks.Engine;

/// <summary>The most memory that a classification takes, over the rasters of <see cref="EngineMemory"/>, each in a process of its own, under one limit, with classes by formula.</summary>
internal static class PixelMemoryRun
{
    private static readonly int[] s_sides = [5_000, 20_000, 60_000];

    public static int Compare(string folder, string limit, string merge)
    {
        long bytes = long.Parse(limit, CultureInfo.InvariantCulture) << 20;
        Console.WriteLine($"limit {limit} MB, merge {merge}, 6 classes, {Environment.ProcessorCount} processors, .NET {Environment.Version}");
        Console.WriteLine("    side    tiles  seconds   finish s   output MB   peak MB   peak of the search MB   at start MB");
        List<double> peaks = [];
        foreach (int side in s_sides)
        {
            string path = RepeatedTiff.Write(folder, side);
            double[] found = PeerProcess.Numbers(PeerProcess.Start(Environment.ProcessPath!, ["engine", "classify", path, $"{bytes}", merge]));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{side,8}{found[0],9:F0}{found[1],9:F1}{found[2],11:F1}{found[3],12:F0}{found[4],10:F0}{found[5],24:F0}{found[6],14:F0}"));
            peaks.Add(found[4]);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"growth of the peak from the first to the last raster: {(peaks[^1] / peaks[0]) - 1:P1}"));
        return 0;
    }

    /// <summary>One classification; prints tiles, seconds, those of writing, megabytes of the output, of the process's peak, of its peak before writing and when it began.</summary>
    public static int Classify(string path, string limit, string merge)
    {
        string output = Path.Combine(Path.GetDirectoryName(path)!, $"classified-{Environment.ProcessId}.tif");
        try
        {
            using BandBackend backend = new(EngineRun.Chip, EngineRun.Batch);
            using Process self = Process.GetCurrentProcess();
            double start = self.WorkingSet64 / 1048576.0;
            Stopwatch watch = Stopwatch.StartNew();
            BlockCache cache = RasterFile.NewCache();
            using IRaster open = RasterFile.Open(path, files: null, cache);
            PixelRunOptions options = new() { Merge = Enum.Parse<MergePolicy>(merge) };
            long scores = (long)EngineRun.Batch * (backend.Classes.Count + 1) * EngineRun.Chip * EngineRun.Chip * sizeof(float);
            MemoryNeeds needs = MemoryNeeds.Of(open, backend.Bands, EngineRun.Chip, EngineRun.Chip, EngineRun.Batch, Environment.ProcessorCount, scores) with
            {
                FixedBytes = PixelMemory.Of(PixelPlan.Create(options, open, backend), options, new ClassCodes(backend.Classes, hasBackground: true), EngineRun.Batch, Environment.ProcessorCount),
            };
            MemoryBudget budget = MemoryBudget.Fit(needs, long.Parse(limit, CultureInfo.InvariantCulture));
            cache.Limit(budget.CacheBytes);
            PixelOutput place = new(output, force: true, LocalFileSystem.Instance, hasProbabilities: false);
            using PixelRun run = new(
                options with { Workers = budget.Workers, Readers = budget.Readers, Buffers = budget.Buffers }, open, backend, new RunIdentity([new("run", "benchmark")]), place.Journal, force: true, model: "benchmark", output: output);
            JournaledResult result = run.Search(progress: null, CancellationToken.None);
            cache.Clear();
            self.Refresh();
            double search = self.PeakWorkingSet64 / 1048576.0;
            double searched = watch.Elapsed.TotalSeconds;
            ImageryLayerItem map = run.Finish(place, result, CancellationToken.None);
            self.Refresh();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{map.Tiles} {watch.Elapsed.TotalSeconds} {watch.Elapsed.TotalSeconds - searched} {new FileInfo(output).Length / 1048576.0} {self.PeakWorkingSet64 / 1048576.0} {search} {start}"));
            return 0;
        }
        finally
        {
            File.Delete(output);
            File.Delete(output + ".aux.xml");
        }
    }
}
