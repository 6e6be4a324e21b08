using ArcLearn.Core.Inference;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Inference;

/// <summary>Rasters to classify by formula, and runs over them.</summary>
internal static class PixelScene
{
    public const int Chip = 64;

    /// <summary>Patches of values that overlap.</summary>
    public static MemoryRaster Make(int width, int height, int seed, double? noData = null)
    {
        MemoryRaster raster = new(width, height) { NoData = noData };
        Random random = new(seed);
        raster.Fill(new PixelWindow(0, 0, width, height), 8);
        for (int i = 0; i < width * height / 400; i++)
        {
            raster.Fill(new PixelWindow(random.Next(width), random.Next(height), random.Next(1, 60), random.Next(1, 60)), random.Next(20, 200));
        }

        return raster;
    }

    public static RunIdentity Identity() => new([new("raster", "AB"), new(RunIdentity.Runtime[2], "avx2")]);

    public static ImageryLayerItem Run(PixelRunOptions options, IRaster raster, IPixelBackend backend, string output, CancellationToken cancel = default, bool force = false)
    {
        PixelOutput place = new(output, force, LocalFileSystem.Instance, options.HasProbabilities);
        using PixelRun run = Begin(options, raster, backend, place);
        return run.Finish(place, run.Search(progress: null, cancel), cancel);
    }

    public static PixelRun Begin(PixelRunOptions options, IRaster raster, IPixelBackend backend, PixelOutput place, long? bytes = null) => new(
        options, raster, backend, Identity(), options.Shard is ShardNumber shard ? place.ShardPath(shard) : place.Journal, force: false, journalBytes: bytes, model: "formula", output: place.Path);

    public static string RunShard(PixelRunOptions options, IRaster raster, IPixelBackend backend, string output)
    {
        PixelOutput place = new(output, force: false, LocalFileSystem.Instance, options.HasProbabilities);
        using PixelRun run = Begin(options, raster, backend, place);
        _ = run.Search(progress: null, CancellationToken.None);
        return run.Journal;
    }

    /// <summary>The values of a written raster, row by row.</summary>
    public static double[] Values(string path, int band = 0)
    {
        using IRaster raster = RasterFile.Open(path);
        double[] values = new double[raster.Width * raster.Height];
        raster.Read<double>(new PixelWindow(0, 0, raster.Width, raster.Height), [band], values, -1);
        return values;
    }

    /// <summary>What <see cref="FormulaBackend"/> makes of each pixel where it errs nowhere.</summary>
    public static double[] Expected(MemoryRaster raster, ClassCodes codes, Func<int, int, bool>? isInside = null)
    {
        double[] values = new double[raster.Width * raster.Height];
        for (int row = 0; row < raster.Height; row++)
        {
            for (int column = 0; column < raster.Width; column++)
            {
                float value = raster[0, column, row];
                bool hasData = value != (float?)raster.NoData && isInside?.Invoke(column, row) != false;
                values[(row * raster.Width) + column] = hasData ? codes.Values[(int)value % codes.Channels] : codes.NoData;
            }
        }

        return values;
    }

    public static byte[] Bytes(TemporaryFolder folder, string name) => File.ReadAllBytes(folder.PathOf(name));
}
