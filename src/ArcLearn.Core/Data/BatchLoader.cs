using System.Runtime.ExceptionServices;

namespace ArcLearn.Core.Data;

/// <summary>
/// Fills batches item by item on worker threads, some batches ahead of the consumer and no more, and hands them out in order.
/// Threads live as long as one enumeration: leaving it early, cancelling or an error ends them before the caller goes on.
/// </summary>
internal sealed class BatchLoader<TBatch>
    where TBatch : LearnBatch
{
    private readonly int _items;
    private readonly int _batchSize;
    private readonly int _ahead;
    private readonly Func<int, TBatch> _create;
    private readonly Action<TBatch, int, int> _fill;
    private readonly object _lock = new();
    private readonly Dictionary<int, Slot> _slots = [];
    private int _nextItem = -1;
    private int _consumed;
    private bool _isStopped;
    private Exception? _failure;

    /// <param name="items">Items over all batches.</param>
    /// <param name="ahead">Batches that may be ready or under way.</param>
    /// <param name="create">Makes an empty batch of so many items.</param>
    /// <param name="fill">Fills place 2 of a batch with item 3; called from many threads.</param>
    private BatchLoader(int items, int batchSize, int ahead, Func<int, TBatch> create, Action<TBatch, int, int> fill)
    {
        (_items, _batchSize, _ahead, _create, _fill) = (items, batchSize, ahead, create, fill);
    }

    /// <inheritdoc cref="BatchLoader.Load"/>
    public static IEnumerable<TBatch> Load(
        int items, int batchSize, int ahead, int workers, Func<int, TBatch> create, Action<TBatch, int, int> fill, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        BatchLoader<TBatch> loader = new(items, batchSize, ahead, create, fill);
        Thread[] threads = [.. Enumerable.Range(0, workers).Select(i => new Thread(loader.Work) { IsBackground = true, Name = $"Chip loader {i}" })];
        using CancellationTokenRegistration registration = cancel.Register(loader.Wake);
        try
        {
            foreach (Thread thread in threads)
            {
                thread.Start();
            }

            for (int batch = 0; batch * (long)batchSize < items; batch++)
            {
                yield return loader.Take(batch, cancel);
            }
        }
        finally
        {
            loader.Stop();
            foreach (Thread thread in threads.Where(t => t.ThreadState != ThreadState.Unstarted))
            {
                thread.Join();
            }

            foreach (Slot slot in loader._slots.Values)
            {
                slot.Batch.Dispose();
            }
        }
    }

    private void Work()
    {
        try
        {
            int item;
            while ((item = Interlocked.Increment(ref _nextItem)) < _items)
            {
                int batch = item / _batchSize;
                if (Open(batch) is not Slot slot)
                {
                    return;
                }

                _fill(slot.Batch, item - (batch * _batchSize), item);
                if (Interlocked.Decrement(ref slot.Missing) == 0)
                {
                    Wake();
                }
            }
        }
        catch (Exception e)
        {
            lock (_lock)
            {
                _failure ??= e;
                Monitor.PulseAll(_lock);
            }
        }
    }

    /// <summary>The batch to fill, once the consumer is near enough; null when there is nothing more to do.</summary>
    private Slot? Open(int batch)
    {
        lock (_lock)
        {
            while (!_isStopped && _failure is null && batch >= _consumed + _ahead)
            {
                Monitor.Wait(_lock);
            }

            if (_isStopped || _failure is not null)
            {
                return null;
            }

            if (!_slots.TryGetValue(batch, out Slot? slot))
            {
                int count = Math.Min(_batchSize, _items - (batch * _batchSize));
                _slots[batch] = slot = new Slot(_create(count), count);
            }

            return slot;
        }
    }

    private TBatch Take(int batch, CancellationToken cancel)
    {
        lock (_lock)
        {
            Slot? slot;
            while (!_slots.TryGetValue(batch, out slot) || Volatile.Read(ref slot.Missing) > 0)
            {
                cancel.ThrowIfCancellationRequested();
                if (_failure is not null)
                {
                    ExceptionDispatchInfo.Throw(_failure);
                }

                Monitor.Wait(_lock);
            }

            cancel.ThrowIfCancellationRequested();
            _slots.Remove(batch);
            _consumed = batch + 1;
            Monitor.PulseAll(_lock);
            return slot.Batch;
        }
    }

    private void Wake()
    {
        lock (_lock)
        {
            Monitor.PulseAll(_lock);
        }
    }

    private void Stop()
    {
        lock (_lock)
        {
            _isStopped = true;
            Monitor.PulseAll(_lock);
        }
    }

    private sealed class Slot(TBatch batch, int count)
    {
        public int Missing = count;

        public TBatch Batch { get; } = batch;
    }
}

/// <summary>Begins a <see cref="BatchLoader{TBatch}"/>.</summary>
internal static class BatchLoader
{
    /// <summary>Batches in order, from the moment that they are asked for.</summary>
    /// <param name="items">Items over all batches.</param>
    /// <param name="ahead">Batches that may be ready or under way.</param>
    /// <param name="create">Makes an empty batch of so many items.</param>
    /// <param name="fill">Fills place 2 of a batch with item 3; called from many threads.</param>
    public static IEnumerable<TBatch> Load<TBatch>(
        int items, int batchSize, int ahead, int workers, Func<int, TBatch> create, Action<TBatch, int, int> fill, CancellationToken cancel)
        where TBatch : LearnBatch =>
        BatchLoader<TBatch>.Load(items, batchSize, ahead, workers, create, fill, cancel);
}
