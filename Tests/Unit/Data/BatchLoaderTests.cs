using ArcLearn.Core.Data;

namespace ArcLearn.Tests.Unit.Data;

public class BatchLoaderTests
{
    private int _inside;

    [Theory]
    [InlineData(1, 2)]
    [InlineData(4, 2)]
    [InlineData(9, 3)]
    public void Batches_come_in_order_and_whole_for_any_number_of_workers(int workers, int ahead)
    {
        List<DetectionBatch> batches = [.. Load(23, 5, ahead, workers, (batch, place, item) =>
        {
            Thread.SpinWait(item % 7 * 2000);
            batch.Items[place] = item;
        })];

        Assert.Equal([5, 5, 5, 5, 3], batches.Select(b => b.Count));
        Assert.Equal(Enumerable.Range(0, 23), batches.SelectMany(b => b.Items));
    }

    [Fact]
    public void No_more_batches_are_begun_than_are_asked_for_ahead()
    {
        int highest = 0;
        using ManualResetEventSlim reached = new();
        using IEnumerator<DetectionBatch> batches = Load(100, 2, 3, 4, (_, _, item) =>
        {
            lock (this)
            {
                highest = Math.Max(highest, item / 2);
                if (highest == 3)
                {
                    reached.Set();
                }
            }
        }).GetEnumerator();

        batches.MoveNext();                     // batch 0 is taken, so 1, 2 and 3 may be under way
        Assert.True(reached.Wait(TimeSpan.FromSeconds(30)));
        Thread.Sleep(50);
        Assert.Equal(3, highest);
    }

    [Fact]
    public void An_error_on_a_worker_reaches_the_consumer_as_it_is()
    {
        LearnFormatException error = Assert.Throws<LearnFormatException>(() =>
            Load(50, 4, 2, 3, (_, _, item) =>
            {
                if (item == 13)
                {
                    throw new LearnFormatException("is damaged.", "chip 13");
                }
            }).Count());

        Assert.Equal("chip 13", error.Path);
    }

    [Fact]
    public void Leaving_early_ends_the_workers_before_going_on()
    {
        foreach (DetectionBatch _ in Load(10_000, 2, 2, 4, Busy))
        {
            break;
        }

        int after = Volatile.Read(ref _calls);
        Assert.Equal(0, Volatile.Read(ref _inside));
        Thread.Sleep(30);
        Assert.Equal(after, Volatile.Read(ref _calls));
    }

    [Fact]
    public void Cancelling_ends_a_consumer_that_waits()
    {
        using CancellationTokenSource stop = new();

        // The first item hangs until the token falls, so the consumer is waiting when it does.
        Assert.ThrowsAny<OperationCanceledException>(() => Load(100, 4, 2, 2, (_, _, item) =>
        {
            if (item == 0)
            {
                stop.CancelAfter(20);
                stop.Token.WaitHandle.WaitOne();
            }
        }, stop.Token).Count());

        Assert.ThrowsAny<OperationCanceledException>(() => Load(100, 4, 2, 2, Busy, stop.Token).Count());
        Assert.Equal(0, Volatile.Read(ref _inside));
    }

    [Fact]
    public void Nothing_to_load_is_no_batch()
    {
        Assert.Empty(Load(0, 4, 2, 2, Busy));
    }

    private int _calls;

    private void Busy(DetectionBatch batch, int place, int item)
    {
        Interlocked.Increment(ref _inside);
        Interlocked.Increment(ref _calls);
        Thread.SpinWait(5000);
        Interlocked.Decrement(ref _inside);
    }

    private static IEnumerable<DetectionBatch> Load(
        int items, int batchSize, int ahead, int workers, Action<DetectionBatch, int, int> fill, CancellationToken cancel = default) =>
        BatchLoader.Load(items, batchSize, ahead, workers, n => new DetectionBatch(n, 1, 1, new float[n], new BoxLabel[n][], new int[n]), fill, cancel);
}
