using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Rasters;

/// <summary>Files that are not what they say, and files that go away: one clear error each.</summary>
public sealed class LyingFileTests
{
    private const int DataAt = 8 + 2 + (10 * 12) + 4;

    [Fact]
    public void A_file_that_says_the_truth_is_read()
    {
        byte[] samples = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];

        Assert.Equal(samples.Select(v => (double)v), Read("a.tif", TiffBytes.Make(TiffBytes.Tile(DataAt), data: samples)));
    }

    [Theory]
    [InlineData(8)] // itself
    [InlineData(DataAt + 256)] // a second directory, which names the first
    public void Directories_that_lead_in_a_circle_are_told(uint next)
    {
        byte[] first = TiffBytes.Make(TiffBytes.Tile(DataAt), next, new byte[256]);
        byte[] second = TiffBytes.Make(TiffBytes.Tile(DataAt), next: 8)[8..];

        Assert.Contains("lead back to the one at byte 8", Refused("a.tif", [.. first, .. second]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(int.MaxValue, int.MaxValue, 1, 1, "do not fit into")] // 2^62 tiles
    [InlineData(int.MaxValue, int.MaxValue, 16, 65535, "do not fit into")] // more than 2^63 tiles of single bands
    [InlineData(int.MaxValue, int.MaxValue, int.MaxValue, 1, "too large to read in parts")]
    [InlineData(1 << 16, 1 << 16, 16, 1, "do not fit into")] // 2^24 tiles, whose list has one
    [InlineData(64, 64, 16, 1, "names 1 of its 16 tiles")]
    public void Tile_counts_and_sizes_that_overflow_are_told_before_memory_is_taken(int width, int height, int tile, int bands, string message)
    {
        Dictionary<int, uint> fields = TiffBytes.Tile(DataAt);
        (fields[256], fields[257], fields[322], fields[323], fields[277], fields[284]) = ((uint)width, (uint)height, (uint)tile, (uint)tile, (uint)bands, 2);
        byte[] bytes = TiffBytes.Make(fields, data: new byte[300]);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Contains(message, Refused("a.tif", bytes), StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData(324, 100_000, "beyond the file's")]
    [InlineData(324, uint.MaxValue, "beyond the file's")]
    [InlineData(325, 255, "has 255 bytes, too few for 16 by 16 pixels")]
    [InlineData(256, 0, "a width of 0 pixels")]
    [InlineData(257, uint.MaxValue, "a height of 4294967295 pixels")]
    [InlineData(277, 0, "has 0 bands")]
    [InlineData(322, 0, "a tile width of 0 pixels")]
    [InlineData(258, 4000, "samples of 4000 bits")]
    public void A_block_beyond_the_file_or_a_size_of_nothing_is_told(int field, uint value, string message)
    {
        Dictionary<int, uint> fields = TiffBytes.Tile(DataAt);
        fields[field] = value;

        Assert.Contains(message, Refused("a.tif", TiffBytes.Make(fields, data: new byte[256])), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("u8_deflate_tiles.tif")]
    [InlineData("u8_none_strips.tif")]
    [InlineData("rgb.png")]
    public void A_file_cut_off_anywhere_is_read_or_told(string name)
    {
        byte[] whole = File.ReadAllBytes(RasterFixture.PathOf(name));
        int refused = 0;
        for (int length = 0; length < whole.Length; length += Math.Max(1, whole.Length / 97))
        {
            refused += RasterFaultTests.ReadOrRefuse(whole[..length]) ? 0 : 1;
        }

        Assert.InRange(refused, 90, 98);
    }

    [Theory]
    [InlineData("empty.tif", "", "is empty")]
    [InlineData("page.tif", "<!DOCTYPE html><html>not found</html>", "is no TIFF, PNG, JPEG, BMP or VRT (it begins with bytes 3C21444F")]
    [InlineData("archive.tif", "PK\u0003\u0004 and so on", "is no TIFF, PNG, JPEG, BMP or VRT (it begins with bytes 504B0304")]
    [InlineData("half.tif", "II*\0", "is truncated")]
    [InlineData("picture.png", "\u0089PNG\r\n", "is no TIFF, PNG, JPEG, BMP or VRT")]
    public void What_is_no_raster_is_told_by_its_first_bytes(string name, string text, string message) =>
        Assert.Contains(message, Refused(name, [.. text.Select(c => (byte)c)]), StringComparison.Ordinal);

    [Fact]
    public void A_wrong_extension_does_not_matter()
    {
        using IRaster sound = RasterFile.Open(RasterFixture.PathOf("rgb.png"));

        Assert.Equal(RasterFixture.ReadAll(sound), Read("rgb.tif", File.ReadAllBytes(RasterFixture.PathOf("rgb.png"))));
    }

    /// <summary>More files than stay open, so that the first is opened again.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_of_a_mosaic_that_is_lost_or_cut_off_while_it_is_read_is_named(bool isLost)
    {
        using TemporaryFolder folder = new();
        for (int i = 0; i < 60; i++)
        {
            WriteRow(folder.PathOf($"{i:D2}.tif"), i, (byte)i);
        }

        string first = folder.PathOf("00.tif");
        using IRaster raster = RasterFile.Open(folder.Root);
        byte[] sample = new byte[1];
        raster.Read(new PixelWindow(0, 59, 1, 1), [0], sample.AsSpan(), (byte)0);
        Assert.Equal(59, sample[0]);
        byte[] whole = File.ReadAllBytes(first);
        DateTime written = File.GetLastWriteTimeUtc(first);
        if (isLost)
        {
            File.Delete(first);
        }
        else
        {
            File.WriteAllBytes(first, whole[..20]);
        }

        LearnFormatException error = Assert.Throws<LearnFormatException>(() => raster.Read(new PixelWindow(0, 0, 1, 1), [0], new byte[1].AsSpan(), (byte)0));
        Assert.Contains(isLost ? $"names {first}, which is not there" : "changed while it was read: it had", error.Message, StringComparison.Ordinal);
        Assert.Contains("00.tif", error.Message, StringComparison.Ordinal);

        // The others are still read, and so is this one when it is back.
        raster.Read(new PixelWindow(0, 59, 1, 1), [0], sample.AsSpan(), (byte)0);
        File.WriteAllBytes(first, whole);
        File.SetLastWriteTimeUtc(first, written);
        raster.Read(new PixelWindow(0, 0, 1, 1), [0], sample.AsSpan(), (byte)7);
        Assert.Equal(0, sample[0]);
    }

    [Fact]
    public void A_file_of_a_mosaic_that_another_one_of_equal_size_replaces_is_named_and_values_are_not_mixed()
    {
        using TemporaryFolder folder = new();
        for (int i = 0; i < 60; i++)
        {
            WriteRow(folder.PathOf($"{i:D2}.tif"), i, (byte)i);
        }

        string first = folder.PathOf("00.tif");
        using IRaster raster = RasterFile.Open(folder.Root);
        File.Copy(first, folder.PathOf("new"));
        File.SetLastWriteTimeUtc(folder.PathOf("new"), File.GetLastWriteTimeUtc(first).AddSeconds(2));
        File.Move(folder.PathOf("new"), first, overwrite: true);

        LearnFormatException error = Assert.Throws<LearnFormatException>(() => raster.Read(new PixelWindow(0, 0, 1, 1), [0], new byte[1].AsSpan(), (byte)0));

        Assert.Equal(first, error.Path);
        Assert.Contains("Values of both would be mixed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_another_one_when_the_disk_is_back_is_told()
    {
        byte[] whole = TiffBytes.Make(TiffBytes.Tile(DataAt), data: new byte[256]);
        MemoryFileSystem files = new() { Files = { ["a.tif"] = whole } };
        using IRaster raster = RasterFile.Open("a.tif", files);
        files.Readable = 0;
        Assert.Throws<IOException>(() => RasterFixture.ReadAll(raster));
        (files.Readable, files.Files["a.tif"]) = (long.MaxValue, [.. whole, 0]);

        LearnFormatException error = Assert.Throws<LearnFormatException>(() => RasterFixture.ReadAll(raster));

        Assert.Contains($"changed while it was read: it had {whole.Length} bytes", error.Message, StringComparison.Ordinal);
        files.Files["a.tif"] = whole;
        Assert.Equal(256, RasterFixture.ReadAll(raster).Length);
    }

    private static void WriteRow(string path, int row, byte value)
    {
        using GeoTiffWriter writer = new(LocalFileSystem.Instance, path, 4, 1, 1, SampleType.UInt8, new GeoTransform(0, 100 - row, 1, -1), null, null, tileSize: 16);
        writer.WriteRows(1, [value, value, value, value]);
        writer.Complete();
    }

    private static string Refused(string name, byte[] bytes)
    {
        LearnFormatException error = Assert.Throws<LearnFormatException>(() => Read(name, bytes));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        return error.Message;
    }

    private static double[] Read(string name, byte[] bytes)
    {
        MemoryFileSystem files = new() { Files = { [name] = bytes } };
        using IRaster raster = RasterFile.Open(name, files);
        return RasterFixture.ReadAll(raster);
    }
}
