using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace ArcLearn.Core.Formats;

/// <summary>
/// PyTorch before 1.6: pickles one after the other (a magic number, the version, facts of the machine, what was saved, the keys of
/// the storages), then each storage as the count of its numbers (64 bits) and the numbers.
/// </summary>
internal sealed class LegacyStorageReader(FileBytes bytes, string path) : IStorageReader
{
    private const string Magic = "1950a86a20f9469cfc6c";
    private const long Version = 1001;
    private const int CountLength = 8;

    private readonly Dictionary<string, TorchStorage> _roots = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Root, long First)> _views = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _places = new(StringComparer.Ordinal);

    public object? ReadRoot()
    {
        using Stream stream = bytes.Stream(0, bytes.Length);
        PickleReader pickles = new(stream, path, Storage);
        if (pickles.Read() is not BigInteger magic || magic != BigInteger.Parse("0" + Magic, NumberStyles.HexNumber, CultureInfo.InvariantCulture))
        {
            throw Fail("is not a PyTorch file.");
        }

        if (pickles.Read() is not Version)
        {
            throw Fail("has an unknown version of PyTorch's old format.");
        }

        if (pickles.Read() is PickleDict machine && machine["little_endian"] is false)
        {
            throw Fail("was written on a big-endian machine, which is not supported.");
        }

        object? root = pickles.Read();
        if (pickles.Read() is not List<object?> keys)
        {
            throw Fail("does not list its storages.");
        }

        long place = stream.Position;
        foreach (object? item in keys)
        {
            place = Locate(item as string ?? throw Fail("a storage's key is not text."), place);
        }

        return _roots.Keys.FirstOrDefault(key => !_places.ContainsKey(key)) is string missing ? throw Fail($"storage {SafeText.Show(missing)} is not in the file.") : root;
    }

    /// <summary>The old format has no checksums.</summary>
    public void Check(TorchStorage storage)
    {
    }

    public ReadOnlySpan<byte> Numbers(TorchStorage storage, long start, int length)
    {
        (string root, long first) = _views.TryGetValue(storage.Key, out (string, long) view) ? view : (storage.Key, 0);
        return bytes.Span(_places[root] + (first * storage.DataType.Size()) + start, length);
    }

    /// <summary>('storage', type, key, device, count, view): view is None, or (key, first, count) of a part of the storage.</summary>
    private TorchStorage Storage(PickleTuple id)
    {
        if (id.Items is not ["storage", PickleGlobal.Storage type, string key, _, long count, ..] || count < 0 || count > bytes.Length)
        {
            throw Fail("a tensor refers to its numbers in an unknown way (the instruction BINPERSID).");
        }

        TorchStorage root = new(key, type.DataType, count);
        if (_roots.TryGetValue(key, out TorchStorage? known) && known != root)
        {
            throw Fail($"storage {SafeText.Show(key)} is described in two ways.");
        }

        _roots[key] = root;
        if (id.Items is [.., PickleTuple view])
        {
            if (view.Items is not [string viewKey, long first, long length] || first < 0 || length < 0 || first > count - length)
            {
                throw Fail($"a part of storage {SafeText.Show(key)} lies outside it.");
            }

            viewKey = $"{key}/{viewKey}";
            _views[viewKey] = (key, first);
            return root with { Key = viewKey, Count = length };
        }

        return root;
    }

    /// <summary>Notes where a storage lies, and gives where the next one begins.</summary>
    private long Locate(string key, long place)
    {
        long count = BinaryPrimitives.ReadInt64LittleEndian(bytes.Span(place, CountLength));
        if (!_roots.TryGetValue(key, out TorchStorage? storage) || storage.Count != count)
        {
            throw Fail($"storage {SafeText.Show(key)} has {count} numbers where {storage?.Count ?? 0} belong.");
        }

        place += CountLength;
        long length = count * storage.DataType.Size();
        return length <= bytes.Length - place && _places.TryAdd(key, place) ? place + length : throw Fail($"storage {SafeText.Show(key)} is cut off, or comes twice.");
    }

    private LearnFormatException Fail(string message) => new(message, path);
}
