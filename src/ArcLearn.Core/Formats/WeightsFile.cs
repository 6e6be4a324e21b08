using ArcLearn.Core.IO;

namespace ArcLearn.Core.Formats;

/// <summary>
/// A file of weights, whatever its ending: as torch.save writes them, a zip archive (PyTorch 1.6 and later) or the stream of pickles before that, or as safetensors.
/// The weights are a dict of tensors by name, alone or as the member model, state_dict or model_state_dict of another.
/// Nothing of Python's runs. The file is mapped into memory and numbers are read when asked for; one thread at a time.
/// </summary>
internal sealed class WeightsFile : IDisposable
{
    private static readonly string[] s_members = ["model", "state_dict", "model_state_dict"];

    private readonly string _path;
    private readonly FileBytes _bytes;
    private readonly IStorageReader _storages;
    private readonly Dictionary<string, TorchTensor> _byName;

    private WeightsFile(string path, FileBytes bytes, IStorageReader storages, PickleDict root)
    {
        (_path, _bytes, _storages, Root) = (path, bytes, storages, root);
        Tensors = FindState(root, path);
        _byName = Tensors.ToDictionary(StringComparer.Ordinal);
    }

    /// <summary>All that was saved: the weights themselves, or a checkpoint around them.</summary>
    public PickleDict Root { get; }

    /// <summary>The weights by name, in the file's order.</summary>
    public IReadOnlyList<KeyValuePair<string, TorchTensor>> Tensors { get; }

    /// <summary>Opens a file and reads all but the numbers.</summary>
    /// <param name="shown">What messages call the file; null for its path.</param>
    /// <exception cref="LearnFormatException">No file of weights, one that is cut off, or one with more in it than tensors and plain containers.</exception>
    public static WeightsFile Open(string path, IFileSystem? files = null, string? shown = null) =>
        Open(FileBytes.Open(path, files ?? LocalFileSystem.Instance), shown ?? path);

    /// <summary>Opens bytes, which are disposed with the result, or where they are refused.</summary>
    /// <inheritdoc cref="Open(string, IFileSystem?, string?)"/>
    public static WeightsFile Open(FileBytes bytes, string path)
    {
        try
        {
            IStorageReader storages = WeightsLayout.Find(bytes, path);
            PickleDict root = storages.ReadRoot() as PickleDict
                ?? throw new LearnFormatException("holds no dict of tensors. Save the weights alone: torch.save(model.state_dict(), path).", path);
            return new WeightsFile(path, bytes, storages, root);
        }
        catch (Exception e)
        {
            bytes.Dispose();
            if (e is InvalidDataException or EndOfStreamException)
            {
                throw new LearnFormatException($"cannot be read as a file of weights: {e.Message}", path, inner: e);
            }

            throw;
        }
    }

    /// <summary>Refuses a file of weights that is hostile or damaged.</summary>
    /// <param name="isForeign">Whether it is for other programs, so that nothing here reads it: what is laid out in an unknown way passes then.</param>
    /// <inheritdoc cref="Open(string, IFileSystem?, string?)"/>
    public static void RequireSound(string path, IFileSystem files, string shown, bool isForeign)
    {
        FileBytes bytes = FileBytes.Open(path, files);
        if (isForeign && WeightsLayout.TryFind(bytes, shown) is null)
        {
            bytes.Dispose();
            return;
        }

        using WeightsFile file = Open(bytes, shown);
        foreach ((string name, _) in file.Tensors)
        {
            file.Check(name);
        }
    }

    /// <summary>Compares a tensor's numbers with their checksum, where the file has one.</summary>
    /// <exception cref="LearnFormatException">They are damaged, or fewer than the file promises.</exception>
    public void Check(string name)
    {
        try
        {
            _storages.Check(_byName[name].Storage);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw Damaged(name, e);
        }
    }

    /// <summary>A tensor's numbers, row-major whatever its strides are.</summary>
    /// <inheritdoc cref="Check"/>
    public TorchArray Read(string name)
    {
        TorchTensor tensor = _byName[name];
        byte[] numbers = new byte[Length(name, tensor.Count)];
        Read(name, numbers);
        return new TorchArray(tensor.Storage.DataType, tensor.Shape, numbers);
    }

    /// <summary>Copies a tensor's numbers, row-major whatever its strides are.</summary>
    /// <param name="target">As many bytes as they are.</param>
    /// <inheritdoc cref="Check"/>
    public void Read(string name, Span<byte> target)
    {
        Check(name);
        TorchTensor tensor = _byName[name];
        int size = tensor.Storage.DataType.Size();
        try
        {
            ReadOnlySpan<byte> numbers = _storages.Numbers(tensor.Storage, tensor.Offset * size, Length(name, tensor.Extent));
            if (tensor.IsContiguous)
            {
                numbers.CopyTo(target);
            }
            else
            {
                Gather(numbers, tensor, size, target);
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw Damaged(name, e);
        }
    }

    public void Dispose() => _bytes.Dispose();

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
                tensors.Add(new(key as string ?? throw new LearnFormatException("has a tensor whose name is not text.", path), tensor));
            }
        }

        return tensors.Count > 0
            ? tensors
            : throw new LearnFormatException("holds no tensors. Save the weights alone: torch.save(model.state_dict(), path).", path);
    }

    private static void Gather(ReadOnlySpan<byte> numbers, TorchTensor tensor, int size, Span<byte> target)
    {
        long[] index = new long[tensor.Shape.Count];
        for (int written = 0; written < target.Length; written += size)
        {
            long at = 0;
            for (int d = 0; d < index.Length; d++)
            {
                at += index[d] * tensor.Strides[d];
            }

            numbers.Slice((int)at * size, size).CopyTo(target[written..]);
            for (int d = index.Length - 1; d >= 0 && ++index[d] == tensor.Shape[d]; d--)
            {
                index[d] = 0;
            }
        }
    }

    private int Length(string name, long count)
    {
        long length = count * _byName[name].Storage.DataType.Size();
        return length <= Array.MaxLength ? (int)length : throw new LearnFormatException($"the tensor '{SafeText.Show(name)}' is larger than two gigabytes.", _path);
    }

    private LearnFormatException Damaged(string name, Exception e) => new($"the numbers of '{SafeText.Show(name)}' cannot be read: {e.Message}", _path, inner: e);
}
