using System.IO.Compression;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Formats;

/// <summary>Writes files that Python's torch.load reads, with weights_only or without (the zip format of PyTorch 1.6 and later). Equal input gives equal bytes.</summary>
internal static class TorchFileWriter
{
    private static readonly DateTimeOffset s_time = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes tensors by name; the file appears when it is complete.</summary>
    public static void Write(string path, IEnumerable<KeyValuePair<string, TorchArray>> tensors, IFileSystem? files = null) =>
        (files ?? LocalFileSystem.Instance).WriteAtomically(path, stream => Write(stream, tensors));

    /// <summary>Writes tensors by name to a stream that stays open.</summary>
    public static void Write(Stream stream, IEnumerable<KeyValuePair<string, TorchArray>> tensors)
    {
        PickleDict state = new();
        foreach ((string name, TorchArray array) in tensors)
        {
            state[name] = array;
        }

        Write(stream, state);
    }

    /// <summary>Writes any tree of what <see cref="PickleWriter"/> knows, such as a checkpoint with its weights as the member "model".</summary>
    public static void Write(string path, PickleDict root, IFileSystem? files = null) =>
        (files ?? LocalFileSystem.Instance).WriteAtomically(path, stream => Write(stream, root));

    private static void Write(Stream stream, PickleDict root)
    {
        List<TorchArray> storages = [];
        using MemoryStream pickle = new();
        new PickleWriter(pickle, array =>
        {
            storages.Add(array);
            return $"{storages.Count - 1}";
        }).Write(root);

        using ZipArchive archive = new(stream, ZipArchiveMode.Create, leaveOpen: true);
        Add(archive, "archive/data.pkl", pickle.ToArray());
        Add(archive, "archive/byteorder", "little"u8);
        for (int i = 0; i < storages.Count; i++)
        {
            Add(archive, $"archive/data/{i}", storages[i].Bytes);
        }

        Add(archive, "archive/version", "3\n"u8);
    }

    private static void Add(ZipArchive archive, string name, ReadOnlySpan<byte> bytes)
    {
        ZipArchiveEntry entry = archive.CreateEntry(name, CompressionLevel.NoCompression);
        entry.LastWriteTime = s_time;
        using Stream stream = entry.Open();
        stream.Write(bytes);
    }
}
