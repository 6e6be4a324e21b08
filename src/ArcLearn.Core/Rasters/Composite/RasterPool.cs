using ArcLearn.Core.IO;

namespace ArcLearn.Core.Rasters.Composite;

/// <summary>
/// The files behind a mosaic: opened when they are needed, a bounded number at a time, all under one block cache. Safe from any number of threads;
/// a file that someone reads is never closed under him, and one that is opened again must be the one that it was.
/// </summary>
internal sealed class RasterPool(IFileSystem files, BlockCache cache, int depth) : IDisposable
{
    private const int OpenFiles = 48;

    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _recent = [];
    private readonly Dictionary<string, FileStamp> _stamps = new(StringComparer.Ordinal);
    private readonly object _gate = new();

    public IFileSystem Files => files;

    public BlockCache Cache => cache;

    /// <summary>The raster, for as long as the lease is not disposed.</summary>
    /// <exception cref="LearnFormatException">It is damaged, or no longer the file that it was.</exception>
    public Lease Rent(string path)
    {
        Entry entry;
        List<Entry> closed = [];
        lock (_gate)
        {
            if (_entries.TryGetValue(path, out LinkedListNode<Entry>? node))
            {
                _recent.Remove(node);
            }
            else
            {
                node = new LinkedListNode<Entry>(new Entry(new Lazy<IRaster>(() => Open(path))));
                _entries.Add(path, node);
            }

            _recent.AddFirst(node);
            entry = node.Value;
            entry.Path = path;
            entry.Users++;
            for (LinkedListNode<Entry>? oldest = _recent.Last; oldest is not null && _recent.Count > OpenFiles;)
            {
                LinkedListNode<Entry>? newer = oldest.Previous;
                if (oldest.Value.Users == 0)
                {
                    _recent.Remove(oldest);
                    _entries.Remove(oldest.Value.Path);
                    closed.Add(oldest.Value);
                }

                oldest = newer;
            }
        }

        closed.ForEach(other => other.Close());
        try
        {
            return new Lease(this, entry, entry.Raster.Value);
        }
        catch
        {
            // The next reader tries again.
            lock (_gate)
            {
                entry.Users--;
                if (_entries.TryGetValue(path, out LinkedListNode<Entry>? node) && node.Value == entry)
                {
                    _entries.Remove(path);
                    _recent.Remove(node);
                }
            }

            throw;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (Entry entry in _recent)
            {
                entry.Close();
            }

            _recent.Clear();
            _entries.Clear();
        }
    }

    private IRaster Open(string path)
    {
        if (files.FileExists(path))
        {
            FileStamp found = files.Stamp(path);
            lock (_stamps)
            {
                if (!_stamps.TryAdd(path, found) && _stamps[path] != found)
                {
                    throw RasterSource.Changed(path, _stamps[path], found);
                }
            }
        }

        return RasterFile.Open(path, files, cache, depth + 1);
    }

    private void Return(Entry entry)
    {
        lock (_gate)
        {
            entry.Users--;
        }
    }

    public readonly struct Lease(RasterPool pool, Entry entry, IRaster raster) : IDisposable
    {
        public IRaster Raster => raster;

        public void Dispose() => pool.Return(entry);
    }

    internal sealed class Entry(Lazy<IRaster> raster)
    {
        public Lazy<IRaster> Raster => raster;

        public string Path { get; set; } = "";

        public int Users { get; set; }

        public void Close()
        {
            if (raster.IsValueCreated)
            {
                raster.Value.Dispose();
            }
        }
    }
}
