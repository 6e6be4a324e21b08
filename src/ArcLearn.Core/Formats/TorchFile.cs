using ArcLearn.Core.IO;

namespace ArcLearn.Core.Formats;

/// <summary>
/// A file of weights as torch.save writes them: a zip archive (PyTorch 1.6 and later) or the stream of pickles before that.
/// The weights are a dict of tensors by name, alone or as the member model, state_dict or model_state_dict of another.
/// Nothing of Python's runs. Numbers are read when asked for; one thread at a time.
/// </summary>
internal sealed class TorchFile : IDisposable
{
    private static readonly string[] s_members = ["model", "state_dict", "model_state_dict"];

    private readonly string _path;
    private readonly IStorageReader _storages;
    private readonly Dictionary<string, TorchTensor> _byName;

    private TorchFile(string path, IStorageReader storages, PickleDict root, IReadOnlyList<KeyValuePair<string, TorchTensor>> tensors)
    {
        _path = path;
        _storages = storages;
        Root = root;
        Tensors = tensors;
        _byName = tensors.ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>All that was saved: the weights themselves, or a checkpoint around them.</summary>
    public PickleDict Root { get; }

    /// <summary>The weights by name, in the file's order.</summary>
    public IReadOnlyList<KeyValuePair<string, TorchTensor>> Tensors { get; }

    /// <summary>Opens a file and reads all but the numbers.</summary>
    /// <param name="shown">What messages call the file; null for its path.</param>
    /// <exception cref="LearnFormatException">No PyTorch file, one that is cut off, or one with more in it than tensors and plain containers.</exception>
    public static TorchFile Open(string path, IFileSystem? files = null, string? shown = null)
    {
        Stream stream = (files ?? LocalFileSystem.Instance).OpenRead(path);
        path = shown ?? path;
        IStorageReader? storages = null;
        try
        {
            storages = IsZip(stream) ? new ZipStorageReader(stream, path) : new LegacyStorageReader(stream, path);
            PickleDict root = storages.ReadRoot() as PickleDict
                ?? throw new LearnFormatException("holds no dict of tensors. Save the weights alone: torch.save(model.state_dict(), path).", path);
            return new TorchFile(path, storages, root, FindState(root, path));
        }
        catch (Exception e)
        {
            storages?.Dispose();
            stream.Dispose();
            if (e is InvalidDataException or EndOfStreamException)
            {
                throw new LearnFormatException($"cannot be read as a PyTorch file: {e.Message}", path, inner: e);
            }

            throw;
        }
    }

    /// <summary>A tensor's numbers, row-major whatever its strides are.</summary>
    /// <exception cref="LearnFormatException">The file has fewer numbers than it promises.</exception>
    public TorchArray Read(string name)
    {
        TorchTensor tensor = _byName[name];
        TorchStorage storage = tensor.Storage;
        int size = storage.DataType.Size();
        if (tensor.Count * size > Array.MaxLength)
        {
            throw new LearnFormatException($"the tensor '{name}' is larger than two gigabytes.", _path);
        }

        byte[] bytes;
        try
        {
            bytes = _storages.ReadStorage(storage);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new LearnFormatException($"the numbers of '{name}' cannot be read: {e.Message}", _path, inner: e);
        }

        return new TorchArray(storage.DataType, tensor.Shape, tensor.IsContiguous
            ? Slice(bytes, tensor.Offset * size, tensor.Count * size)
            : Gather(bytes, tensor, size));
    }

    public void Dispose() => _storages.Dispose();

    private static bool IsZip(Stream stream)
    {
        Span<byte> start = stackalloc byte[4];
        int read = stream.ReadAtLeast(start, 4, throwOnEndOfStream: false);
        stream.Position = 0;
        return read == 4 && start.SequenceEqual("PK\u0003\u0004"u8);
    }

    private static List<KeyValuePair<string, TorchTensor>> FindState(PickleDict dict, string path)
    {
        if (!dict.Entries.Any(entry => entry.Value is TorchTensor))
        {
            dict = s_members.Select(member => dict[member]).OfType<PickleDict>().FirstOrDefault() ?? dict;
        }

        List<KeyValuePair<string, TorchTensor>> tensors = [];
        foreach ((object key, object? value) in dict.Entries)
        {
            if (value is TorchTensor tensor)
            {
                tensors.Add(new(key as string ?? throw new LearnFormatException($"a tensor's name is {key}, which is not text.", path), tensor));
            }
        }

        return tensors.Count > 0
            ? tensors
            : throw new LearnFormatException("holds no tensors. Save the weights alone: torch.save(model.state_dict(), path).", path);
    }

    private static byte[] Slice(byte[] bytes, long start, long length) =>
        start == 0 && length == bytes.LongLength ? bytes : bytes[(int)start..(int)(start + length)];

    private static byte[] Gather(byte[] bytes, TorchTensor tensor, int size)
    {
        byte[] result = new byte[tensor.Count * size];
        long[] index = new long[tensor.Shape.Count];
        for (long i = 0; i < tensor.Count; i++)
        {
            long at = tensor.Offset;
            for (int d = 0; d < index.Length; d++)
            {
                at += index[d] * tensor.Strides[d];
            }

            Array.Copy(bytes, at * size, result, i * size, size);
            for (int d = index.Length - 1; d >= 0 && ++index[d] == tensor.Shape[d]; d--)
            {
                index[d] = 0;
            }
        }

        return result;
    }
}
