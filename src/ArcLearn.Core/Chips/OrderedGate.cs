namespace ArcLearn.Core.Chips;

/// <summary>
/// Lets threads pass in the order of their tickets, one at a time. Tickets must be taken in ascending order without gaps, so that the
/// thread with the lowest ticket never waits for another.
/// </summary>
internal sealed class OrderedGate
{
    private readonly object _lock = new();
    private int _next;
    private bool _isClosed;

    /// <summary>Runs <paramref name="action"/> once all lower tickets have passed.</summary>
    /// <returns>False where the gate was closed meanwhile; the action has not run then.</returns>
    public bool Pass(int ticket, Action action)
    {
        lock (_lock)
        {
            while (_next != ticket && !_isClosed)
            {
                Monitor.Wait(_lock);
            }

            if (_isClosed)
            {
                return false;
            }

            action();
            _next++;
            Monitor.PulseAll(_lock);
            return true;
        }
    }

    /// <summary>Sends everyone home who still waits.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            Monitor.PulseAll(_lock);
        }
    }
}
