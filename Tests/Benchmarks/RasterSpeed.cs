using System.Diagnostics;
using System.Globalization;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Benchmarks;

/// <summary>
/// A full pass over 10,000² pixels in windows of 512², two threads, against GDAL's RasterIO through Python with the same windows and threads.
/// Each measurement is a process of its own that opens the file and passes twice: the first pass pays for what a program does once (this one loads and compiles its
/// loops, while GDAL is a library that Python has loaded before), the second does not. The two programs take turns, and the median of the ratios counts, since other
/// work shares the machine; the processor's time hardly depends on that. Memory is the most that a process had in its first pass. What users get is compiled
/// ahead of time, so this is to be published likewise (<c>-p:PublishReadyToRun=true</c>).
/// </summary>
internal static class RasterSpeed
{
    private const int Side = 10_000;
    private const int Window = 512;
    private const int Threads = 2;

    private const string Make =
        """
        import sys, os, numpy as np
        from osgeo import gdal
        gdal.UseExceptions()
        folder, side = sys.argv[1], int(sys.argv[2])
        tiles = ["TILED=YES", "BLOCKXSIZE=256", "BLOCKYSIZE=256", "INTERLEAVE=PIXEL"]
        cases = {"none": (3, gdal.GDT_Byte, []), "deflate": (3, gdal.GDT_Byte, ["COMPRESS=DEFLATE", "PREDICTOR=2"]),
                 "jpeg": (3, gdal.GDT_Byte, ["COMPRESS=JPEG", "PHOTOMETRIC=YCBCR"]), "uint16": (4, gdal.GDT_UInt16, ["COMPRESS=DEFLATE", "PREDICTOR=2"])}
        for name, (bands, kind, options) in cases.items():
            path = f"{folder}/{name}.tif"
            if os.path.exists(path):
                continue
            rng = np.random.default_rng(3)
            ds = gdal.GetDriverByName("GTiff").Create(path, side, side, bands, kind, tiles + options)
            top = 255 if kind == gdal.GDT_Byte else 4095
            x = np.arange(side)
            for first in range(0, side, 512):
                rows = min(512, side - first)
                y = np.arange(first, first + rows)[:, None]
                for b in range(bands):
                    ramp = (np.sin(x / (37.0 + b)) + np.cos(y / 53.0)) * 0.2 + 0.5
                    values = np.clip(ramp * top + rng.normal(0, top / 60, (rows, side)), 0, top)
                    ds.GetRasterBand(b + 1).WriteArray(values.astype(np.uint8 if top == 255 else np.uint16), 0, first)
            ds = None
        """;

    private const string Read =
        """
        import sys, time, threading, resource, numpy as np
        from osgeo import gdal
        path, window, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
        ds = gdal.Open(path)
        bands, side = ds.RasterCount, ds.RasterXSize
        kind = np.uint8 if ds.GetRasterBand(1).DataType == gdal.GDT_Byte else np.uint16
        across = (side + window - 1) // window
        def work(k, counter, gate, sums):
            mine = gdal.Open(path)
            while True:
                with gate:
                    row = counter[0]
                    counter[0] += 1
                if row >= across:
                    return
                for column in range(across):
                    x, y = column * window, row * window
                    w, h = min(window, side - x), min(window, side - y)
                    buffer = np.empty((bands, h, w), kind)
                    mine.ReadAsArray(x, y, w, h, buf_obj=buffer)
                    sums[k] += int(buffer[0, 0, 0])
        def once():
            start, used = time.perf_counter(), time.process_time()
            counter, gate, sums = [0], threading.Lock(), [0] * threads
            workers = [threading.Thread(target=work, args=(k, counter, gate, sums)) for k in range(threads)]
            [t.start() for t in workers]
            [t.join() for t in workers]
            return time.perf_counter() - start, time.process_time() - used, sum(sums)
        first, first_used, total = once()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        second, second_used, _ = once()
        print(first, second, first_used, second_used, peak, total)
        """;

    // What a process of either program prints, in this order.
    private const int First = 0;
    private const int Second = 1;
    private const int FirstUsed = 2;
    private const int SecondUsed = 3;
    private const int Peak = 4;
    private const int Sum = 5;

