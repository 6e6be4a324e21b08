using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Tiff;

namespace ArcLearn.Tests.Unit.Rasters;

public sealed class RasterFaultTests
{
    private const int MutantsOfEach = 120;

    public static TheoryData<string> Files => new(Directory.EnumerateFiles(RasterFixture.Folder).Select(Path.GetFileName).Where(n => n![^3..] is "tif" or "png" or "jpg")!);

    [Theory]
    [MemberData(nameof(Files))]
    public void Mutants_are_read_or_end_in_a_format_error(string name)
    {
        byte[] sound = File.ReadAllBytes(RasterFixture.PathOf(name));
        Random random = new(name.Length * 7919);
        int refused = 0;
        for (int i = 0; i < MutantsOfEach; i++)
        {
            byte[] mutant = Mutate(sound, random);
            try
            {
                refused += ReadOrRefuse(mutant) ? 0 : 1;
            }
            catch (Exception e)
            {
                Assert.Fail($"mutant {i} of {name}: {e}");
            }
        }

        Assert.True(refused > 0, "no mutant was refused");
    }

    [Theory]
    [InlineData("u8_deflate_tiles.tif")]
    [InlineData("u8_none_strips.tif")]
    [InlineData("u8_jpeg_ycbcr_tiles.tif")]
    [InlineData("rgb.png")]
    public void A_disk_that_fails_while_reading_is_an_IOException_and_the_next_read_tries_again(string name)
    {
        MemoryFileSystem files = new() { Files = { ["a.tif"] = File.ReadAllBytes(RasterFixture.PathOf(name)) } };
        using IRaster raster = RasterFile.Open("a.tif", files);
        files.Readable = 100;

        Assert.Throws<IOException>(() => RasterFixture.ReadAll(raster));

        files.Readable = long.MaxValue;
        using IRaster whole = RasterFile.Open(RasterFixture.PathOf(name));
        Assert.Equal(RasterFixture.ReadAll(whole), RasterFixture.ReadAll(raster));
    }

    [Fact]
    public void A_damaged_tile_is_named_and_the_others_are_still_read()
    {
        byte[] bytes = File.ReadAllBytes(RasterFixture.PathOf("u8_deflate_predictor_tiles.tif"));
        MemoryFileSystem files = new() { Files = { ["a.tif"] = bytes } };
        using IRaster raster = RasterFile.Open("a.tif", files);
        byte[] tile = new byte[32 * 16];
        raster.Read<byte>(new PixelWindow(0, 0, 32, 16), [0], tile, 0);

        using RasterSource source = new(files, "a.tif");
        bytes[TiffLayout.Read(TiffDirectory.ReadAll(source)[0]).Offsets[1]] ^= 0xFF; // the header of its Deflate stream

        LearnFormatException error = Assert.Throws<LearnFormatException>(
            () => raster.Read<byte>(new PixelWindow(32, 0, 32, 16), [0], tile, 0));
        Assert.Contains("tile (column 1, row 0)", error.Message, StringComparison.Ordinal);
        raster.Read<byte>(new PixelWindow(64, 0, 11, 16), [0], tile.AsSpan(0, 11 * 16), 0);
    }

    [Fact]
    public void A_header_that_claims_more_pixels_than_the_file_can_hold_takes_no_memory()
    {
        // 60000 by 60000 pixels in one Deflate strip of a hundred bytes: 3.6 GB if believed.
        byte[] bytes = File.ReadAllBytes(RasterFixture.PathOf("u8_lzw_strips.tif"));
        SetShort(bytes, 256, 60000);
        SetShort(bytes, 257, 60000);
        SetShort(bytes, 278, 60000);
        MemoryFileSystem files = new() { Files = { ["a.tif"] = bytes } };
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<LearnFormatException>(() =>
        {
            using IRaster raster = RasterFile.Open("a.tif", files);
            raster.Read<byte>(new PixelWindow(0, 0, 1, 1), [0], new byte[1], 0);
        });
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    internal static bool ReadOrRefuse(byte[] bytes)
    {
        MemoryFileSystem files = new() { Files = { ["a.tif"] = bytes } };
        try
        {
            using IRaster raster = RasterFile.Open("a.tif", files);
            if ((long)raster.Width * raster.Height * raster.Bands <= 1 << 20)
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

    /// <summary>One to six bytes changed, mostly where headers and directories are; sometimes cut off.</summary>
    internal static byte[] Mutate(byte[] sound, Random random)
    {
        byte[] mutant = [.. sound];
        for (int n = random.Next(1, 7); n > 0; n--)
        {
            int place = random.Next(4) switch
            {
                0 => random.Next(mutant.Length),
                1 => Math.Max(0, mutant.Length - 1 - random.Next(600)),
                _ => random.Next(Math.Min(400, mutant.Length)),
            };
            mutant[place] = random.Next(3) switch { 0 => 0, 1 => 255, _ => (byte)random.Next(256) };
        }

        return random.Next(8) == 0 ? mutant[..random.Next(mutant.Length)] : mutant;
    }

    private static void SetShort(byte[] tiff, ushort tag, ushort value)
    {
        int directory = (int)BitConverter.ToUInt32(tiff, 4);
        for (int i = 0; i < BitConverter.ToUInt16(tiff, directory); i++)
        {
            int entry = directory + 2 + (12 * i);
            if (BitConverter.ToUInt16(tiff, entry) == tag)
            {
                BitConverter.TryWriteBytes(tiff.AsSpan(entry + 8), (uint)value);
                return;
            }
        }

        Assert.Fail($"no field {tag}");
    }
}
