using System.IO.Compression;
using System.Text;
using System.Text.Json;
using ArcLearn.Core.Formats;
using ArcLearn.Core.IO;
using ArcLearn.Tests.Unit.Models;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Formats;

/// <summary>Files that PyTorch wrote (Tests/Parity/write_weights.py).</summary>
public sealed class WeightsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("zoo.pth")]
    [InlineData("zoo_protocol4.pth")]
    [InlineData("zoo_legacy.pth")]
    public void Every_type_and_layout_reads_as_PyTorch_has_it(string name)
    {
        JsonElement expected = Expected.Read("zoo.json");
        using WeightsFile file = WeightsFile.Open(Fixture(name));

        Assert.Equal(expected.EnumerateObject().Select(item => item.Name), file.Tensors.Select(tensor => tensor.Key));
        foreach (JsonProperty item in expected.EnumerateObject())
        {
            TorchArray array = file.Read(item.Name);
            double[] values = item.Value.GetProperty("values").Deserialize<double[]>()!;
            Assert.Equal(item.Value.GetProperty("shape").Deserialize<long[]>(), array.Shape);
            Assert.Equal(values.Select(value => (float)value), array.ToSingles());
            if (!array.DataType.IsFloatingPoint())
            {
                Assert.Equal(values.Select(value => (long)value), array.ToInt64s());
            }
        }

        Assert.Equal(TorchDataType.BFloat16, file.Read("bfloat16").DataType);
        Assert.Equal(TorchDataType.Bool, file.Read("bool").DataType);
    }

    [Theory]
    [InlineData("checkpoint.pth")]
    [InlineData("state_dict.pth")]
    public void Weights_are_found_within_a_checkpoint(string name)
    {
        using WeightsFile file = WeightsFile.Open(Fixture(name));

        Assert.Equal(["w"], file.Tensors.Select(tensor => tensor.Key));
        Assert.Equal([1f, 1f], file.Read("w").ToSingles());
    }

    [Theory]
    [InlineData("evil.pth", "system")]
    [InlineData("evil_legacy.pth", "system")]
    [InlineData("module.pth", "torch.nn.modules.linear.Linear")]
    [InlineData("script.pth", "TorchScript")]
    [InlineData("no_tensors.pth", "holds no tensors")]
    public void What_is_more_than_tensors_and_containers_is_refused_by_name(string name, string found)
    {
        LearnFormatException error = Assert.Throws<LearnFormatException>(() => WeightsFile.Open(Fixture(name)));

        Assert.Contains(found, error.Message, StringComparison.Ordinal);
        Assert.Equal(Fixture(name), error.Path);
        Assert.False(File.Exists("/tmp/arclearn-was-here"));
    }

    [Theory]
    [InlineData(".")]
    [InlineData("(.")]
    [InlineData("t.")]
    [InlineData("}s.")]
    [InlineData("N}u.")]
    [InlineData("](K\u0001\u0086.")]
    [InlineData("h\u0001.")]
    [InlineData("Na.")]
    [InlineData("}NK\u0001s.")]
    [InlineData("K\u0001)R.")]
    [InlineData("N}b.")]
    [InlineData("NQ.")]
    [InlineData("ccollections\nOrderedDict\nK\u0001\u0085R.")]
    [InlineData("X\u00ff\u00ff\u00ff\u007fabc.")]
    [InlineData("K")]
    [InlineData("ctorch")]
    public void A_pickle_without_sense_is_refused(string pickle) => Assert.Throws<LearnFormatException>(() => Unpickle(pickle));

    [Theory]
    [InlineData("K\u0000", "K\u0002K\u0002", "K\u0002K\u0001")]       // four of three numbers
    [InlineData("K\u0002", "K\u0002", "K\u0001")]
    [InlineData("K\u0000", "K\u0002", "K\u0003")]
    [InlineData("J\u00ff\u00ff\u00ff\u00ff", "K\u0001", "K\u0001")]
    [InlineData("K\u0000", "J\u00ff\u00ff\u00ff\u00ff", "K\u0001")]
    [InlineData("K\u0000", "K\u0001", "J\u00ff\u00ff\u00ff\u00ff")]
    [InlineData("K\u0000", "K\u0001", "K\u0001K\u0001")]
    [InlineData("K\u0000", "J\u0000\u0000\u0000\u007fJ\u0000\u0000\u0000\u007fJ\u0000\u0000\u0000\u007f", "K\u0000K\u0000K\u0000")]
    [InlineData("K\u0000", "J\u0000\u0000\u0000\u007f", "K\u0000")]
    [InlineData("K\u0000", "J\u0000\u0000\u0000\u007fJ\u0000\u0000\u0000\u007f", "J\u0000\u0000\u0000\u007fJ\u0000\u0000\u0000\u007f")]
    public void A_tensor_that_leads_outside_its_storage_is_refused(string offset, string shape, string strides)
    {
        string pickle = $"ctorch._utils\n_rebuild_tensor_v2\n((X\u0007\0\0\0storagectorch\nFloatStorage\nX\u0001\0\0\00NK\u0003tQ{offset}({shape}t({strides}t\u0089ccollections\nOrderedDict\n)RtR.";

        Assert.Throws<LearnFormatException>(() => Unpickle(pickle));
    }

    [Theory]
    [InlineData("zoo.pth")]
    [InlineData("zoo_legacy.pth")]
    public void A_file_cut_off_anywhere_is_refused(string name)
    {
        byte[] whole = File.ReadAllBytes(Fixture(name));
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Throws<LearnFormatException>(() => Pickles.Read(whole[..length]));
        }
    }

    [Fact]
    public void An_archive_that_is_none_of_PyTorchs_is_told_apart()
    {
        string path = _folder.PathOf("photos.pth");
        using (ZipArchive archive = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            archive.CreateEntry("a.txt");
        }

        Assert.Contains("no data.pkl", Assert.Throws<LearnFormatException>(() => WeightsFile.Open(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_a_plain_error() =>
        Assert.Throws<FileNotFoundException>(() => WeightsFile.Open(_folder.PathOf("absent.pth")));

    [Fact]
    public void What_was_written_reads_back_the_same_and_writes_the_same_bytes()
    {
        string first = _folder.PathOf("first.pth");
        string second = _folder.PathOf("second.pth");
        KeyValuePair<string, TorchArray>[] tensors = ReadAll(Fixture("zoo.pth"));

        TorchFileWriter.Write(first, tensors);
        KeyValuePair<string, TorchArray>[] read = ReadAll(first);
        TorchFileWriter.Write(second, read);

        Assert.Equal(tensors.Select(pair => pair.Key), read.Select(pair => pair.Key));
        foreach ((KeyValuePair<string, TorchArray> expected, KeyValuePair<string, TorchArray> actual) in tensors.Zip(read))
        {
            Assert.Equal(expected.Value.Shape, actual.Value.Shape);
            Assert.Equal(expected.Value.DataType, actual.Value.DataType);
            Assert.Equal(expected.Value.Bytes, actual.Value.Bytes);
        }

        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(second));
        Assert.Equal(2, Directory.GetFiles(_folder.Root).Length);
    }

    [Fact]
    public void A_checkpoint_keeps_plain_values_beside_the_weights()
    {
        string path = _folder.PathOf("checkpoint.pth");
        PickleDict model = new() { ["w"] = new TorchArray(TorchDataType.Float32, [1], [0, 0, 0x80, 0x3f]) };
        PickleDict root = new()
        {
            ["model"] = model,
            ["epoch"] = 3,
            ["big"] = 1L << 40,
            ["loss"] = 0.25,
            ["name"] = "größer",
            ["done"] = true,
            ["none"] = null,
            ["rates"] = new List<object?> { 1e-4, 3e-3 },
            ["pair"] = new PickleTuple([1, 2]),
        };

        TorchFileWriter.Write(path, root);

        using WeightsFile file = WeightsFile.Open(path);
        Assert.Equal([1f], file.Read("w").ToSingles());
        PickleDict read = Assert.IsType<PickleDict>(file.Root);
        Assert.Equal([3L, 1L << 40, 0.25, "größer", true, null], new[] { "epoch", "big", "loss", "name", "done", "none" }.Select(key => read[key]));
        Assert.Equal([1e-4, 3e-3], Assert.IsType<List<object?>>(read["rates"]));
        Assert.Equal([1L, 2L], Assert.IsType<PickleTuple>(read["pair"]).Items);
    }

    [Fact]
    public void A_full_disk_leaves_the_old_file_and_nothing_else()
    {
        string path = _folder.PathOf("model.pth");
        File.WriteAllText(path, "old");

        Assert.Throws<IOException>(() => TorchFileWriter.Write(path, ReadAll(Fixture("zoo.pth")), new FullDisk(capacity: 1000)));

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(_folder.Root));
    }

    internal static string Fixture(string name) => Path.Combine(TestEnvironment.RepositoryRoot, "Tests", "Parity", "expected", name);

    private static object? Unpickle(string pickle)
    {
        using MemoryStream stream = new(Encoding.Latin1.GetBytes(pickle));
        return new PickleReader(stream, "a.pth", id => new TorchStorage("0", TorchDataType.Float32, (long)id.Items[4]!)).Read();
    }

    internal static KeyValuePair<string, TorchArray>[] ReadAll(string path)
    {
        using WeightsFile file = WeightsFile.Open(path);
        return [.. file.Tensors.Select(tensor => new KeyValuePair<string, TorchArray>(tensor.Key, file.Read(tensor.Key)))];
    }

    /// <summary>The disk, until so many bytes are written to a file.</summary>
    private sealed class FullDisk(int capacity) : IFileSystem
    {
        private readonly IFileSystem _disk = LocalFileSystem.Instance;

        public bool FileExists(string path) => _disk.FileExists(path);

        public FileStamp Stamp(string path) => _disk.Stamp(path);

        public bool DirectoryExists(string path) => _disk.DirectoryExists(path);

        public Stream OpenRead(string path) => _disk.OpenRead(path);

        public Stream Create(string path) => new Limited(path, capacity);

        public void CreateDirectory(string path) => _disk.CreateDirectory(path);

        public void Move(string source, string destination, bool overwrite) => _disk.Move(source, destination, overwrite);

        public void MoveDirectory(string source, string destination) => _disk.MoveDirectory(source, destination);

        public void DeleteFile(string path) => _disk.DeleteFile(path);

        public void DeleteDirectory(string path) => _disk.DeleteDirectory(path);

        public IEnumerable<string> EnumerateFiles(string directory) => _disk.EnumerateFiles(directory);

        public IEnumerable<string> EnumerateDirectories(string directory) => _disk.EnumerateDirectories(directory);

        private sealed class Limited(string path, int capacity) : FileStream(path, FileMode.Create, FileAccess.ReadWrite)
        {
            // The overload for spans comes here too.
            public override void Write(byte[] buffer, int offset, int count)
            {
                if (Position + count > capacity)
                {
                    throw new IOException("No space left on device");
                }

                base.Write(buffer, offset, count);
            }
        }
    }
}
