using System.Diagnostics;
using System.Globalization;
using ArcLearn.Core.Formats;
using ArcLearn.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ArcLearn.Benchmarks;

/// <summary>
/// Loads weights of gigabytes into a module that has its memory already, and prints what that takes beside it: memory of the process's own, which bounds what
/// can be loaded, and pages of the mapped file, which the system takes back when it needs them. Linux only: the kernel tells the two apart.
/// </summary>
internal static class WeightsMemory
{
    private const int Side = 8192;
    private const long LayerBytes = (long)Side * Side * sizeof(float);

    public static int Print(string natives, string folder, int layers)
    {
        TorchRuntime.NativeFolder = natives;
        TorchRuntime.EnsureLoaded();
        string path = Path.Combine(folder, "arclearn-large.weights");
        double megabytes = layers * LayerBytes / 1048576.0;
        try
        {
            // One array under all names: what is measured is the reading.
            byte[] numbers = new byte[LayerBytes];
            new Random(1).NextBytes(numbers.AsSpan(0, 1 << 20));
            KeyValuePair<string, TorchArray>[] tensors = [.. Enumerable.Range(0, layers).Select(i =>
                KeyValuePair.Create(string.Create(CultureInfo.InvariantCulture, $"{i}.weight"), new TorchArray(TorchDataType.Float32, [Side, Side], numbers)))];
            foreach ((string format, Action write) in new (string, Action)[]
            {
                (".pth", () => TorchFileWriter.Write(path, tensors)), (".safetensors", () => SafetensorsWriter.Write(path, tensors)),
            })
            {
                write();
                using nn.Module module = nn.Sequential([.. Enumerable.Range(0, layers).Select(i => ($"{i}", (nn.Module<Tensor, Tensor>)nn.Linear(Side, Side, hasBias: false)))]);
                (long own, long mapped, double seconds) = Peaks(() => StateDicts.Load(module, path));
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {format,-12} {megabytes,6:F0} MB in {layers} tensors: peak of own memory {own / 1048576.0,6:F0} MB ({own / (double)LayerBytes:F2} tensors), of mapped pages {mapped / 1048576.0,6:F0} MB, {seconds:F1} s"));
            }
        }
        finally
        {
            File.Delete(path);
        }

        return 0;
    }

    /// <summary>The greatest growth while something runs, sampled.</summary>
    private static (long Own, long Mapped, double Seconds) Peaks(Action work)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        (long own, long mapped) = (Status("RssAnon"), Status("RssFile"));
        long mostOwn = own;
        long mostMapped = mapped;
        using CancellationTokenSource done = new();
        Task watch = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                mostOwn = Math.Max(mostOwn, Status("RssAnon"));
                mostMapped = Math.Max(mostMapped, Status("RssFile"));
                await Task.Delay(2);
            }
        });
        Stopwatch time = Stopwatch.StartNew();
        work();
        double seconds = time.Elapsed.TotalSeconds;
        done.Cancel();
        watch.Wait();
        return (mostOwn - own, mostMapped - mapped, seconds);
    }

    private static long Status(string key) => 1024 * long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith(key + ":", StringComparison.Ordinal)).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
