using ArcLearn.Core.Rasters;

namespace ArcLearn.Tests.Unit.Rasters;

public sealed class RasterConcurrencyTests
{
    [Theory]
    [InlineData("u8_deflate_predictor_tiles.tif", RasterFile.DefaultCacheBytes)]
    [InlineData("u8_deflate_predictor_tiles.tif", 5000)]
    [InlineData("u16_lzw_predictor_planar.tif", 5000)]
    [InlineData("u8_jpeg_ycbcr_tiles.tif", 5000)]
    [InlineData("u8_jpeg_four_bands.tif", 5000)]
    [InlineData("rgb.png", 5000)]
    public void Many_threads_read_what_one_thread_reads(string name, long cacheBytes)
    {
        using IRaster raster = RasterFile.Open(RasterFixture.PathOf(name), cacheBytes: cacheBytes);
        using IRaster alone = RasterFile.Open(RasterFixture.PathOf(name));
        double[] all = RasterFixture.ReadAll(alone);

        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            Random random = new(i);
            PixelWindow window = new(random.Next(50), random.Next(30), random.Next(1, 25), random.Next(1, 23));
            double[] samples = RasterFixture.ReadAll(raster, window);
            for (int k = 0; k < samples.Length; k++)
            {
                int band = k / (int)window.Area;
                int row = window.Row + (k / window.Width % window.Height);
                int column = window.Column + (k % window.Width);
                Assert.Equal(all[(((band * raster.Height) + row) * raster.Width) + column], samples[k]);
            }
        });
    }

    [Fact]
    public void Readers_of_one_block_wait_for_one_decoding()
    {
        int decoded = 0;
        BlockCache cache = new(1000);
        DecodedBlock Decode(int block)
        {
            Interlocked.Increment(ref decoded);
            Thread.Sleep(50);
            return Block(block);
        }

        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ => Assert.Equal(7, cache.Get(0, 7, Decode).Samples.Length));

        Assert.Equal(1, decoded);
    }

    [Fact]
    public void The_cache_keeps_to_its_budget_and_lets_the_least_recently_used_go()
    {
        List<int> decoded = [];
        BlockCache cache = new(300);
        DecodedBlock Decode(int block)
        {
            decoded.Add(block);
            return Block(100);
        }

        foreach (int block in new[] { 1, 2, 3, 1, 4, 1, 3, 2 })
        {
            cache.Get(0, block, Decode);
            Assert.InRange(cache.Bytes, 100, 300);
        }

        // 4 pushed out 2 (1 had been used again), so only 2 is decoded twice.
        Assert.Equal([1, 2, 3, 4, 2], decoded);
    }

    [Fact]
    public void A_block_larger_than_the_budget_is_kept_until_the_next()
    {
        int decoded = 0;
        BlockCache cache = new(10);
        DecodedBlock Decode(int block)
        {
            decoded++;
            return Block(100);
        }

        cache.Get(0, 1, Decode);
        cache.Get(0, 1, Decode);
        Assert.Equal(1, decoded);
        cache.Get(0, 2, Decode);
        Assert.Equal(100, cache.Bytes);
    }

    [Fact]
    public void A_failed_decoding_is_tried_again()
    {
        bool fails = true;
        BlockCache cache = new(100);
        DecodedBlock Decode(int block) => fails ? throw new IOException("no") : Block(3);

        Assert.Throws<IOException>(() => cache.Get(0, 1, Decode));
        fails = false;
        Assert.Equal(3, cache.Get(0, 1, Decode).Samples.Length);
    }

    private static DecodedBlock Block(int bytes) => new(new byte[bytes], 1, bytes);
}
