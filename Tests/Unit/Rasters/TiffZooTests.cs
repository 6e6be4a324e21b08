using System.Diagnostics;
using System.Globalization;
using ArcLearn.Core.Rasters;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Rasters;

/// <summary>TIFF files of eight other projects' test suites, each with GDAL's verdict.</summary>
public sealed class TiffZooTests
{
    /// <summary>Sound files that are refused here on purpose: GDAL turns CMYK and LogLuv into colours, and has a decoder for the JPEG of before 1995.</summary>
    private static readonly string[] s_refused =
    [
        "cmyk-3c-8b.tiff", "cmyk-4c-8b.tiff", "seq-4c-8b-cmyk-352ac1da.tiff", "flower-separated-contig-08.tif", "flower-separated-planar-08.tif",
        "logluv-3c-16b.tiff", "logluv-3c-16b.tiff", "off_l16.tif", "off_luv32.tif", "smallliz.tif", "zackthecat.tif",
    ];

    private static readonly string[] s_lossy = ["JPEG", "YCbCr JPEG", "WEBP"];

    [SharedDataFact]
    public void Every_lossless_file_has_the_checksums_of_GDAL()
    {
        List<string> faults = [];
        List<string> refused = [];
        int equal = 0;
        foreach (string[] row in Rows().Where(row => row[2] == "ok"))
        {
            try
            {
                using IRaster raster = RasterFile.Open(SharedData.PathOf("tiffzoo", row[0]));
                int plane = raster.Width * raster.Height;
                double[] samples = RasterFixture.ReadAll(raster);
                string actual = string.Join(
                    ' ', Enumerable.Range(0, raster.Bands).Select(b => RasterFixture.Checksum(samples.AsSpan(b * plane, plane), raster.SampleType)));
                string size = $"{raster.Width}x{raster.Height}x{raster.Bands}";
                if (s_lossy.Contains(row[6]))
                {
                    Assert.Equal(row[3], size); // their samples are compared below
                }
                else if (actual == row[10] && size == row[3])
                {
                    equal++;
                }
                else
                {
                    faults.Add($"{row[0]}: {size} {raster.SampleType} {actual}, GDAL has {row[3]} {row[4]} {row[10]}");
                }
            }
            catch (LearnFormatException e)
            {
                refused.Add(Path.GetFileName(row[0]));
                if (!s_refused.Contains(refused[^1]))
                {
                    faults.Add($"{e.Message} ({row[3]} {row[4]} {row[6]})");
                }
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.Equal(s_refused.Order(), refused.Order());
        Assert.Equal(154, equal);
    }

    [SharedDataGdalFact]
    public void Every_lossy_file_differs_from_GDAL_by_at_most_one_in_the_mean()
    {
        string[][] rows = [.. Rows().Where(row => row[2] == "ok" && s_lossy.Contains(row[6]))];
        using TemporaryFolder folder = new();
        Gdal.Run(
            """
            import sys
            from osgeo import gdal
            for i, path in enumerate(sys.argv[2:]):
                gdal.Open(path).ReadAsArray().tofile(f"{sys.argv[1]}/{i}.raw")
            """,
            [folder.Root, .. rows.Select(row => SharedData.PathOf("tiffzoo", row[0]))]);

        List<string> faults = [];
        for (int i = 0; i < rows.Length; i++)
        {
            using IRaster raster = RasterFile.Open(SharedData.PathOf("tiffzoo", rows[i][0]));
            byte[] expected = File.ReadAllBytes(folder.PathOf($"{i}.raw"));
            double[] actual = RasterFixture.ReadAll(raster);
            Assert.Equal(expected.Length, actual.Length);
            double difference = expected.Zip(actual).Average(pair => Math.Abs(pair.First - pair.Second));
            if (difference > 1)
            {
                faults.Add($"{rows[i][0]}: {difference:F3} in the mean");
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.Equal(11, rows.Length);
    }

    [SharedDataFact]
    public void Transform_and_EPSG_code_are_those_of_GDAL()
    {
        List<string> faults = [];
        int compared = 0;
        foreach (string[] row in Rows().Where(row => row[2] == "ok"))
        {
            try
            {
                using IRaster raster = RasterFile.Open(SharedData.PathOf("tiffzoo", row[0]));
                compared++;
                GeoTransform t = raster.Transform;
                double[] actual = raster.IsGeoreferenced ? [t.OriginX, t.PixelWidth, t.RowRotation, t.OriginY, t.ColumnRotation, t.PixelHeight] : [];
                double[] expected = row[8].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(v => double.Parse(v, CultureInfo.InvariantCulture)).ToArray();
                bool isSame = actual.Length == expected.Length && actual.Zip(expected).All(p => Math.Abs(p.First - p.Second) <= 1e-9 * Math.Max(1, Math.Abs(p.Second)));
                string epsg = raster.SpatialReference?.Epsg?.ToString(CultureInfo.InvariantCulture) ?? "";
                string wanted = int.TryParse(row[7], out _) ? row[7] : "";
                if (!isSame || epsg != wanted || (raster.SpatialReference is null) != (row[7].Length == 0))
                {
                    faults.Add($"{row[0]}: {string.Join(' ', actual)} {raster.SpatialReference?.Name}, GDAL has {row[8]} {row[7]}");
                }
            }
            catch (LearnFormatException)
            {
                // What must be readable is the business of the test above.
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.True(compared > 100, $"{compared} files were compared");
    }

    [SharedDataFact]
    public void Every_other_file_is_read_or_ends_in_one_format_error()
    {
        List<string> faults = [];
        foreach (string[] row in Rows())
        {
            try
            {
                RasterFileTests.ReadOrRefuse(SharedData.PathOf("tiffzoo", row[0]));
            }
            catch (Exception e)
            {
                faults.Add($"{row[0]}: {e}");
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [SharedDataFact]
    public void Thousands_of_mutants_are_read_or_end_in_one_format_error_within_bounds()
    {
        const int MutantsOfEach = 20;
        const int LargestFile = 1 << 20;
        List<string> faults = [];
        int read = 0;
        int refused = 0;
        foreach (string[] row in Rows())
        {
            byte[] sound = File.ReadAllBytes(SharedData.PathOf("tiffzoo", row[0]));
            if (sound.Length > LargestFile)
            {
                continue;
            }

            Random random = new(sound.Length + row[0].Length);
            for (int i = 0; i < MutantsOfEach && faults.Count < 20; i++)
            {
                byte[] mutant = RasterFaultTests.Mutate(sound, random);
                long before = GC.GetAllocatedBytesForCurrentThread();
                long start = Stopwatch.GetTimestamp();
                try
                {
                    if (RasterFaultTests.ReadOrRefuse(mutant))
                    {
                        read++;
                    }
                    else
                    {
                        refused++;
                    }
                }
                catch (Exception e)
                {
                    faults.Add($"mutant {i} of {row[0]}: {e}");
                }

                long megabytes = (GC.GetAllocatedBytesForCurrentThread() - before) >> 20;
                TimeSpan time = Stopwatch.GetElapsedTime(start);
                if (megabytes > 512 || time.TotalSeconds > 30)
                {
                    faults.Add($"mutant {i} of {row[0]} took {megabytes} MB and {time.TotalSeconds:F1} s");
                }
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.True(read > 500 && refused > 500 && read + refused > 4000, $"{read} were read, {refused} refused");
    }

    /// <summary>Cells of INDEX.csv, quotes removed.</summary>
    private static IEnumerable<string[]> Rows() => File.ReadLines(SharedData.PathOf("tiffzoo", "INDEX.csv")).Skip(1).Select(Split);

    private static string[] Split(string line)
    {
        List<string> cells = [""];
        bool isQuoted = false;
        foreach (char c in line)
        {
            if (c == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (c == ',' && !isQuoted)
            {
                cells.Add("");
            }
            else
            {
                cells[^1] += c;
            }
        }

        return [.. cells];
    }
}
