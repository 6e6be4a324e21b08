using ArcLearn.Core.Crs;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Tests.Unit.TestSupport;
using SkiaSharp;

namespace ArcLearn.Tests.Unit.Rasters;

public sealed class ImageWriterTests
{
    private static readonly GeoTransform s_place = new(500000.5, 4100000.25, 0.1, -0.1);
    private static readonly SpatialReference s_utm = CoordinateSystems.FromEpsg(32618);

    [Theory]
    [InlineData(1, SampleType.UInt8)]
    [InlineData(3, SampleType.UInt8)]
    [InlineData(4, SampleType.UInt8)]
    [InlineData(7, SampleType.UInt8)]
    [InlineData(1, SampleType.UInt16)]
    [InlineData(3, SampleType.UInt16)]
    [InlineData(5, SampleType.UInt16)]
    public void A_TIFF_chip_comes_back_with_its_samples_place_and_nodata(int bands, SampleType type)
    {
        using TemporaryFolder folder = new();
        RasterImage image = Image(131, 301, bands, type);
        string path = folder.PathOf("a.tif");
        ImageWriter.Write(LocalFileSystem.Instance, path, ChipFormat.TIFF, image, s_place, s_utm, 7);
        using IRaster raster = RasterFile.Open(path);

        Assert.Equal((131, 301, bands, type), (raster.Width, raster.Height, raster.Bands, raster.SampleType));
        Assert.Equal(Samples(image), RasterFixture.ReadAll(raster));
        Assert.Equal(s_place, raster.Transform);
        Assert.Equal(s_utm, raster.SpatialReference);
        Assert.Equal(7, raster.NoData);
        Assert.Equal([path], Directory.GetFiles(folder.Root));
    }

    [Fact]
    public void Rotated_and_geographic_places_come_back()
    {
        MemoryFileSystem files = new();
        GeoTransform rotated = new(10, 50, 0.4, -0.4, 0.3, 0.3);
        ImageWriter.Write(files, "a.tif", ChipFormat.TIFF, Image(9, 5, 1, SampleType.UInt8), rotated, CoordinateSystems.FromEpsg(4326), null);
        using IRaster raster = RasterFile.Open("a.tif", files);

        Assert.Equal(rotated, raster.Transform);
        Assert.Equal(CoordinateSystems.FromEpsg(4326), raster.SpatialReference);
        Assert.Null(raster.NoData);
    }

    [Fact]
    public void A_reference_system_without_a_code_comes_back_as_its_text()
    {
        MemoryFileSystem files = new();
        SpatialReference local = new("Site grid", null, "PROJCS[\"Site grid\",GEOGCS[\"x\",AUTHORITY[\"EPSG\",\"4326\"]],UNIT[\"metre\",1]]");
        ImageWriter.Write(files, "a.tif", ChipFormat.TIFF, Image(9, 5, 1, SampleType.UInt8), s_place, local, null);
        using IRaster raster = RasterFile.Open("a.tif", files);

        Assert.Equal(local, raster.SpatialReference);
    }

