using ArcLearn.Core.Inference;
using ArcLearn.Core.Models;

namespace ArcLearn.Tests.Unit.Inference;

public sealed class MemoryBudgetTests
{
    private const long MB = 1L << 20;

    // Four replicas of 200 MB, batches of 5 MB, a pass that wants 128 MB of blocks, windows of 1 MB.
    private static readonly MemoryNeeds s_needs = new(Workers: 4, 200 * MB, 5 * MB, 128 * MB, 1 * MB);

    [Fact]
    public void With_room_for_all_nothing_is_cut()
    {
        MemoryBudget budget = MemoryBudget.Fit(s_needs, 4096 * MB);

        Assert.Equal((4, 2, 9, 128 * MB), (budget.Workers, budget.Readers, budget.Buffers, budget.CacheBytes));
        Assert.Equal((32 + 800 + 45 + 2 + 128) * MB, budget.Bytes);
    }

    [Fact]
    public void Batches_go_first_then_blocks_then_replicas()
    {
        Assert.Equal((4, 5, 128 * MB), Parts(MemoryBudget.Fit(s_needs, 990 * MB)));
        Assert.Equal((4, 8, 64 * MB), Parts(MemoryBudget.Fit(s_needs, 940 * MB)));
        Assert.Equal((4, 9, 1 * MB), Parts(MemoryBudget.Fit(s_needs, 880 * MB)));
        Assert.Equal((3, 7, 128 * MB), Parts(MemoryBudget.Fit(s_needs, 850 * MB)));
        Assert.Equal((1, 1, 1 * MB), Parts(MemoryBudget.Fit(s_needs, 239 * MB)));
    }

    [Fact]
    public void No_limit_is_exceeded_and_more_room_never_means_less()
    {
        (int workers, long bytes) = (0, 0);
        for (long limit = 239 * MB; limit < 1200 * MB; limit += 3 * MB)
        {
            MemoryBudget budget = MemoryBudget.Fit(s_needs, limit);
            Assert.InRange(budget.Bytes, 1, limit);
            Assert.True(budget.Workers >= workers);
            Assert.True(budget.Workers > workers || budget.Bytes >= bytes);
            (workers, bytes) = (budget.Workers, budget.Bytes);
        }
    }

    [Fact]
    public void A_limit_below_one_batch_says_what_is_needed()
    {
        LearnArgumentException error = Assert.Throws<LearnArgumentException>(() => MemoryBudget.Fit(s_needs, 100 * MB));

        Assert.Equal(("MemoryLimitTooSmall", "MemoryLimit"), (error.Id, error.Parameter));
        Assert.Contains("takes 239 MB", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_block_that_is_the_whole_image_counts()
    {
        using MemoryRaster raster = new(1000, 700);

        MemoryNeeds needs = MemoryNeeds.Of(raster, new SsdOptions { Backbone = "resnet18", Classes = 1, Bands = 1, ChipSize = 64 }, windowSide: 64, batchSize: 2, workers: 1, replicaBytes: 0);

        Assert.InRange(needs.WindowBytes, 1, 1000 * 700);
        Assert.Equal(2 * 64 * 64 * sizeof(float), needs.BatchBytes);
    }

    private static (int Workers, int Buffers, long Cache) Parts(in MemoryBudget budget) => (budget.Workers, budget.Buffers, budget.CacheBytes);
}
