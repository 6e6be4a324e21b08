namespace ArcLearn.Core.Data;

/// <summary>Bytes that may be kept in memory, taken and given back from any number of threads.</summary>
internal sealed class MemoryBudget(long bytes)
{
    private long _left = bytes;

    public bool TryTake(long size)
    {
        if (Interlocked.Add(ref _left, -size) >= 0)
        {
            return true;
        }

        Give(size);
        return false;
    }

    public void Give(long size) => Interlocked.Add(ref _left, size);
}

/// <summary>
/// Keeps what is read while the budget lasts. Epochs pass over all chips in ever new order, so throwing any out for another
/// would gain nothing: what is in stays. Safe from any number of threads.
/// </summary>
internal sealed class KeptItems<T>(int count, MemoryBudget budget)
    where T : class
{
    private readonly T?[] _kept = new T?[count];

    /// <param name="bytes">What the whole item takes.</param>
    /// <param name="read">Reads it; told whether it will be kept, and therefore has to be whole.</param>
    public T Get(int index, long bytes, Func<bool, T> read)
    {
        if (Volatile.Read(ref _kept[index]) is T kept)
        {
            return kept;
        }

        bool isKept = budget.TryTake(bytes);
        T item;
        try
        {
            item = read(isKept);
        }
        catch when (isKept)
        {
            budget.Give(bytes);
            throw;
        }

        if (isKept && Interlocked.CompareExchange(ref _kept[index], item, null) is not null)
        {
            budget.Give(bytes);
        }

        return item;
    }
}
