using System.Diagnostics.CodeAnalysis;

namespace ArcLearn.Core.Inference;

/// <summary>
/// Puts the results of many threads back into the order of their tiles. It holds a bounded stretch: a reader
/// that is too far ahead of the oldest unfinished tile waits.
/// </summary>
internal sealed class ResultOrder<TResult>(int window)
{
    private readonly object _lock = new();
    private readonly Dictionary<int, TResult> _waiting = [];
    private int _next;
    private bool _isStopped;

    /// <summary>Waits until a tile is near enough to be begun; calls <paramref name="whileWaiting"/> now and then.</summary>
    /// <returns>False when the run has stopped.</returns>
    public bool Enter(int ordinal, Action whileWaiting)
    {
        while (true)
        {
            lock (_lock)
            {
                if (_isStopped || ordinal < _next + (long)window)
                {
                    return !_isStopped;
                }
            }

            // Outside the lock: it takes the batch queue's.
            whileWaiting();
            lock (_lock)
            {
                if (!_isStopped && ordinal >= _next + (long)window)
                {
                    Monitor.Wait(_lock, millisecondsTimeout: 20);
                }
            }
        }
    }

    public void Post(int ordinal, TResult result)
    {
        lock (_lock)
        {
            _waiting.Add(ordinal, result);
            if (ordinal == _next)
            {
                Monitor.PulseAll(_lock);
            }
        }
    }

    /// <summary>Waits for the next result in order.</summary>
    /// <returns>False when the run has stopped.</returns>
    public bool TryTake([MaybeNullWhen(false)] out TResult result)
    {
        lock (_lock)
        {
            while (!_isStopped)
            {
                if (_waiting.Remove(_next, out result))
                {
                    _next++;
                    Monitor.PulseAll(_lock);
                    return true;
                }

                Monitor.Wait(_lock);
            }

            result = default;
            return false;
        }
    }

    public void Stop()
    {
        lock (_lock)
        {
            _isStopped = true;
            Monitor.PulseAll(_lock);
        }
    }
}
