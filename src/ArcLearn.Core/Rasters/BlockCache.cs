namespace ArcLearn.Core.Rasters;

/// <summary>
/// Decoded blocks of any number of images under one budget of bytes; the least recently used go first. A block is decoded once: readers that want it meanwhile wait
/// for that decoding, others are not held up. A failure is not kept: the next reader tries again.
/// </summary>
/// <param name="budget">Bytes to hold.</param>
/// <param name="ceiling">Bytes to hold at most where an image asks for more by <see cref="Reserve"/>; by default no more than the budget.</param>
internal sealed class BlockCache(long budget, long ceiling = 0)
{
    private readonly Dictionary<(int Image, int Block), LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _recent = [];
    private readonly object _gate = new();
    private long _budget = budget;
    private long _ceiling = ceiling;
    private long _bytes;
    private long _decodings;
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

    /// <summary>Bytes that it may hold as things stand.</summary>
    public long Budget
    {
        get
        {
            lock (_gate)
            {
                return _budget;
            }
        }
    }

    /// <summary>Blocks decoded so far; those decoded again count again.</summary>
    public long Decodings => Interlocked.Read(ref _decodings);

    /// <summary>Where decoders take the memory of a block from; it comes back here when the block has gone and nobody reads it.</summary>
    public BlockBuffers Buffers { get; } = new(budget / 8);

    /// <summary>A number for one more image whose blocks are held here.</summary>
    public int AddImage() => Interlocked.Increment(ref _images);

    /// <summary>Makes room for what a pass over one image needs, as far as the ceiling goes.</summary>
    public void Reserve(long bytes)
    {
        lock (_gate)
        {
            _budget = Math.Max(_budget, Math.Min(bytes, _ceiling));
        }
    }

    /// <summary>Holds so many bytes from here on, whatever an image asks for.</summary>
    public void Limit(long bytes)
    {
        lock (_gate)
        {
            (_budget, _ceiling) = (bytes, bytes);
        }
    }

    /// <summary>Lets all blocks of an image go that is no longer read: its file may be opened again, as another image.</summary>
    public void Drop(int image)
    {
        lock (_gate)
        {
            for (LinkedListNode<Entry>? node = _recent.First; node is not null;)
            {
                LinkedListNode<Entry>? next = node.Next;
                if (node.Value.Key.Image == image)
                {
                    Remove(node);
                }

                node = next;
            }
        }
    }

    /// <summary>Lets go of all blocks that nobody reads, and of the memory that waits for others: a pass is over. What is read later is decoded again.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            (_budget, _ceiling) = (0, 0);
            for (LinkedListNode<Entry>? node = _recent.First; node is not null;)
            {
                LinkedListNode<Entry>? next = node.Next;
                if (node.Value.IsCounted)
                {
                    Remove(node);
                }

                node = next;
            }
        }

        Buffers.Clear();
    }

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
                entry = new Entry(key, new Lazy<DecodedBlock>(() =>
                {
                    Interlocked.Increment(ref _decodings);
                    return decode(block);
                }));
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
            while (_bytes > _budget && oldest is not null && oldest.Value != entry)
            {
                LinkedListNode<Entry>? newer = oldest.Previous;
                if (oldest.Value.IsCounted)
                {
                    Remove(oldest);
                }

                oldest = newer;
            }
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        Entry entry = node.Value;
        _bytes -= entry.IsCounted ? entry.Data.Value.Samples.Length : 0;
        _entries.Remove(entry.Key);
        _recent.Remove(node);
        entry.IsGone = true;
        Recycle(entry);
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
