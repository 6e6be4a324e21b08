namespace ArcLearn.Core.Rasters;

/// <summary>
/// Decoded blocks under a budget of bytes; the least recently used go first. A block is decoded once: readers that want it meanwhile wait
/// for that decoding, others are not held up. A failure is not kept: the next reader tries again.
/// </summary>
internal sealed class BlockCache(long budget, Func<int, byte[]> decode)
{
    private readonly Dictionary<int, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _recent = [];
    private readonly object _gate = new();
    private long _bytes;

    /// <summary>Bytes held now. The block used last stays, even where it alone exceeds the budget.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
            {
                return _bytes;
            }
        }
    }

    public byte[] Get(int block)
    {
        Entry entry;
        lock (_gate)
        {
            if (_entries.TryGetValue(block, out LinkedListNode<Entry>? node))
            {
                _recent.Remove(node);
                _recent.AddFirst(node);
                entry = node.Value;
            }
            else
            {
                entry = new Entry(block, new Lazy<byte[]>(() => decode(block)));
                _entries.Add(block, _recent.AddFirst(entry));
            }
        }

        try
        {
            byte[] data = entry.Data.Value;
            Account(entry, data.Length);
            return data;
        }
        catch
        {
            Forget(entry);
            throw;
        }
    }

    private void Account(Entry entry, int length)
    {
        if (entry.IsCounted)
        {
            return;
        }

        lock (_gate)
        {
            if (entry.IsCounted || !IsHeld(entry))
            {
                return;
            }

            entry.IsCounted = true;
            _bytes += length;
            LinkedListNode<Entry>? oldest = _recent.Last;
            while (_bytes > budget && oldest is not null && oldest.Value != entry)
            {
                LinkedListNode<Entry>? newer = oldest.Previous;
                if (oldest.Value.IsCounted)
                {
                    _bytes -= oldest.Value.Data.Value.Length;
                    _entries.Remove(oldest.Value.Block);
                    _recent.Remove(oldest);
                }

                oldest = newer;
            }
        }
    }

    private void Forget(Entry entry)
    {
        lock (_gate)
        {
            if (IsHeld(entry) && _entries.Remove(entry.Block, out LinkedListNode<Entry>? node))
            {
                _recent.Remove(node);
            }
        }
    }

    private bool IsHeld(Entry entry) => _entries.TryGetValue(entry.Block, out LinkedListNode<Entry>? node) && node.Value == entry;

    private sealed class Entry(int block, Lazy<byte[]> data)
    {
        public int Block { get; } = block;

        public Lazy<byte[]> Data { get; } = data;

        public bool IsCounted { get; set; }
    }
}
