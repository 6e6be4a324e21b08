namespace ArcLearn.Core.Data;

/// <summary>
/// Arrays that were used and may be used again: those of batches are so large that the collector clears them up late, so that a training which
/// made new ones would grow for as long as it runs. Safe from any number of threads.
/// </summary>
internal sealed class ArrayStock<T>
{
    private readonly object _lock = new();
    private readonly Dictionary<int, Stack<T[]>> _free = [];

    /// <summary>An array of exactly this length, whatever it holds.</summary>
    public T[] Take(int length)
    {
        lock (_lock)
        {
            if (_free.TryGetValue(length, out Stack<T[]>? arrays) && arrays.TryPop(out T[]? used))
            {
                return used;
            }
        }

        return GC.AllocateUninitializedArray<T>(length);
    }

    /// <summary>Takes an array back that nobody looks at any more.</summary>
    public void Give(T[] array)
    {
        lock (_lock)
        {
            if (!_free.TryGetValue(array.Length, out Stack<T[]>? arrays))
            {
                _free[array.Length] = arrays = new Stack<T[]>();
            }

            arrays.Push(array);
        }
    }
}
