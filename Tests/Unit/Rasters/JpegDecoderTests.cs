using System.Runtime.InteropServices;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Jpeg;
using ArcLearn.Tests.Unit.TestSupport;
using SkiaSharp;

namespace ArcLearn.Tests.Unit.Rasters;

/// <summary>The decoder of baseline JPEG against libjpeg: inside Skia, and inside GDAL where that is installed. Every sample is the same.</summary>
public sealed class JpegDecoderTests
{
    public static TheoryData<int, int, SKJpegEncoderDownsample, int> Pictures
    {
        get
        {
            TheoryData<int, int, SKJpegEncoderDownsample, int> pictures = [];
            foreach ((int width, int height) in ((int, int)[])[(256, 256), (16, 16), (33, 17), (250, 131), (97, 100), (7, 9), (5, 64), (64, 1)])
            {
                foreach (SKJpegEncoderDownsample sampling in Enum.GetValues<SKJpegEncoderDownsample>())
                {
                    pictures.Add(width, height, sampling, 95);
                    pictures.Add(width, height, sampling, 40);
                }
            }

            return pictures;
        }
    }

    [Theory]
    [MemberData(nameof(Pictures))]
    public void Pictures_have_the_samples_that_Skia_decodes(int width, int height, SKJpegEncoderDownsample sampling, int quality)
    {
        byte[] stream = Encode(width, height, sampling, quality);
        JpegHeader header = new();
        Assert.True(header.Read(stream));
        if (!JpegTransform.IsSupported)
        {
            Assert.False(JpegDecoder.CanDecode(header, isYCbCr: true)); // another processor: Skia decodes
            return;
        }

        Assert.True(JpegDecoder.CanDecode(header, isYCbCr: true));
        byte[] planes = new byte[3 * width * height];
        Assert.Null(JpegDecoder.Decode(header, stream, planes, width, height, isYCbCr: true));
        using SKBitmap expected = SKBitmap.Decode(stream);
        ReadOnlySpan<byte> pixels = expected.GetPixelSpan();
        (int red, int blue) = expected.ColorType == SKColorType.Rgba8888 ? (0, 2) : (2, 0);
        int different = 0;
        for (int i = 0; i < width * height; i++)
        {
            different += planes[i] == pixels[(4 * i) + red] && planes[(width * height) + i] == pixels[(4 * i) + 1] && planes[(2 * width * height) + i] == pixels[(4 * i) + blue] ? 0 : 1;
        }

        Assert.Equal(0, different);
    }

    [Fact]
    public void Mutants_are_decoded_or_told_and_never_read_beyond_their_bytes()
    {
        byte[] sound = Encode(97, 60, SKJpegEncoderDownsample.Downsample420, 80);
        byte[] planes = new byte[3 * 97 * 60];
        Random random = new(11);
        (int told, int decoded, int refused) = (0, 0, 0);
        for (int i = 0; i < 4000; i++)
        {
            byte[] mutant = [.. sound];
            for (int n = random.Next(1, 5); n > 0; n--)
            {
                mutant[random.Next(2, mutant.Length)] = (byte)random.Next(256);
            }

            ReadOnlySpan<byte> stream = random.Next(4) == 0 ? mutant.AsSpan(0, random.Next(mutant.Length)) : mutant;
            JpegHeader header = new();
            if (!header.Read(stream) || !JpegDecoder.CanDecode(header, isYCbCr: true) || header.Components.Length != 3 || header.Width < 97 || header.Height < 60 || header.Width * header.Height > 1 << 20)
            {
                refused++;
                continue;
            }

            _ = JpegDecoder.Decode(header, stream, planes, 97, 60, isYCbCr: true) is null ? decoded++ : told++;
        }

        Assert.True(!JpegTransform.IsSupported || (told > 100 && decoded > 100 && refused > 100), $"{told} told, {decoded} decoded, {refused} refused");
    }

    [Fact]
    public void A_stream_that_ends_early_is_told()
    {
        byte[] stream = Encode(64, 64, SKJpegEncoderDownsample.Downsample444, 90);
        JpegHeader header = new();
        Assert.True(header.Read(stream));
        Assert.True(!JpegTransform.IsSupported || JpegDecoder.Decode(header, stream.AsSpan(0, stream.Length * 3 / 4), new byte[3 * 64 * 64], 64, 64, true) == JpegDecoder.Broken);
    }

    [GdalTheory]
    [InlineData(3, "PHOTOMETRIC=YCBCR", 90)]
    [InlineData(3, "PHOTOMETRIC=YCBCR", 20)]
    [InlineData(3, "PHOTOMETRIC=RGB", 75)]
    [InlineData(1, "JPEGTABLESMODE=1", 75)]
    [InlineData(1, "JPEGTABLESMODE=3", 75)]
    [InlineData(4, "INTERLEAVE=BAND", 75)]
    public void Tiles_and_strips_have_the_samples_that_GDAL_decodes(int bands, string option, int quality)
    {
        using TemporaryFolder folder = new();
        foreach (string layout in (string[])["TILED=YES", "BLOCKYSIZE=16", "BLOCKYSIZE=40"])
        {
            Gdal.Run(
                """
                import sys, numpy as np
                from osgeo import gdal
                gdal.UseExceptions()
                folder, bands, option, quality, layout = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5]
                rng = np.random.default_rng(4)
                y, x = np.mgrid[0:301, 0:407]
                values = np.stack([(128 + 90 * np.sin(x / (9 + 4 * b)) * np.cos(y / 13) + rng.normal(0, 12, x.shape)).clip(0, 255) for b in range(bands)]).astype(np.uint8)
                ds = gdal.GetDriverByName("GTiff").Create(folder + "/a.tif", 407, 301, bands, gdal.GDT_Byte, ["COMPRESS=JPEG", "JPEG_QUALITY=" + quality, option, layout])
                ds.WriteArray(values)
                ds = None
                gdal.Open(folder + "/a.tif").ReadAsArray().tofile(folder + "/a.raw")
                """,
                folder.Root, $"{bands}", option, $"{quality}", layout);
            using IRaster raster = RasterFile.Open(folder.PathOf("a.tif"));
            byte[] samples = new byte[raster.Width * raster.Height * bands];
            raster.Read<byte>(new PixelWindow(0, 0, raster.Width, raster.Height), [.. Enumerable.Range(0, bands)], samples, 0);
            Assert.Equal(File.ReadAllBytes(folder.PathOf("a.raw")), samples);
        }
    }

    private static byte[] Encode(int width, int height, SKJpegEncoderDownsample sampling, int quality)
    {
        using SKBitmap bitmap = new(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        byte[] pixels = new byte[4 * width * height];
        Random random = new((width * 1000) + height);
        for (int i = 0; i < width * height; i++)
        {
            (int y, int x) = Math.DivRem(i, width);
            for (int band = 0; band < 3; band++)
            {
                pixels[(4 * i) + band] = (byte)Math.Clamp(128 + (100 * Math.Sin((x + (40 * band)) / 11.0) * Math.Cos(y / 7.0)) + random.Next(-20, 20), 0, 255);
            }

            pixels[(4 * i) + 3] = 255;
        }

        Marshal.Copy(pixels, 0, bitmap.GetPixels(), pixels.Length);
        using SKPixmap pixmap = bitmap.PeekPixels();
        using SKData data = pixmap.Encode(new SKJpegEncoderOptions(quality, sampling, SKJpegEncoderAlphaOption.Ignore))!;
        return data.ToArray();
    }
}