    /// <summary>Makes the files where they are missing, then measures.</summary>
    public static int Compare(string folder, int rounds)
    {
        Directory.CreateDirectory(folder);
        PeerProcess.Python(Make, folder, Side.ToString(CultureInfo.InvariantCulture));
        Console.Write(PeerProcess.Python("from osgeo import gdal; print('against', gdal.VersionInfo('--version'))"));
        Console.WriteLine($"on .NET {Environment.Version}, {Environment.ProcessorCount} processors, {rounds} rounds; shares of GDAL's: median (least to most)");
        Console.WriteLine("file       first pass, time    second pass, time   first, processor    second, processor   ours s   GDAL s   ours MB   GDAL MB");
        foreach (string name in (string[])["none", "deflate", "jpeg", "uint16"])
        {
            string path = Path.Combine(folder, name + ".tif");
            List<double[]> ours = [];
            List<double[]> theirs = [];
            for (int round = 0; round < rounds; round++)
            {
                ours.Add(PeerProcess.Numbers(PeerProcess.Start(Environment.ProcessPath!, ["rasters", "read", path])));
                theirs.Add(PeerProcess.Numbers(PeerProcess.Python(Read, path, $"{Window}", $"{Threads}")));
                if (ours[^1][Sum] != theirs[^1][Sum])
                {
                    throw new InvalidOperationException($"{name}: the samples differ.");
                }
            }

            string shares = string.Concat(((int[])[First, Second, FirstUsed, SecondUsed]).Select(column => $"{Ratios(ours, theirs, column),-20}"));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name,-11}{shares}{Median(ours, First),6:F2} {Median(theirs, First),8:F2} {ours.Max(r => r[Peak]),9:F0} {theirs.Max(r => r[Peak]),9:F0}"));
        }

        return 0;
    }

    /// <summary>Two passes; prints the seconds of each, the processor's seconds of each, the megabytes at the first one's peak and a sum of samples.</summary>
    public static int ReadAll(string path)
    {
        using Process self = Process.GetCurrentProcess();
        (double first, double firstUsed, long sum) = Once(path, self);
        long peak = self.PeakWorkingSet64 >> 20;
        (double second, double secondUsed, _) = Once(path, self);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{first} {second} {firstUsed} {secondUsed} {peak} {sum}"));
        return 0;
    }

    private static (double Seconds, double Used, long Sum) Once(string path, Process self)
    {
        self.Refresh();
        TimeSpan used = self.TotalProcessorTime;
        long start = Stopwatch.GetTimestamp();
        using IRaster raster = RasterFile.Open(path);
        long sum = raster.SampleType == SampleType.UInt8 ? Pass<byte>(raster, value => value) : Pass<ushort>(raster, value => value);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        self.Refresh();
        return (seconds, (self.TotalProcessorTime - used).TotalSeconds, sum);
    }

    private static long Pass<T>(IRaster raster, Func<T, long> value)
        where T : unmanaged
    {
        int across = (raster.Width + Window - 1) / Window;
        int[] bands = [.. Enumerable.Range(0, raster.Bands)];
        int next = -1;
        long sum = 0;
        Thread[] threads = new Thread[Threads];
        for (int i = 0; i < Threads; i++)
        {
            threads[i] = new Thread(() =>
            {
                T[] buffer = new T[Window * Window * bands.Length];
                int row;
                while ((row = Interlocked.Increment(ref next)) < across)
                {
                    for (int column = 0; column < across; column++)
                    {
                        PixelWindow window = new(column * Window, row * Window, Math.Min(Window, raster.Width - (column * Window)), Math.Min(Window, raster.Height - (row * Window)));
                        raster.Read(window, bands, buffer.AsSpan(0, (int)window.Area * bands.Length), default);
                        Interlocked.Add(ref sum, value(buffer[0]));
                    }
                }
            });
            threads[i].Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        return sum;
    }

    private static string Ratios(List<double[]> ours, List<double[]> theirs, int column)
    {
        double[] ratios = [.. ours.Zip(theirs, (a, b) => a[column] / b[column]).Order()];
        return string.Create(CultureInfo.InvariantCulture, $"{ratios[ratios.Length / 2]:F2} ({ratios[0]:F2} to {ratios[^1]:F2})");
    }

    private static double Median(List<double[]> rows, int column) => rows.Select(row => row[column]).Order().ElementAt(rows.Count / 2);
}
