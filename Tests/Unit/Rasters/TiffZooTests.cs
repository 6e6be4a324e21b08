using System.Globalization;
using ArcLearn.Core.Rasters;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Rasters;

/// <summary>TIFF files of eight other projects' test suites, each with GDAL's verdict.</summary>
public sealed class TiffZooTests
{
    /// <summary>Sound files that are refused here: GDAL 3.6 calls signed bytes Byte, and turns CMYK into colours.</summary>
    private static readonly string[] s_refused =
    [
        "minisblack-1c-i8b.tiff", "seq-1c-i8-f8446bbe.tiff", "seq-3c-i8-d7550ce4.tiff", "cmyk-3c-8b.tiff", "cmyk-4c-8b.tiff",
        "seq-4c-8b-cmyk-352ac1da.tiff", "flower-separated-contig-08.tif", "flower-separated-planar-08.tif",
    ];

    private static readonly string[] s_lossless = ["NONE", "DEFLATE", "LZW", "PACKBITS", "CCITTFAX3", "CCITTFAX4"];

    [SharedDataFact]
    public void Every_lossless_file_of_8_or_16_bits_has_the_checksums_of_GDAL()
    {
        List<string> faults = [];
        List<string> refused = [];
        int equal = 0;
        foreach (string[] row in Rows().Where(IsExpected))
        {
            try
            {
                using IRaster raster = RasterFile.Open(SharedData.PathOf("tiffzoo", row[0]));
                int plane = raster.Width * raster.Height;
                ushort[] samples = RasterFixture.ReadAll(raster);
                string actual = string.Join(' ', Enumerable.Range(0, raster.Bands).Select(b => RasterFixture.Checksum(samples.AsSpan(b * plane, plane))));
                string size = $"{raster.Width}x{raster.Height}x{raster.Bands}";
                if (actual == row[10] && size == row[3])
                {
                    equal++;
                }
                else
                {
                    faults.Add($"{row[0]}: {size} {actual}, GDAL has {row[3]} {row[10]}");
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
        Assert.True(equal > 100, $"{equal} files were compared");
    }

    [SharedDataFact]
    public void Transform_and_EPSG_code_are_those_of_GDAL()
    {
        List<string> faults = [];
        int compared = 0;
        foreach (string[] row in Rows().Where(row => row[2] == "ok" && row[4] is "Byte" or "UInt16"))
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
                bool isRead = RasterFileTests.ReadOrRefuse(SharedData.PathOf("tiffzoo", row[0]));
                if (isRead && row[4] is "Int16" or "UInt32" or "Float32" or "Float64")
                {
                    faults.Add($"{row[0]} was read, and it is {row[4]}");
                }
            }
            catch (Exception e)
            {
                faults.Add($"{row[0]}: {e}");
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private static bool IsExpected(string[] row) => row[2] == "ok" && row[4] is "Byte" or "UInt16" && s_lossless.Contains(row[6]);

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
