using ArcLearn.Core.Runtime;

namespace ArcLearn.Tests.Unit.Runtime;

public sealed class SharedWorkTests
{
    [Theory]
    [InlineData(7, 1)]
    [InlineData(7, 3)]
    [InlineData(1, 4)]
    [InlineData(0, 2)]
    public void Every_piece_is_done_once(int count, int threads)
    {
        int[] done = new int[count];

        SharedWork.Run(count, threads, piece => Interlocked.Increment(ref done[piece]));

        Assert.All(done, times => Assert.Equal(1, times));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_failure_comes_as_it_was(int threads)
    {
        Exception failure = Assert.Throws<OutOfMemoryException>(() => SharedWork.Run(4, threads, _ => throw new OutOfMemoryException("no more")));

        Assert.True(TorchFailure.IsOutOfMemory(failure));
    }
}
