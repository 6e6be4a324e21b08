using System.Diagnostics;
using System.Globalization;
using ArcLearn.Benchmarks.Speed;
using ArcLearn.Core.Inference;
using ArcLearn.Core.IO;
using ArcLearn.Core.Models;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Runtime;

namespace ArcLearn.Benchmarks.Engine;

/// <summary>
/// A saved U-Net over a raster: tiles a second of a whole classification as a share of what the bare prepared model reaches in the same process on ready batches, and against a straightforward script
/// with rasterio and PyTorch over the same file with the same weights, turn by turn; and what is to be seen of its seams against one pass over a whole scene.
/// </summary>
internal static class UnetRun
{
    private const int Batch = 8;
    private const int Scene = 1024;
    private const int SeamChip = 256;
    private const int SeamPadding = 64;
    private const int SeamWidth = 4;

    public static int Print(string natives, string python, string parity, string model, string path, int rounds)
    {
        TorchRuntime.NativeFolder = natives;
        using ModelEngine engine = SavedModel.Open(model, null, LearnDevice.Cpu, CancellationToken.None);
        UnetEngine unet = (UnetEngine)engine;
        string weights = Path.ChangeExtension(SavedModel.Describe(model) is UnetDefinition && Directory.Exists(model) ? Directory.GetFiles(model, "*.emd")[0] : model, ".pth");
        using Process peer = PeerProcess.Converse(
            python, Path.Combine(parity, "..", "Benchmarks", "Engine", "peer_unet.py"), parity, $"{Environment.ProcessorCount}", path, weights, $"{unet.ChipSize}", $"{unet.ChipSize / 4}", $"{Batch}", unet.Backbone,
            $"{unet.Classes.Count}", Path.Combine(Path.GetTempPath(), $"arclearn-script-{Environment.ProcessId}.tif"));
        Speed(unet, path, rounds, peer);
        peer.StandardInput.Close();
        Seams(unet, path);
        return 0;
    }

