using System.Diagnostics.CodeAnalysis;

namespace ArcLearn.Core.Inference;

/// <summary>
/// Puts the results of many threads back into the order of their tiles. It holds a bounded stretch: a reader
/// that is too far ahead of the oldest unfinished tile waits.
/// </summary>
/// <param name="window">How far ahead.</param>
/// <param name="first">The ordinal that comes first.</param>
internal sealed class ResultOrder<TResult>(int window, int first = 0)
{
    private readonly object _lock = new();
    private readonly Dictionary<int, TResult> _waiting = [];
    private int _next = first;
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
    /// <returns>False when the run has stopped and the next one is not there.</returns>
    public bool TryTake([MaybeNullWhen(false)] out TResult result)
    {
        lock (_lock)
        {
            while (!_waiting.Remove(_next, out result))
            {
                if (_isStopped)
                {
                    return false;
                }

                Monitor.Wait(_lock);
            }

            _next++;
            Monitor.PulseAll(_lock);
            return true;
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
