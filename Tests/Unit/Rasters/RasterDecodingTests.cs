using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Rasters;

/// <summary>How often blocks are decoded, counted where they are.</summary>
public sealed class RasterDecodingTests
{
    private const int Window = 24;
    private const int Stride = 12;

    [Theory]
    [InlineData("u8_deflate_predictor_tiles.tif", 1)]
    [InlineData("u8_deflate_predictor_tiles.tif", 2)]
    [InlineData("u16_lzw_predictor_planar.tif", 1)]
    [InlineData("u16_lzw_predictor_planar.tif", 2)]
    [InlineData("u8_lzw_strips.tif", 1)]
    [InlineData("u8_jpeg_ycbcr_tiles.tif", 2)]
    [InlineData("rgb.png", 2)]
    public void Windows_that_overlap_decode_no_block_twice(string name, int threads)
    {
        BlockCache cache = RasterFile.NewCache();
        using IRaster raster = RasterFile.Open(RasterFixture.PathOf(name), LocalFileSystem.Instance, cache, depth: 0);

        Pass(raster, threads);

        Assert.Equal(Blocks(raster), cache.Decodings);
        Pass(raster, threads);
        Assert.Equal(Blocks(raster), cache.Decodings); // all of it fits
    }

    [Fact]
    public void Uncompressed_blocks_are_not_decoded_at_all()
    {
        BlockCache cache = RasterFile.NewCache();
        using IRaster raster = RasterFile.Open(RasterFixture.PathOf("u8_none_strips.tif"), LocalFileSystem.Instance, cache, depth: 0);

        Pass(raster, 1);

        Assert.Equal(0, cache.Decodings);
    }

    [Fact]
    public void A_pass_over_a_raster_larger_than_the_cache_decodes_no_block_twice_while_the_rows_of_blocks_under_a_window_fit()
    {
        const string name = "u8_deflate_predictor_tiles.tif";
        using IRaster raster = RasterFile.Open(RasterFixture.PathOf(name));
        int block = raster.BlockWidth * raster.BlockHeight * raster.Bands;
        int across = (raster.Width + raster.BlockWidth - 1) / raster.BlockWidth;
        int rows = 2 + ((Window - 1) / raster.BlockHeight); // that a window touches at most
        Assert.True(rows < (raster.Height + raster.BlockHeight - 1) / raster.BlockHeight, "the file fits as a whole");

        Assert.Equal(Blocks(raster), Decodings(name, new BlockCache((rows + 1) * across * block)));
        Assert.True(Decodings(name, new BlockCache(across * block)) > Blocks(raster));
        Assert.Equal(Blocks(raster), Decodings(name, new BlockCache(across * block, 1 << 20))); // wide rasters ask for more
    }

    [Fact]
    public void A_cache_of_a_size_that_was_asked_for_stays_within_it()
    {
        BlockCache asked = RasterFile.NewCache(RasterFile.DefaultCacheBytes);
        BlockCache usual = RasterFile.NewCache();

        asked.Reserve(200L << 20);
        usual.Reserve(200L << 20);

        Assert.Equal((RasterFile.DefaultCacheBytes, 200L << 20), (asked.Budget, usual.Budget));
    }

    [Theory]
    [InlineData(10_000, 256, 3, SampleType.UInt8, false)]
    [InlineData(40_000, 256, 3, SampleType.UInt8, true)]
    [InlineData(20_000, 512, 4, SampleType.UInt16, true)]
    public void A_wide_raster_gets_a_larger_cache_up_to_a_limit(int width, int blockHeight, int bands, SampleType type, bool isLarger)
    {
        long bytes = RasterFile.PassBytes(width, blockHeight, bands, type);

        Assert.Equal((512L + (2 * blockHeight)) * width * bands * type.Bytes(), bytes);
        Assert.Equal(isLarger, bytes > RasterFile.DefaultCacheBytes);
        Assert.Equal(long.MaxValue, RasterFile.PassBytes(int.MaxValue, int.MaxValue, ushort.MaxValue, SampleType.Float64));
    }

    [Fact]
    public void Files_of_a_mosaic_share_one_cache_and_decode_no_block_twice()
    {
        using TemporaryFolder folder = new();
        WriteTiles(folder, 4);
        BlockCache cache = RasterFile.NewCache();
        using IRaster mosaic = RasterFile.Open(folder.Root, LocalFileSystem.Instance, cache, depth: 0);

        Pass(mosaic, 2);

        Assert.Equal(4 * 4, cache.Decodings); // each file has four tiles
    }

    [Fact]
    public void A_closed_file_leaves_nothing_in_the_cache_of_the_others()
    {
        using TemporaryFolder folder = new();
        WriteTiles(folder, 2);
        BlockCache cache = RasterFile.NewCache();
        using IRaster open = RasterFile.Open(folder.PathOf("0.tif"), LocalFileSystem.Instance, cache, depth: 1);
        using (IRaster closed = RasterFile.Open(folder.PathOf("1.tif"), LocalFileSystem.Instance, cache, depth: 1))
        {
            Pass(open, 1);
            Pass(closed, 1);
            Assert.Equal(2 * 32 * 32, cache.Bytes);
        }

        Assert.Equal(32 * 32, cache.Bytes);
        Pass(open, 1);
        Assert.Equal(8, cache.Decodings);
    }

    private static long Decodings(string name, BlockCache cache)
    {
        using IRaster raster = RasterFile.Open(RasterFixture.PathOf(name), LocalFileSystem.Instance, cache, depth: 0);
        Pass(raster, 1);
        return cache.Decodings;
    }

    private static int Blocks(IRaster raster) =>
        (raster.Width + raster.BlockWidth - 1) / raster.BlockWidth * ((raster.Height + raster.BlockHeight - 1) / raster.BlockHeight) * (raster.Storage.IsPlanar ? raster.Bands : 1);

    /// <summary>Windows that share half of each side with the next, row by row; rows of windows are taken in turn.</summary>
    private static void Pass(IRaster raster, int threads)
    {
        int down = (raster.Height + Stride - 1) / Stride;
        int next = -1;
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ =>
        {
            int row;
            while ((row = Interlocked.Increment(ref next)) < down)
            {
                for (int column = 0; column < raster.Width; column += Stride)
                {
                    RasterFixture.ReadAll(raster, new PixelWindow(column, row * Stride, Window, Window));
                }
            }
        });
    }

    private static void WriteTiles(TemporaryFolder folder, int count)
    {
        for (int i = 0; i < count; i++)
        {
            using GeoTiffWriter writer = new(
                LocalFileSystem.Instance, folder.PathOf($"{i}.tif"), 32, 32, 1, SampleType.UInt8, new GeoTransform(32 * i, 32, 1, -1), null, null, tileSize: 16);
            writer.WriteRows(32, [.. Enumerable.Range(0, 32 * 32).Select(v => (byte)(v + i))]);
            writer.Complete();
        }
    }
}
