using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using ArcLearn.Core.Formats;
using ArcLearn.Tests.Unit.Models;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Formats;

/// <summary>The format of github.com/huggingface/safetensors, against a file that Python wrote by its description (Tests/Parity/safetensors_format.py).</summary>
public sealed class SafetensorsTests : IDisposable
{
    private const string One = """ "w": { "dtype": "F32", "shape": [2], "data_offsets": [0, 8] } """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_Python_wrote_reads_as_PyTorch_has_it()
    {
        JsonElement expected = Expected.Read("zoo.json");
        using WeightsFile file = WeightsFile.Open(WeightsFileTests.Fixture("zoo.safetensors"));

        Assert.Equal(expected.EnumerateObject().Select(item => item.Name).Order(StringComparer.Ordinal), file.Tensors.Select(tensor => tensor.Key).Order(StringComparer.Ordinal));
        foreach (JsonProperty item in expected.EnumerateObject())
        {
            TorchArray array = file.Read(item.Name);
            Assert.Equal(item.Value.GetProperty("shape").Deserialize<long[]>(), array.Shape);
            Assert.Equal(item.Value.GetProperty("values").Deserialize<double[]>()!.Select(value => (float)value), array.ToSingles());
        }
    }

    [Fact]
    public void What_was_written_reads_back_the_same_and_writes_the_same_bytes()
    {
        KeyValuePair<string, TorchArray>[] tensors = WeightsFileTests.ReadAll(WeightsFileTests.Fixture("zoo.pth"));
        string first = _folder.PathOf("first.safetensors");
        string second = _folder.PathOf("second.weights");

        SafetensorsWriter.Write(first, tensors, new Dictionary<string, string> { ["größe"] = "\"2\"", ["a"] = "b" });
        KeyValuePair<string, TorchArray>[] read = WeightsFileTests.ReadAll(first);
        SafetensorsWriter.Write(second, read, new Dictionary<string, string> { ["a"] = "b", ["größe"] = "\"2\"", ["format"] = "pt" });

        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(second));
        Assert.Equal(tensors.Length, read.Length);
        foreach ((string name, TorchArray array) in tensors)
        {
            TorchArray actual = read.Single(pair => pair.Key == name).Value;
            Assert.Equal(array.Shape, actual.Shape);
            Assert.Equal(array.DataType, actual.DataType);
            Assert.Equal(array.Bytes, actual.Bytes);
        }
    }

    [Fact]
    public void Every_number_lies_at_a_multiple_of_its_size()
    {
        using MemoryStream stream = new();
        SafetensorsWriter.Write(stream, WeightsFileTests.ReadAll(WeightsFileTests.Fixture("zoo.pth")));
        byte[] bytes = stream.ToArray();
        int header = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        using JsonDocument json = JsonDocument.Parse(bytes.AsMemory(8, header));

        Assert.Equal((byte)'{', bytes[8]);
        Assert.Equal(0, header % 8);
        Assert.Equal("pt", json.RootElement.GetProperty("__metadata__").GetProperty("format").GetString());
        foreach (JsonProperty tensor in json.RootElement.EnumerateObject().Where(item => item.Name != "__metadata__"))
        {
            int size = TorchDataTypes.OfSafetensors(tensor.Value.GetProperty("dtype").GetString()!)!.Value.Size();
            Assert.Equal(0, tensor.Value.GetProperty("data_offsets")[0].GetInt64() % size);
        }
    }

    [Theory]
    [InlineData("w", "w")]
    [InlineData("v", "__metadata__")]
    public void A_name_that_cannot_be_another_tensors_is_not_written(string first, string second)
    {
        TorchArray one = new(TorchDataType.UInt8, [1], [7]);
        string path = _folder.PathOf("a.safetensors");

        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(path, [new(first, one), new(second, one)]));
        Assert.Empty(Directory.GetFiles(_folder.Root));
    }

    [Theory]
    [InlineData("{" + One + "}", 8)]
    [InlineData("{" + One + "}     ", 8)]
    [InlineData("{ \"__metadata__\": { \"format\": \"pt\" }," + One + "}", 8)]
    [InlineData("""{ "a": { "shape": [], "data_offsets": [4, 8], "dtype": "F32" }, "b": { "dtype": "I16", "shape": [1, 2], "data_offsets": [0, 4] } }""", 8)]
    [InlineData("""{ "none": { "dtype": "BF16", "shape": [0, 9000000000], "data_offsets": [0, 0] } }""", 0)]
    public void A_sound_header_is_read(string header, int data) => Assert.NotEmpty(WeightsFileTests.ReadAll(Write(header, data)));

    [Theory]
    [InlineData("holds no tensors", "{}", 0)]
    [InlineData("twice", "{" + One + "," + One + "}", 8)]
    [InlineData("twice", "{ \"__metadata__\": { \"a\": \"1\", \"a\": \"2\" }," + One + "}", 8)]
    [InlineData("is no text", "{ \"__metadata__\": { \"a\": 1 }," + One + "}", 8)]
    [InlineData("is no object", "{ \"__metadata__\": [ \"a\" ]," + One + "}", 8)]
    [InlineData("is no object", """{ "w": [0, 8] }""", 8)]
    [InlineData("lacks", """{ "w": { "dtype": "F32", "shape": [2] } }""", 8)]
    [InlineData("lacks", """{ "w": { "dtype": "F32", "shape": [2], "data_offsets": [0, 8, 8] } }""", 8)]
    [InlineData("'strides'", """{ "w": { "dtype": "F32", "shape": [2], "strides": [1], "data_offsets": [0, 8] } }""", 8)]
    [InlineData("'dtype'", """{ "w": { "dtype": "F32", "dtype": "F32", "shape": [2], "data_offsets": [0, 8] } }""", 8)]
    [InlineData("'dtype'", """{ "w": { "dtype": 32, "shape": [2], "data_offsets": [0, 8] } }""", 8)]
    [InlineData("F8_E4M3", """{ "w": { "dtype": "F8_E4M3", "shape": [8], "data_offsets": [0, 8] } }""", 8)]
    [InlineData("C64", """{ "w": { "dtype": "C64", "shape": [1], "data_offsets": [0, 8] } }""", 8)]
    [InlineData("\\u001b[2J", """{ "w": { "dtype": "\u001b[2J", "shape": [1], "data_offsets": [0, 8] } }""", 8)]
    [InlineData("whole numbers", """{ "w": { "dtype": "F32", "shape": [-2], "data_offsets": [0, 8] } }""", 8)]
    [InlineData("whole numbers", """{ "w": { "dtype": "F32", "shape": [2.5], "data_offsets": [0, 8] } }""", 8)]
    [InlineData("whole numbers", """{ "w": { "dtype": "F32", "shape": ["2"], "data_offsets": [0, 8] } }""", 8)]
    [InlineData("whole numbers", """{ "w": { "dtype": "F32", "shape": [99999999999999999999], "data_offsets": [0, 8] } }""", 8)]
    [InlineData("whole numbers", """{ "w": { "dtype": "F32", "shape": [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2], "data_offsets": [0, 8] } }""", 8)]
    [InlineData("is no list", """{ "w": { "dtype": "F32", "shape": 2, "data_offsets": [0, 8] } }""", 8)]
    [InlineData("can be counted", """{ "w": { "dtype": "F32", "shape": [9000000000, 9000000000], "data_offsets": [0, 8] } }""", 8)]
    [InlineData("can be counted", """{ "w": { "dtype": "F32", "shape": [0, 9000000000, 9000000000], "data_offsets": [0, 8] } }""", 8)]
    [InlineData("which are not", """{ "w": { "dtype": "F32", "shape": [3], "data_offsets": [0, 8] } }""", 8)]
    [InlineData("which are not", """{ "w": { "dtype": "F32", "shape": [2], "data_offsets": [0, 16] } }""", 8)]
    [InlineData("which are not", """{ "w": { "dtype": "F32", "shape": [2], "data_offsets": [8, 0] } }""", 8)]
    [InlineData("which are not", """{ "w": { "dtype": "F64", "shape": [2305843009213693953], "data_offsets": [0, 8] } }""", 8)]
    [InlineData("begin at 4", """{ "w": { "dtype": "F32", "shape": [1], "data_offsets": [4, 8] } }""", 8)]
    [InlineData("begin at 0", """{ "a": { "dtype": "F32", "shape": [2], "data_offsets": [0, 8] }, "b": { "dtype": "F32", "shape": [1], "data_offsets": [0, 4] } }""", 8)]
    [InlineData("begin at 4 where those before end at 8", """{ "a": { "dtype": "F32", "shape": [2], "data_offsets": [0, 8] }, "b": { "dtype": "F32", "shape": [1], "data_offsets": [4, 8] } }""", 8)]
    [InlineData("lists 8", "{" + One + "}", 9)]
    [InlineData("no sound JSON", "{" + One + "} {", 8)]
    [InlineData("no sound JSON", "{" + One, 8)]
    [InlineData("no sound JSON", "{ \"a\" }", 8)]
    [InlineData("no sound JSON", "{" + One + ", }", 8)]
    [InlineData("whole numbers", """{ "w": { "dtype": "F32", "shape": [[[[[2]]]]], "data_offsets": [0, 8] } }""", 8)]
    [InlineData("no sound JSON", "{ \"\\ud800\": 1 }", 8)]
    public void A_header_that_lies_is_refused(string message, string header, int data)
    {
        string path = Write(header, data);
        LearnFormatException error = Assert.Throws<LearnFormatException>(() => WeightsFile.Open(path));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(path, error.Path);
        Assert.DoesNotContain('\u001b', error.Message);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000_001)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void A_headers_length_is_compared_with_the_files(long length)
    {
        byte[] bytes = [.. BitConverter.GetBytes(length), .. "{ \"w\": 1 }"u8];
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Contains("claims a header", Assert.Throws<LearnFormatException>(() => WeightsFile.Open(new FileBytes(bytes), "a.safetensors")).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_file_cut_off_anywhere_is_refused()
    {
        byte[] whole = File.ReadAllBytes(WeightsFileTests.Fixture("zoo.safetensors"));
        for (int length = 0; length < whole.Length; length++)
        {
            Assert.Throws<LearnFormatException>(() => WeightsFile.Open(new FileBytes(whole[..length]), "cut.safetensors"));
        }
    }

    /// <summary>A file of that header and zeros, under an ending that says nothing.</summary>
    private string Write(string header, int data)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        string path = _folder.PathOf("a.bin");
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)text.Length), .. text, .. new byte[data]]);
        return path;
    }
}
