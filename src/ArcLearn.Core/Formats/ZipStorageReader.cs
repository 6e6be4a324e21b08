using System.IO.Compression;

namespace ArcLearn.Core.Formats;

/// <summary>PyTorch 1.6 and later: a zip archive with <c>name/data.pkl</c> and a file <c>name/data/key</c> for each storage.</summary>
internal sealed class ZipStorageReader : IStorageReader
{
    // Deflate cannot do better than 1032 to 1; torch does not compress at all.
    private const long HighestRatio = 1100;
    private const long LongestPickle = 1 << 28;

    private readonly string _path;
    private readonly long _fileLength;
    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = new(StringComparer.Ordinal);
    private string _prefix = "";

    public ZipStorageReader(Stream stream, string path)
    {
        _path = path;
        _fileLength = stream.Length;
        _archive = new ZipArchive(stream, ZipArchiveMode.Read);
    }

    public object? ReadRoot()
    {
        foreach (ZipArchiveEntry entry in _archive.Entries)
        {
            if (!_entries.TryAdd(entry.FullName, entry))
            {
                throw Fail($"has '{entry.FullName}' twice.");
            }
        }

        string pickle = _entries.Keys.FirstOrDefault(name => name == "data.pkl" || name.EndsWith("/data.pkl", StringComparison.Ordinal))
            ?? throw Fail("is a zip archive, but none of PyTorch's: it has no data.pkl.");
        _prefix = pickle[..^"data.pkl".Length];
        if (_entries.ContainsKey(_prefix + "constants.pkl"))
        {
            throw Fail("is a TorchScript program, not weights. Save the weights alone: torch.save(model.state_dict(), path).");
        }

        if (_entries.TryGetValue(_prefix + "byteorder", out ZipArchiveEntry? order) && ReadAll(order, 16) is { } text && !text.AsSpan().StartsWith("little"u8))
        {
            throw Fail("was written on a big-endian machine, which is not supported.");
        }

        using MemoryStream stream = new(ReadAll(_entries[pickle], LongestPickle));
        return new PickleReader(stream, _path, Storage).Read();
    }

    public byte[] ReadStorage(TorchStorage storage) => ReadAll(Entry(storage.Key), storage.Count * storage.DataType.Size());

    public void Dispose() => _archive.Dispose();

    /// <summary>('storage', type, key, device, count): the reference to a file of the archive.</summary>
    private TorchStorage Storage(PickleTuple id)
    {
        if (id.Items is not ["storage", PickleGlobal.Storage type, string key, _, long count, ..])
        {
            throw Fail("a tensor refers to its numbers in an unknown way.");
        }

        long length = Entry(key).Length;
        return count >= 0 && count <= length / type.DataType.Size() && length == count * type.DataType.Size()
            ? new TorchStorage(key, type.DataType, count)
            : throw Fail($"storage {key} has {length} bytes where {count} numbers of {type.DataType} belong.");
    }

    private ZipArchiveEntry Entry(string key) => _entries.TryGetValue($"{_prefix}data/{key}", out ZipArchiveEntry? entry)
        ? entry
        : throw Fail($"storage {key} is not in the archive.");

    private byte[] ReadAll(ZipArchiveEntry entry, long limit)
    {
        if (entry.Length > Math.Min(limit, Array.MaxLength) || entry.CompressedLength > _fileLength || entry.Length > entry.CompressedLength * HighestRatio)
        {
            throw Fail($"'{entry.FullName}' claims {entry.Length} bytes, which cannot be.");
        }

        byte[] bytes = new byte[entry.Length];
        using Stream stream = entry.Open();
        stream.ReadExactly(bytes);

        // The archive's checksum is compared when the end is seen.
        return stream.ReadByte() < 0 ? bytes : throw Fail($"'{entry.FullName}' is longer than it claims.");
    }

    private LearnFormatException Fail(string message) => new(message, _path);
}