    private static void Speed(UnetEngine model, string path, int rounds, Process peer)
    {
        LearnPrecision[] precisions = [LearnPrecision.Float32, LearnPrecision.BFloat16];
        UnetBackend[] backends = [.. precisions.Select(precision => new UnetBackend(model, Batch, precision))];
        string output = Path.Combine(Path.GetTempPath(), $"arclearn-unet-{Environment.ProcessId}.tif");
        Console.WriteLine($"classification of {Path.GetFileName(path)} with a U-Net on {model.Backbone}, chips of {backends[0].ChipSize}, {Environment.ProcessorCount} replicas of one thread, libtorch {TorchRuntime.Describe().TorchVersion} against {peer.StandardOutput.ReadLine()}");
        Console.WriteLine("round  precision    bare tiles/s    whole tiles/s    share    script tiles/s (Float32)    as fast as the script");
        List<(LearnPrecision Precision, double Share, double Times)> found = [];
        for (int round = 0; round < rounds; round++)
        {
            double[] script = PeerProcess.Ask(peer);
            for (int i = 0; i < precisions.Length; i++)
            {
                double bare = Bare(backends[i], path);
                double whole = Whole(backends[i], path, output);
                found.Add((precisions[i], whole / bare, whole * script[0] / script[1]));
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{round + 1,5}  {precisions[i],-9}{bare,16:F2}{whole,17:F2}{found[^1].Share,9:F3}{script[1] / script[0],28:F2}{found[^1].Times,25:F2}"));
            }
        }

        Array.ForEach(backends, backend => backend.Dispose());
        Array.ForEach(Directory.GetFiles(Path.GetTempPath(), $"arclearn-*-{Environment.ProcessId}.tif*"), File.Delete);
        foreach (IGrouping<LearnPrecision, (LearnPrecision, double Share, double Times)> runs in found.GroupBy(run => run.Precision))
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"medians of {runs.Key}: share of the bare model {Taken.Median([.. runs.Select(run => run.Share)]):F3}, as fast as the script {Taken.Median([.. runs.Select(run => run.Times)]):F2}"));
        }
    }

    /// <summary>Tiles a second of a classification from the open file to the finished map.</summary>
    private static double Whole(UnetBackend backend, string path, string output)
    {
        Stopwatch watch = Stopwatch.StartNew();
        using IRaster raster = RasterFile.Open(path);
        PixelOutput place = new(output, force: true, LocalFileSystem.Instance, hasProbabilities: false);
        using PixelRun run = new(
            new PixelRunOptions { Workers = Environment.ProcessorCount }, raster, backend, new RunIdentity([new("run", "benchmark")]), place.Journal, force: true, model: "benchmark", output: output);
        int tiles = run.Finish(place, run.Search(null, CancellationToken.None), CancellationToken.None).Tiles;
        return tiles / watch.Elapsed.TotalSeconds;
    }

    /// <summary>Tiles a second of as many replicas as the run has, on one batch that lies ready.</summary>
    private static double Bare(UnetBackend backend, string path)
    {
        const int Batches = 6;
        float[] samples = Samples(path, backend, [.. Enumerable.Range(0, Batch).Select(i => new PixelWindow(i * 24, i * 16, backend.ChipSize, backend.ChipSize))]);
        double[] seconds = new double[Environment.ProcessorCount];
        Thread[] threads = [.. seconds.Select((_, i) => new Thread(() =>
        {
            using IPixelReplica replica = backend.CreateReplica();
            float[] scores = new float[Batch * (backend.Classes.Count + 1) * backend.ChipSize * backend.ChipSize];
            float[] mine = [.. samples];
            Stopwatch watch = Stopwatch.StartNew();
            for (int batch = 0; batch < Batches; batch++)
            {
                replica.Score(mine, scores);
            }

            seconds[i] = watch.Elapsed.TotalSeconds;
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return seconds.Sum(time => Batches * Batch / time);
    }

    private static void Seams(UnetEngine model, string path)
    {
        using IRaster raster = RasterFile.Open(path);
        int side = Math.Min(Scene, Math.Min(raster.Width, raster.Height) / 32 * 32);
        float[] whole = Shares(model, path, side, side, padding: 0);
        float[] tiled = Shares(model, path, side, SeamChip, SeamPadding);
        int channels = model.Classes.Count + 1;
        TileGrid grid = new(side, side, SeamChip, SeamPadding);
        HashSet<int> borders = [.. Enumerable.Range(0, grid.Columns).Select(column => grid[column].Core.Column).Where(border => border > 0)];
        List<double> all = [];
        List<double> near = [];
        (int different, int pixels) = (0, 0);
        for (int i = 0; i < side * side; i++)
        {
            bool isNear = borders.Any(border => Math.Min(Math.Abs((i % side) + 0.5 - border), Math.Abs((i / side) + 0.5 - border)) < SeamWidth);
            (int best, int other) = (0, 0);
            for (int channel = 0; channel < channels; channel++)
            {
                double apart = Math.Abs(whole[(channel * side * side) + i] - tiled[(channel * side * side) + i]);
                all.Add(apart);
                if (isNear)
                {
                    near.Add(apart);
                }

                best = whole[(channel * side * side) + i] > whole[(best * side * side) + i] ? channel : best;
                other = tiled[(channel * side * side) + i] > tiled[(other * side * side) + i] ? channel : other;
            }

            pixels += isNear ? 1 : 0;
            different += isNear && best != other ? 1 : 0;
        }

        (double border, double everywhere) = (Taken.Median(near), Taken.Median(all));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"seams of {side} by {side} pixels against one pass, chips of {SeamChip}, padding {SeamPadding}: median difference of the softmax {border:G3} within {SeamWidth} pixels of core borders, {everywhere:G3} everywhere, ratio {border / everywhere:F2}; another class on {100.0 * different / pixels:F2} % of the border pixels"));
    }

    /// <summary>The softmax of a scene, each pixel from the tile that owns it: <c>[1 + Classes, side, side]</c>.</summary>
    private static float[] Shares(UnetEngine model, string path, int side, int chip, int padding)
    {
        using UnetBackend backend = new(model, 2, chipSize: chip);
        using IPixelReplica replica = backend.CreateReplica();
        TileGrid grid = new(side, side, chip, padding);
        int channels = backend.Classes.Count + 1;
        PixelScores math = new(channels, chip, first: 0);
        float[] scores = new float[2 * channels * chip * chip];
        float[] shares = new float[channels * side * side];
        for (int index = 0; index < grid.Count; index++)
        {
            Tile tile = grid[index];
            replica.Score(Samples(path, backend, [tile.Window, tile.Window]), scores);
            for (int row = 0; row < chip; row++)
            {
                math.Share(scores, chip * chip, row * chip, chip, scores);
            }

            for (int channel = 0; channel < channels; channel++)
            {
                for (int row = tile.Core.Row; row < tile.Core.Bottom; row++)
                {
                    scores.AsSpan((channel * chip * chip) + ((row - tile.Window.Row) * chip) + tile.Core.Column - tile.Window.Column, tile.Core.Width)
                        .CopyTo(shares.AsSpan((channel * side * side) + (row * side) + tile.Core.Column));
                }
            }
        }

        return shares;
    }

    private static float[] Samples(string path, UnetBackend backend, PixelWindow[] windows)
    {
        using IRaster raster = RasterFile.Open(path);
        int length = backend.Bands * backend.ChipSize * backend.ChipSize;
        float[] samples = new float[windows.Length * length];
        for (int i = 0; i < windows.Length; i++)
        {
            raster.Read(windows[i], [.. Enumerable.Range(0, backend.Bands)], samples.AsSpan(i * length, length), 0f);
        }

        return samples;
    }
}
