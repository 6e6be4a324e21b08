namespace ArcLearn.Core.Rasters;

/// <summary>
/// Decoded blocks of any number of images under one budget of bytes; the least recently used go first. A block is decoded once: readers that want it meanwhile wait
/// for that decoding, others are not held up. A failure is not kept: the next reader tries again.
/// </summary>
internal sealed class BlockCache(long budget)
{
    private readonly Dictionary<(int Image, int Block), LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _recent = [];
    private readonly object _gate = new();
    private long _bytes;
    private int _images;

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

    /// <summary>Where decoders take the memory of a block from; it comes back here when the block has gone and nobody reads it.</summary>
    public BlockBuffers Buffers { get; } = new(budget / 8);

    /// <summary>A number for one more image whose blocks are held here.</summary>
    public int AddImage() => Interlocked.Increment(ref _images);

    /// <summary>The block, decoded by <paramref name="decode"/> where it is not held. Its samples are there until the lease is disposed.</summary>
    public Lease Get(int image, int block, Func<int, DecodedBlock> decode)
    {
        (int, int) key = (image, block);
        Entry entry;
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out LinkedListNode<Entry>? node))
            {
                _recent.Remove(node);
                _recent.AddFirst(node);
                entry = node.Value;
            }
            else
            {
                entry = new Entry(key, new Lazy<DecodedBlock>(() => decode(block)));
                _entries.Add(key, _recent.AddFirst(entry));
            }

            entry.Readers++;
        }

        try
        {
            Account(entry, entry.Data.Value.Samples.Length);
            return new Lease(this, entry);
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
                Entry old = oldest.Value;
                if (old.IsCounted)
                {
                    _bytes -= old.Data.Value.Samples.Length;
                    _entries.Remove(old.Key);
                    _recent.Remove(oldest);
                    old.IsGone = true;
                    Recycle(old);
                }

                oldest = newer;
            }
        }
    }

    private void Release(Entry entry)
    {
        lock (_gate)
        {
            entry.Readers--;
            Recycle(entry);
        }
    }

    private void Recycle(Entry entry)
    {
        if (entry.IsGone && entry.Readers == 0)
        {
            Buffers.Return(entry.Data.Value.Samples);
        }
    }

    private void Forget(Entry entry)
    {
        lock (_gate)
        {
            if (IsHeld(entry) && _entries.Remove(entry.Key, out LinkedListNode<Entry>? node))
            {
                _recent.Remove(node);
            }
        }
    }

    private bool IsHeld(Entry entry) => _entries.TryGetValue(entry.Key, out LinkedListNode<Entry>? node) && node.Value == entry;

    /// <summary>A block that is being read.</summary>
    public readonly ref struct Lease
    {
        private readonly BlockCache _cache;
        private readonly Entry _entry;

        internal Lease(BlockCache cache, Entry entry) => (_cache, _entry) = (cache, entry);

        public DecodedBlock Block => _entry.Data.Value;

        public void Dispose() => _cache.Release(_entry);
    }

    internal sealed class Entry((int Image, int Block) key, Lazy<DecodedBlock> data)
    {
        public (int Image, int Block) Key { get; } = key;

        public Lazy<DecodedBlock> Data { get; } = data;

        public bool IsCounted { get; set; }

        /// <summary>Whether the cache has let it go.</summary>
        public bool IsGone { get; set; }

        public int Readers { get; set; }
    }
}
