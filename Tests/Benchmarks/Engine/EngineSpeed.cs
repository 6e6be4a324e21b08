using System.Diagnostics;
using System.Globalization;
using ArcLearn.Benchmarks.Speed;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Models;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Runtime;

namespace ArcLearn.Benchmarks.Engine;

/// <summary>
/// Tiles a second of a whole search (reading, model, journal, merging, layer) as a share of what the bare prepared model reaches in the same process on ready batches, and against a
/// straightforward script with rasterio and PyTorch over the same file with the same weights. Turn by turn; the medians of the ratios count.
/// </summary>
internal static class EngineSpeed
{
    private const double Overlap = 0.1;

    public static int Print(string natives, string python, string parity, string folder, int side, int rounds)
    {
        TorchRuntime.NativeFolder = natives;
        string path = RepeatedTiff.Write(folder, side);
        using SsdEngine model = EngineRun.Detector();
        ModelPackage saved = model.Save(Path.Combine(folder, "model"), force: true, CancellationToken.None);
        double threshold = Threshold(model, path);
        foreach (LearnPrecision precision in (ReadOnlySpan<LearnPrecision>)[LearnPrecision.Float32, LearnPrecision.BFloat16])
        {
            Print(model, saved, precision, threshold, python, parity, path, folder, rounds);
        }

        return 0;
    }

    private static void Print(
        SsdEngine model, ModelPackage saved, LearnPrecision precision, double threshold, string python, string parity, string path, string folder, int rounds)
    {
        using SsdBackend backend = new(model, EngineRun.Batch, threshold, Overlap, precision);
        using Process peer = StartPeer(python, parity, path, saved.WeightsPath, threshold, folder);
        string? version = peer.StandardOutput.ReadLine();
        Console.WriteLine($"search of {Path.GetFileName(path)} in {precision}{(precision == LearnPrecision.BFloat16 && !ConvolutionArithmetic.HasBFloat16 ? " (rounded 32-bit arithmetic: this processor has no instructions for it)" : "")}: {EngineRun.Case}; {Environment.ProcessorCount} replicas of one thread; libtorch {TorchRuntime.Describe().TorchVersion} against {version}");
        Console.WriteLine("round    bare tiles/s    whole tiles/s    share    features    script tiles/s    as fast as the script    its features");
        List<(double Share, double Times)> ratios = [];
        for (int round = 0; round < rounds; round++)
        {
            double bare = Bare(backend, path);
            Stopwatch watch = Stopwatch.StartNew();
            (int tiles, int features) = EngineRun.Search(path, backend, limit: null, Path.Combine(folder, "found.gpkg"));
            double whole = tiles / watch.Elapsed.TotalSeconds;
            double[] script = PeerProcess.Ask(peer);
            ratios.Add((whole / bare, whole * script[0] / script[1]));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{round + 1,5}{bare,16:F2}{whole,17:F2}{ratios[^1].Share,9:F3}{features,12}{script[1] / script[0],18:F2}{ratios[^1].Times,25:F2}{script[2],16:F0}"));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"medians: share of the bare model {Taken.Median(ratios.Select(ratio => ratio.Share)):F3}, as fast as the script {Taken.Median(ratios.Select(ratio => ratio.Times)):F2}"));
        peer.StandardInput.Close();
    }

    /// <summary>A score that some objects exceed wherever a tile keeps them: untrained, a network is surest at the border of its chips.</summary>
    private static double Threshold(SsdEngine model, string path)
    {
        using SsdBackend all = new(model, EngineRun.Batch, threshold: 0, Overlap);
        using IDetectionReplica replica = all.CreateReplica();
        float[] scores = [.. replica.Detect(Chips(path)).SelectMany(chip => chip).Select(box => box.Score).OrderDescending()];
        return scores[Math.Min(scores.Length, 60 * EngineRun.Batch) - 1];
    }

    private static float[] Chips(string path)
    {
        using IRaster raster = RasterFile.Open(path);
        const int Area = EngineRun.Chip * EngineRun.Chip * 3;
        float[] samples = new float[EngineRun.Batch * Area];
        for (int i = 0; i < EngineRun.Batch; i++)
        {
            raster.Read(new PixelWindow(i * 96, i * 64, EngineRun.Chip, EngineRun.Chip), [0, 1, 2], samples.AsSpan(i * Area, Area), 0f);
        }

        return samples;
    }

    /// <summary>Tiles a second of as many replicas as the search has, on one batch that lies ready.</summary>
    private static double Bare(SsdBackend backend, string path)
    {
        const int Batches = 12;
        float[] samples = Chips(path);
        double[] seconds = new double[Environment.ProcessorCount];
        Thread[] threads = [.. seconds.Select((unused, i) => new Thread(() =>
        {
            using IDetectionReplica replica = backend.CreateReplica();
            float[] mine = [.. samples];
            Stopwatch watch = Stopwatch.StartNew();
            for (int batch = 0; batch < Batches; batch++)
            {
                replica.Detect(mine);
            }

            seconds[i] = watch.Elapsed.TotalSeconds;
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return seconds.Sum(time => Batches * EngineRun.Batch / time);
    }

    private static Process StartPeer(string python, string parity, string path, string weights, double threshold, string folder)
    {
        SpeedCase of = EngineRun.Case;
        return PeerProcess.Converse(
            python, Path.Combine(parity, "..", "Benchmarks", "Engine", "peer.py"), parity, $"{of.Threads}", path, weights, $"{EngineRun.Chip}", $"{EngineRun.Chip / 4}", $"{EngineRun.Batch}",
            threshold.ToString(CultureInfo.InvariantCulture), Overlap.ToString(CultureInfo.InvariantCulture), of.Backbone, string.Join(',', of.Grids), $"{of.Classes}",
            Path.Combine(folder, "script.geojson"));
    }
}
