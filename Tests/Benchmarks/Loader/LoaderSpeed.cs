using System.Diagnostics;
using System.Globalization;
using ArcLearn.Benchmarks.Speed;
using ArcLearn.Core.Data;

namespace ArcLearn.Benchmarks.Loader;

/// <summary>Batches per second of decoded and augmented chips, against torchvision and torch's DataLoader on the same folder, in turns within one run.</summary>
internal static class LoaderSpeed
{
    private const int Chip = 224;
    private const int Batch = 32;
    private const int Workers = 2;

    /// <param name="folder">A folder of images per class.</param>
    /// <param name="rounds">Epochs of each side; the first one warms up.</param>
    public static int Print(string python, string folder, int rounds)
    {
        IChipData<ImageClassBatch> cold = Open(folder, cacheBytes: 0);
        IChipData<ImageClassBatch> kept = Open(folder, cacheBytes: 1L << 30);
        string script = Path.Combine(AppContext.BaseDirectory, "loader_peer.py");
        ProcessStartInfo start = new(python) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (string argument in new[] { script, folder, $"{Chip}", $"{Batch}", $"{Workers}" })
        {
            start.ArgumentList.Add(argument);
        }

        using Process peer = Process.Start(start)!;
        if (peer.StandardOutput.ReadLine()?.Split(' ') is not ["ready", string version])
        {
            peer.WaitForExit();
            Console.WriteLine($"{python} ended with exit code {peer.ExitCode}: no comparison.");
            return 1;
        }

        List<double> theirs = [];
        List<double> decoding = [];
        List<double> keeping = [];
        for (int round = 0; round <= rounds; round++)
        {
            peer.StandardInput.WriteLine();
            peer.StandardInput.Flush();
            double[] answer = [.. peer.StandardOutput.ReadLine()!.Split(' ').Select(part => double.Parse(part, CultureInfo.InvariantCulture))];
            double[] rates = [answer[1] / answer[0], Rate(cold, round), Rate(kept, round)];
            if (round > 0)
            {
                theirs.Add(rates[0]);
                decoding.Add(rates[1]);
                keeping.Add(rates[2]);
            }
        }

        peer.StandardInput.Close();
        peer.WaitForExit();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"loader: {cold.TrainingChips} chips to {Chip} px, batches of {Batch}, {Workers} workers, {rounds} epochs; batches per second, median: torchvision {version} {Taken.Median(theirs):F1}, "
            + $"here decoding every time {Taken.Median(decoding):F1} ({Taken.Median(decoding.Zip(theirs, (a, b) => a / b)):F2} times), decoded chips kept {Taken.Median(keeping):F1} ({Taken.Median(keeping.Zip(theirs, (a, b) => a / b)):F2} times)"));
        return 0;
    }

    private static IChipData<ImageClassBatch> Open(string folder, long cacheBytes) => (IChipData<ImageClassBatch>)DataBunchBuilder.Build(new DataBunchOptions
    {
        Paths = [folder], DatasetType = MetadataFormats.Imagenet, ChipSize = Chip, BatchSize = Batch, ValidationFraction = 0, Workers = Workers, CacheBytes = cacheBytes,
    });

    private static double Rate(IChipData<ImageClassBatch> data, int epoch)
    {
        Stopwatch clock = Stopwatch.StartNew();
        int batches = 0;
        foreach (ImageClassBatch batch in data.TrainingBatches(epoch, CancellationToken.None))
        {
            batch.Dispose();
            batches++;
        }

        return batches / clock.Elapsed.TotalSeconds;
    }
}
