namespace ArcLearn.Core.Rasters;

/// <summary>
/// Memory of blocks that are no longer held, for the next ones of the same length: a pass over a large raster would otherwise ask the system for
/// fresh pages, and clear them, for each block. Keeps at most <paramref name="budget"/> bytes.
/// </summary>
internal sealed class BlockBuffers(long budget)
{
    private readonly Dictionary<int, Stack<byte[]>> _idle = [];
    private readonly object _gate = new();
    private long _bytes;

    /// <summary>An array of exactly this length, with anything in it.</summary>
    public byte[] Rent(int length)
    {
        lock (_gate)
        {
            if (_idle.TryGetValue(length, out Stack<byte[]>? same) && same.TryPop(out byte[]? buffer))
            {
                _bytes -= length;
                return buffer;
            }
        }

        return GC.AllocateUninitializedArray<byte>(length);
    }

    /// <summary>Leaves what waits to the collector.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _idle.Clear();
            _bytes = 0;
        }
    }

    /// <summary>Nothing may look at <paramref name="buffer"/> any more.</summary>
    public void Return(byte[] buffer)
    {
        lock (_gate)
        {
            if (buffer.Length > budget)
            {
                return;
            }

            if (_bytes + buffer.Length > budget)
            {
                // Those of other lengths may never be asked for again.
                Clear();
            }

            if (!_idle.TryGetValue(buffer.Length, out Stack<byte[]>? same))
            {
                _idle.Add(buffer.Length, same = new Stack<byte[]>());
            }

            same.Push(buffer);
            _bytes += buffer.Length;
        }
    }
}
