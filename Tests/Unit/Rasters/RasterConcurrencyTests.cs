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

        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ => Assert.Equal(7, Length(cache, 7, Decode)));

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
            Length(cache, block, Decode);
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

        Length(cache, 1, Decode);
        Length(cache, 1, Decode);
        Assert.Equal(1, decoded);
        Length(cache, 2, Decode);
        Assert.Equal(100, cache.Bytes);
    }

    [Fact]
    public void A_failed_decoding_is_tried_again()
    {
        bool fails = true;
        BlockCache cache = new(100);
        DecodedBlock Decode(int block) => fails ? throw new IOException("no") : Block(3);

        Assert.Throws<IOException>(() => Length(cache, 1, Decode));
        fails = false;
        Assert.Equal(3, Length(cache, 1, Decode));
    }

    [Fact]
    public void Memory_of_a_block_is_used_again_only_when_nobody_reads_it()
    {
        BlockCache cache = new(800);
        DecodedBlock Decode(int block)
        {
            byte[] samples = cache.Buffers.Rent(block > 100 ? 800 : 100);
            samples.AsSpan().Fill((byte)block);
            return new DecodedBlock(samples, 1, samples.Length);
        }

        byte[] first;
        using (BlockCache.Lease lease = cache.Get(0, 1, Decode))
        {
            first = lease.Block.Samples;
            Length(cache, 200, Decode); // pushes it out
            Assert.NotSame(first, cache.Buffers.Rent(100));
            Assert.Equal(1, lease.Block.Samples[50]);
        }

        Assert.Same(first, cache.Buffers.Rent(100));
        Assert.NotSame(first, cache.Buffers.Rent(100));
    }

    [Fact]
    public void Idle_memory_has_a_limit()
    {
        BlockBuffers buffers = new(250);
        byte[][] lent = [buffers.Rent(100), buffers.Rent(100), buffers.Rent(100), buffers.Rent(300)];
        foreach (byte[] buffer in lent)
        {
            buffers.Return(buffer);
        }

        // The third did not fit beside the first two, which went; the fourth fits nowhere.
        Assert.Equal([lent[2]], new[] { buffers.Rent(100), buffers.Rent(100), buffers.Rent(300) }.Intersect(lent));
    }

    private static int Length(BlockCache cache, int block, Func<int, DecodedBlock> decode)
    {
        using BlockCache.Lease lease = cache.Get(0, block, decode);
        return lease.Block.Samples.Length;
    }

    private static DecodedBlock Block(int bytes) => new(new byte[bytes], 1, bytes);
}
