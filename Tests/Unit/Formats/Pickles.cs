using System.IO.Compression;
using System.Text;
using ArcLearn.Core.Formats;

namespace ArcLearn.Tests.Unit.Formats;

/// <summary>Pickles put together by hand, and the files that carry them.</summary>
internal static class Pickles
{
    /// <summary>The first four of the five pickles of PyTorch before 1.6, up to what was saved: magic number, version, facts of the machine.</summary>
    private const string LegacyStart = "\u0080\u0002\u008a\u000a\u006c\u00fc\u009c\u0046\u00f9\u0020\u006a\u00a8\u0050\u0019.\u0080\u0002M\u00e9\u0003.\u0080\u0002}X\u000d\0\0\0little_endian\u0088s.";

    /// <summary>A storage of three 32-bit numbers under the key 0.</summary>
    public const string Storage = "(X\u0007\0\0\0storagectorch\nFloatStorage\nX\u0001\0\0\00X\u0003\0\0\0cpuK\u0003tQ";

    /// <summary>A dict with one tensor w of that storage.</summary>
    public static string Weights { get; } = Dict(Tensor("K\0", "K\u0003", "K\u0001"));

    public static byte[] Bytes(string pickle) => Encoding.Latin1.GetBytes(pickle);

    public static string Text(string text) => $"X{Encoding.Latin1.GetString(BitConverter.GetBytes(Encoding.UTF8.GetByteCount(text)))}{Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text))}";

    public static string Dict(string value) => $"\u0080\u0002}}{Text("w")}{value}s.";

    /// <param name="shape">Instructions that push its sides.</param>
    /// <param name="strides">Instructions that push its strides.</param>
    public static string Tensor(string offset, string shape, string strides, string storage = Storage) =>
        $"ctorch._utils\n_rebuild_tensor_v2\n({storage}{offset}({shape}t({strides}t\u0089ccollections\nOrderedDict\n)RtR";

    /// <summary>An archive of PyTorch 1.6 and later with that pickle and a storage of three numbers.</summary>
    public static byte[] Archive(string pickle, Action<ZipArchive>? more = null)
    {
        using MemoryStream stream = new();
        using (ZipArchive archive = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(archive, "a/data.pkl", Bytes(pickle));
            more?.Invoke(archive);
            Add(archive, "a/data/0", new byte[12]);
            Add(archive, "a/version", "3\n"u8.ToArray());
        }

        return stream.ToArray();
    }

    public static void Add(ZipArchive archive, string name, byte[] bytes, CompressionLevel level = CompressionLevel.NoCompression)
    {
        using Stream entry = archive.CreateEntry(name, level).Open();
        entry.Write(bytes);
    }

    /// <summary>A file of PyTorch before 1.6 with that pickle and a storage of three numbers.</summary>
    public static byte[] Legacy(string pickle) =>
        [.. Bytes($"{LegacyStart}{pickle}\u0080\u0002]{Text("0")}a."), 3, 0, 0, 0, 0, 0, 0, 0, .. new byte[12]];

    /// <summary>Opens bytes as a file and reads all tensors in it.</summary>
    public static KeyValuePair<string, TorchArray>[] Read(byte[] bytes, string path = "a.pth")
    {
        using WeightsFile file = WeightsFile.Open(new FileBytes(bytes), path);
        return [.. file.Tensors.Select(tensor => new KeyValuePair<string, TorchArray>(tensor.Key, file.Read(tensor.Key)))];
    }
}