    [Fact]
    public void A_chip_without_place_has_none()
    {
        MemoryFileSystem files = new();
        ImageWriter.Write(files, "a.tif", ChipFormat.TIFF, Image(9, 5, 1, SampleType.UInt8), null, null, null);
        using IRaster raster = RasterFile.Open("a.tif", files);

        Assert.False(raster.IsGeoreferenced);
        Assert.Null(raster.SpatialReference);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_PNG_chip_comes_back_exactly(int bands)
    {
        MemoryFileSystem files = new();
        RasterImage image = Image(131, 77, bands, SampleType.UInt8);
        ImageWriter.Write(files, "a.png", ChipFormat.PNG, image, null, null, null);
        using IRaster raster = RasterFile.Open("a.png", files);

        Assert.Equal(bands, raster.Bands);
        Assert.Equal(Samples(image), RasterFixture.ReadAll(raster));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_JPEG_chip_comes_back_nearly(int bands)
    {
        MemoryFileSystem files = new();
        byte[] smooth = new byte[64 * 48 * bands];
        for (int i = 0; i < smooth.Length; i++)
        {
            smooth[i] = (byte)(40 + (2 * (i % 64)) + (i / 64 % 48) + (20 * (i / (64 * 48))));
        }

        RasterImage image = new(64, 48, bands, SampleType.UInt8, smooth);
        ImageWriter.Write(files, "a.jpg", ChipFormat.JPEG, image, null, null, null);
        using IRaster raster = RasterFile.Open("a.jpg", files);
        double[] actual = RasterFixture.ReadAll(raster);

        Assert.Equal(bands, raster.Bands);
        for (int i = 0; i < smooth.Length; i++)
        {
            Assert.InRange(actual[i], smooth[i] - 6, smooth[i] + 6);
        }
    }

    /// <summary>Another encoder's JPEG of the same quality, read by another decoder, is what ours is measured by.</summary>
    [Theory]
    [InlineData(64, 64, 3, 4)]
    [InlineData(61, 33, 3, 30)]
    [InlineData(7, 5, 3, 120)]
    [InlineData(1, 1, 3, 0)]
    [InlineData(83, 50, 1, 255)]
    [InlineData(200, 120, 3, 255)]
    public void A_JPEG_chip_is_as_good_as_that_of_another_program(int width, int height, int bands, int noise)
    {
        Random random = new(width);
        byte[] samples = new byte[width * height * bands];
        for (int i = 0; i < samples.Length; i++)
        {
            double ramp = 128 + (80 * Math.Sin((i % width / 9.0) + (i / (width * height)))) + (40 * Math.Cos(i / width % height / 7.0));
            samples[i] = (byte)Math.Clamp(ramp + ((random.NextDouble() - 0.5) * noise), 0, 255);
        }

        MemoryStream ours = new();
        ImageWriter.Write(ours, ChipFormat.JPEG, new RasterImage(width, height, bands, SampleType.UInt8, samples), null, null, null);
        using SKBitmap bitmap = new(new SKImageInfo(width, height, bands == 1 ? SKColorType.Gray8 : SKColorType.Rgba8888, SKAlphaType.Opaque));
        Span<byte> pixels = bitmap.GetPixelSpan();
        int step = bands == 1 ? 1 : 4;
        for (int i = 0; i < width * height; i++)
        {
            pixels[(i * step) + step - 1] = 255;
            for (int band = 0; band < bands; band++)
            {
                pixels[(i * step) + band] = samples[(band * width * height) + i];
            }
        }

        using SKData theirs = bitmap.PeekPixels().Encode(new SKJpegEncoderOptions(95, SKJpegEncoderDownsample.Downsample444, SKJpegEncoderAlphaOption.Ignore))!;

        double error = Error(ours.ToArray());
        double theirError = Error(theirs.ToArray());
        Assert.True(error <= (theirError * 1.02) + 0.5, $"{error} beside {theirError}");

        // Their codes are made for the image, ours for pictures as they mostly are.
        Assert.True(ours.Length <= (theirs.Size * (noise > 100 ? 1.25 : 1.06)) + 400, $"{ours.Length} bytes beside {theirs.Size}");

        double Error(byte[] file)
        {
            using SKBitmap decoded = SKBitmap.Decode(file, new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque))!;
            ReadOnlySpan<byte> found = decoded.GetPixelSpan();
            double sum = 0;
            for (int i = 0; i < samples.Length; i++)
            {
                int apart = found[(i % (width * height) * 4) + (i / (width * height))] - samples[i];
                sum += apart * apart;
            }

            return Math.Sqrt(sum / samples.Length);
        }
    }

    [Theory]
    [InlineData(ChipFormat.PNG, 4, SampleType.UInt8)]
    [InlineData(ChipFormat.JPEG, 2, SampleType.UInt8)]
    [InlineData(ChipFormat.PNG, 3, SampleType.UInt16)]
    [InlineData(ChipFormat.JPEG, 1, SampleType.UInt16)]
    public void Pictures_hold_one_or_three_bands_of_8_bits(ChipFormat format, int bands, SampleType type)
    {
        MemoryFileSystem files = new();
        LearnArgumentException error = Assert.Throws<LearnArgumentException>(
            () => ImageWriter.Write(files, "a", format, Image(8, 8, bands, type), null, null, null));

        Assert.Equal("ChipFormat", error.Parameter);
        Assert.Empty(files.Files);
    }

    [Theory]
    [InlineData(ChipFormat.TIFF)]
    [InlineData(ChipFormat.PNG)]
    [InlineData(ChipFormat.JPEG)]
    public void Equal_chips_have_equal_bytes_and_a_full_disk_leaves_the_old_file(ChipFormat format)
    {
        MemoryFileSystem files = new();
        RasterImage image = Image(64, 64, 3, SampleType.UInt8);
        ImageWriter.Write(files, "a", format, image, s_place, s_utm, null);
        ImageWriter.Write(files, "b", format, image, s_place, s_utm, null);
        Assert.Equal(files.Files["a"], files.Files["b"]);

        byte[] old = files.Files["a"];
        files.Room = old.Length / 2;
        Assert.Throws<IOException>(() => ImageWriter.Write(files, "a", format, Image(64, 64, 3, SampleType.UInt8), s_place, s_utm, null));
        Assert.Equal(["a", "b"], files.Files.Keys.Order());
        Assert.Same(old, files.Files["a"]);
    }

    internal static RasterImage Image(int width, int height, int bands, SampleType type)
    {
        byte[] samples = new byte[width * height * bands * (type == SampleType.UInt8 ? 1 : 2)];
        new Random(width).NextBytes(samples.AsSpan(0, samples.Length / 2));
        return new RasterImage(width, height, bands, type, samples);
    }

    internal static double[] Samples(RasterImage image) => image.SampleType == SampleType.UInt8
        ? Array.ConvertAll(image.Samples, value => (double)value)
        : Array.ConvertAll(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ushort>(image.Samples).ToArray(), value => (double)value);
}
