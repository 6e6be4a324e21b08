namespace ArcLearn.Core.Inference;

/// <summary>
/// Gathers chips of many readers into batches for many workers. Its buffers are the queue's bound: a reader waits while
/// all are full or in a model. After <see cref="Stop"/> every call returns at once.
/// </summary>
internal sealed class BatchQueue
{
    private readonly object _lock = new();
    private readonly Stack<ChipBatch> _free = [];
    private readonly Queue<ChipBatch> _ready = [];
    private readonly Func<ChipBatch> _create;
    private int _uncreated;
    private ChipBatch? _filling;
    private bool _isComplete;
    private bool _isStopped;

    public BatchQueue(int buffers, Func<ChipBatch> create) => (_uncreated, _create) = (buffers, create);

    /// <returns>False when the run has stopped.</returns>
    public bool Add(int ordinal, in Tile tile, ReadOnlySpan<float> chip)
    {
        lock (_lock)
        {
            while (_filling is null)
            {
                if (_isStopped)
                {
                    return false;
                }

                if (_free.TryPop(out _filling))
                {
                    break;
                }

                if (_uncreated > 0)
                {
                    _filling = _create();
                    _uncreated--;
                    break;
                }

                Monitor.Wait(_lock);
            }

            _filling.Add(ordinal, tile, chip);
            if (_filling.IsFull)
            {
                Release();
            }

            return !_isStopped;
        }
    }

    /// <summary>Sends an incomplete batch on its way.</summary>
    public void Flush()
    {
        lock (_lock)
        {
            Release();
        }
    }

    /// <summary>No chip follows.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            Release();
            _isComplete = true;
            Monitor.PulseAll(_lock);
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

    /// <returns>Null when no batch follows or the run has stopped.</returns>
    public ChipBatch? Take()
    {
        lock (_lock)
        {
            ChipBatch? batch;
            while (!_ready.TryDequeue(out batch) && !_isComplete && !_isStopped)
            {
                Monitor.Wait(_lock);
            }

            return _isStopped ? null : batch;
        }
    }

    /// <summary>Gives a batch back for other chips.</summary>
    public void Return(ChipBatch batch)
    {
        lock (_lock)
        {
            batch.Clear();
            _free.Push(batch);
            Monitor.PulseAll(_lock);
        }
    }

    private void Release()
    {
        if (_filling is null)
        {
            return;
        }

        _filling.Seal();
        _ready.Enqueue(_filling);
        _filling = null;
        Monitor.PulseAll(_lock);
    }
}
