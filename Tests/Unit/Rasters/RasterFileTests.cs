using System.Globalization;
using ArcLearn.Core.Rasters;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Rasters;

public sealed class RasterFileTests
{
    public static TheoryData<string> Fixtures => new(RasterFixture.All.Select(f => f.File));

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void Open_sees_what_GDAL_sees(string name)
    {
        RasterFixture expected = RasterFixture.All.Single(f => f.File == name);
        CheckHeader(expected, RasterFixture.PathOf(name));
    }

    [SharedDataFact]
    public void Real_rasters_have_the_place_and_the_samples_that_GDAL_gives()
    {
        foreach (RasterFixture expected in RasterFixture.Shared)
        {
            string path = SharedData.PathOf(expected.File);
            CheckHeader(expected, path);
            using IRaster raster = RasterFile.Open(path);
            double[] first = new double[raster.Width * raster.Height];
            raster.Read<double>(new PixelWindow(0, 0, raster.Width, raster.Height), [0], first, 0);
            Assert.Equal(expected.Checksums[0], RasterFixture.Checksum(first));
        }
    }

    private static void CheckHeader(RasterFixture expected, string path)
    {
        using IRaster raster = RasterFile.Open(path);
        Assert.Equal((expected.Width, expected.Height, expected.Bands, expected.Type), (raster.Width, raster.Height, raster.Bands, raster.SampleType));
        Assert.Equal(expected.NoData, raster.NoData);
        Assert.Equal(expected.Epsg, raster.SpatialReference?.Epsg);
        Assert.Equal(expected.Transform.Length > 0, raster.IsGeoreferenced);
        if (raster.IsGeoreferenced)
        {
            GeoTransform t = raster.Transform;
            Assert.Equal(expected.Transform, new[] { t.OriginX, t.PixelWidth, t.RowRotation, t.OriginY, t.ColumnRotation, t.PixelHeight });
        }
        else
        {
            Assert.Equal(GeoTransform.Pixels, raster.Transform);
        }
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void Read_gives_the_samples_that_GDAL_gives(string name)
    {
        RasterFixture expected = RasterFixture.All.Single(f => f.File == name);
        using IRaster raster = RasterFile.Open(RasterFixture.PathOf(name));
        double[] samples = RasterFixture.ReadAll(raster);
        int plane = raster.Width * raster.Height;
        (int Column, int Row)[] places = [(0, 0), (40, 17), (raster.Width - 1, raster.Height - 1)];

        for (int band = 0; band < raster.Bands; band++)
        {
            // GDAL 3.6 sums 64-bit numbers through floating point; the samples themselves are compared below.
            if (!expected.IsLossy && raster.SampleType is not (SampleType.UInt64 or SampleType.Int64))
            {
                Assert.Equal(expected.Checksums[band], RasterFixture.Checksum(samples.AsSpan(band * plane, plane), raster.SampleType));
            }

            for (int i = 0; i < places.Length; i++)
            {
                string actual = RasterFixture.Sample(raster, band, places[i].Column, places[i].Row);
                string wanted = expected.Samples[(band * 3) + i];
                if (expected.IsLossy)
                {
                    Assert.InRange(int.Parse(actual, CultureInfo.InvariantCulture) - int.Parse(wanted, CultureInfo.InvariantCulture), -2, 2);
                }
                else
                {
                    Assert.Equal(wanted, actual);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void Read_of_a_window_beyond_the_raster_fills_the_rest(string name)
    {
        using IRaster raster = RasterFile.Open(RasterFixture.PathOf(name));
        double[] all = RasterFixture.ReadAll(raster);
        int[] bands = [raster.Bands - 1, 0];
        PixelWindow window = new(raster.Width - 37, -5, 60, raster.Height + 11);
        float[] actual = new float[window.Area * 2];
        raster.Read(window, bands, actual, -1f);

        for (int i = 0; i < actual.Length; i++)
        {
            int column = window.Column + (i % window.Width);
            int row = window.Row + (i / window.Width % window.Height);
            int band = bands[i / (int)window.Area];
            bool isInside = column >= 0 && column < raster.Width && row >= 0 && row < raster.Height;
            float expected = isInside ? (float)all[(((band * raster.Height) + row) * raster.Width) + column] : -1f;
            Assert.Equal(expected, actual[i]);
        }
    }

    [Theory]
    [InlineData("refused_complex.tif", "complex samples of 64 bits", "-ot Float32")]
    [InlineData("refused_lerc.tif", "compressed with LERC", "-co COMPRESS=DEFLATE")]
    [InlineData("refused_lzma.tif", "compressed with LZMA", "-co COMPRESS=DEFLATE")]
    [InlineData("expected.csv", "is no TIFF, PNG, JPEG, BMP or VRT", "-of GTiff")]
    public void Open_names_what_it_does_not_read_and_the_conversion_that_helps(string name, string found, string remedy)
    {
        LearnFormatException error = Assert.Throws<LearnFormatException>(() => RasterFile.Open(RasterFixture.PathOf(name)));

        Assert.Equal(RasterFixture.PathOf(name), error.Path);
        Assert.Contains(found, error.Message, StringComparison.Ordinal);
        Assert.Contains("gdal_translate " + remedy, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_of_a_missing_file_is_file_not_found()
    {
        FileNotFoundException error = Assert.Throws<FileNotFoundException>(() => RasterFile.Open("/nowhere/a.tif"));

        Assert.Equal("/nowhere/a.tif", error.FileName);
    }

    [Fact]
    public void Open_of_an_empty_file_says_so()
    {
        using TemporaryFolder folder = new();
        string path = folder.PathOf("a.tif");
        File.WriteAllBytes(path, []);

        LearnFormatException error = Assert.Throws<LearnFormatException>(() => RasterFile.Open(path));
        Assert.Contains("is empty", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void A_file_cut_off_anywhere_is_one_format_error(string name)
    {
        using TemporaryFolder folder = new();
        byte[] whole = File.ReadAllBytes(RasterFixture.PathOf(name));
        string path = folder.PathOf(name);
        int refused = 0;
        for (int tenth = 1; tenth < 10; tenth++)
        {
            File.WriteAllBytes(path, whole[..(whole.Length * tenth / 10)]);
            refused += ReadOrRefuse(path) ? 0 : 1;
        }

        Assert.True(refused >= 5, $"only {refused} of 9 cut files were refused");
    }

    [Fact]
    public void Formats_are_told_by_content_and_not_by_name()
    {
        using TemporaryFolder folder = new();
        string path = folder.PathOf("really.jpg");
        File.Copy(RasterFixture.PathOf("rgb.png"), path);
        using IRaster raster = RasterFile.Open(path);

        Assert.Equal(3, raster.Bands);
        Assert.Equal(RasterFixture.All.Single(f => f.File == "rgb.png").Checksums[0], RasterFixture.Checksum(RasterFixture.ReadAll(raster).AsSpan(0, 75 * 53)));
    }

    [Fact]
    public void Sixteen_bit_samples_do_not_go_into_bytes()
    {
        using IRaster raster = RasterFile.Open(RasterFixture.PathOf("u16_none_strips.tif"));

        Assert.Throws<ArgumentException>(() => raster.Read<byte>(new PixelWindow(0, 0, 2, 2), [0], new byte[4], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => raster.Read<ushort>(new PixelWindow(0, 0, 2, 2), [2], new ushort[4], 0));
        Assert.Throws<ArgumentException>(() => raster.Read<ushort>(new PixelWindow(0, 0, 2, 2), [0], new ushort[3], 0));
    }

    /// <summary>False for a file that is refused properly; anything else that is thrown fails the test.</summary>
    internal static bool ReadOrRefuse(string path)
    {
        try
        {
            using IRaster raster = RasterFile.Open(path);
            if ((long)raster.Width * raster.Height * raster.Bands <= 1 << 22)
            {
                RasterFixture.ReadAll(raster);
            }
            else
            {
                raster.Read<double>(new PixelWindow(raster.Width / 2, raster.Height / 2, 64, 64), [0], new double[4096], 0);
            }

            return true;
        }
        catch (LearnFormatException)
        {
            return false;
        }
    }
}
