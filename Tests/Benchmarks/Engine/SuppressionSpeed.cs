using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using ArcLearn.Benchmarks.Speed;
using ArcLearn.Core.Inference;

namespace ArcLearn.Benchmarks.Engine;

/// <summary>Non-maximum suppression of boxes of five classes, crowded and sparse, against torchvision.ops.nms class by class on the same boxes, turn by turn: the same must stay.</summary>
internal static class SuppressionSpeed
{
    private const int Classes = 5;
    private const double MaxOverlap = 0.5;

    private const string Peer =
        """
        import sys, time, numpy as np, torch, torchvision
        path, classes, overlap = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
        rows = torch.from_numpy(np.fromfile(path, dtype=np.float64).reshape(-1, 6))
        start = time.perf_counter()
        kept = []
        for c in range(classes):
            index = torch.nonzero(rows[:, 4] == c).flatten()
            kept.append(index[torchvision.ops.nms(rows[index, :4], rows[index, 5], overlap)])
        kept = torch.cat(kept)
        seconds = time.perf_counter() - start
        kept.sort()[0].numpy().astype(np.int64).tofile(path + ".kept")
        print(seconds, len(kept))
        """;

    public static int Print(string python, int rounds)
    {
        Environment.SetEnvironmentVariable("ARCLEARN_GDAL_PYTHON", python);
        Console.Write(PeerProcess.Python("import torch, torchvision; print('against torchvision', torchvision.__version__, 'on PyTorch', torch.__version__)"));
        Console.WriteLine("boxes       ground      stay   equal   ours s   torchvision s   times as fast   memory over the boxes MB   by bands s   memory MB");
        foreach ((string ground, double side) in (ReadOnlySpan<(string, double)>)[("sparse", 40_000), ("crowded", 3_000)])
        {
            Compare(100_000, ground, side, rounds);
        }

        // Ten times the boxes on ten times the ground; torchvision's time grows with the square.
        foreach ((string ground, double side) in (ReadOnlySpan<(string, double)>)[("sparse", 126_000), ("crowded", 9_500)])
        {
            Compare(1_000_000, ground, side, rounds: 0);
        }

        return 0;
    }

    private static void Compare(int count, string ground, double side, int rounds)
    {
        Detection[] boxes = Boxes(count, side);
        string path = Path.Combine(Path.GetTempPath(), $"arclearn-nms-{Environment.ProcessId}.bin");
        try
        {
            WriteRows(path, boxes);
            List<double> ours = [];
            List<double> theirs = [];
            Detection[] kept = Suppression.WithinClasses(boxes.AsSpan(0, 5_000).ToArray(), MaxOverlap);
            long before = GC.GetTotalMemory(forceFullCollection: true);
            long most = before;
            for (int round = 0; round < Math.Max(1, rounds); round++)
            {
                Stopwatch watch = Stopwatch.StartNew();
                kept = Suppression.WithinClasses(boxes, MaxOverlap);
                ours.Add(watch.Elapsed.TotalSeconds);
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: false));
                if (rounds > 0)
                {
                    theirs.Add(PeerProcess.Numbers(PeerProcess.Python(Peer, path, $"{Classes}", MaxOverlap.ToString(CultureInfo.InvariantCulture)))[0]);
                }
            }

            string equal = rounds == 0 ? "" : $"{MemoryMarshal.Cast<byte, long>(File.ReadAllBytes(path + ".kept")).SequenceEqual(kept.Select(box => (long)box.Index).Order().ToArray())}";
            (double banded, long bandMemory) = Bands(boxes, kept);
            double median = Taken.Median(ours);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{count,-12}{ground,-9}{kept.Length,8}{equal,8}{median,9:F3}{(rounds == 0 ? double.NaN : Taken.Median(theirs)),16:F2}{(rounds == 0 ? double.NaN : Taken.Median(theirs) / median),16:F0}{(most - before) >> 20,27}{banded,13:F3}{bandMemory >> 20,12}"));
        }
        finally
        {
            File.Delete(path);
            File.Delete(path + ".kept");
        }
    }

    /// <summary>As a finishing run does it: from top to bottom, what is decided goes.</summary>
    private static (double Seconds, long Bytes) Bands(Detection[] boxes, Detection[] expected)
    {
        Detection[] sorted = [.. boxes.OrderBy(box => box.YMin)];
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long most = before;
        List<int> kept = [];
        Stopwatch watch = Stopwatch.StartNew();
        BandSuppression bands = new(MaxOverlap, isWithinClass: true);
        const int Step = 20_000;
        for (int first = 0; first < sorted.Length; first += Step)
        {
            foreach (Detection box in sorted.AsSpan(first, Math.Min(Step, sorted.Length - first)))
            {
                bands.Add(box);
            }

            _ = bands.Advance(first + Step < sorted.Length ? sorted[first + Step].YMin : double.PositiveInfinity, box => kept.Add(box.Index));
            most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: false));
        }

        double seconds = watch.Elapsed.TotalSeconds;
        return kept.Order().SequenceEqual(expected.Select(box => box.Index).Order())
            ? (seconds, most - before)
            : throw new InvalidOperationException($"By bands {kept.Count} boxes stay, at once {expected.Length}, or others.");
    }

    private static Detection[] Boxes(int count, double side)
    {
        Random random = new(5);
        return
        [
            .. Enumerable.Range(0, count).Select(i =>
            {
                (double x, double y) = (random.NextDouble() * side, random.NextDouble() * side);
                (double width, double height) = (20 + (random.NextDouble() * 40), 20 + (random.NextDouble() * 40));
                return new Detection(x, y, x + width, y + height, random.Next(Classes), random.NextSingle(), 0, i);
            }),
        ];
    }

    private static void WriteRows(string path, Detection[] boxes)
    {
        double[] rows = [.. boxes.SelectMany(box => (double[])[box.XMin, box.YMin, box.XMax, box.YMax, box.ClassIndex, box.Score])];
        File.WriteAllBytes(path, MemoryMarshal.AsBytes<double>(rows).ToArray());
    }
}
