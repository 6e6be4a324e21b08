using System.IO.Compression;
using ArcLearn.Core.Formats.Onnx;
using ArcLearn.Core.Inference.Onnx;
using ArcLearn.Core.Packaging;
using ArcLearn.Tests.Unit.Inference.Onnx;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Packaging;

/// <summary>ONNX models whose weights lie in other files: these go with the model wherever it goes, and are looked at as it is.</summary>
public sealed class OnnxPackageTests : IDisposable
{
    private const string Emd = """
        { "Framework": "ONNX", "ModelType": "ObjectClassification", "ModelFile": "net/model.onnx", "ImageWidth": 16, "ImageHeight": 16, "ExtractBands": [0, 1, 2],
          "Classes": [ { "Value": 1, "Name": "a" }, { "Value": 2, "Name": "b" } ] }
        """;

    private static readonly float[] s_weights = [1, 2, 3, 4, 5, 6];

    private readonly TemporaryFolder _folder = new();
    private readonly ModelStore _store;

    public OnnxPackageTests() => _store = new ModelStore(new StoreRoots(_folder.PathOf("store"), _folder.PathOf("all")));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("model", "weights.bin")]
    [InlineData("model", "./parts//weights.bin")]
    [InlineData("model/trees.emd", "parts/weights.bin")]
    [InlineData("model/net/model.onnx", "parts/weights.bin")]
    [InlineData("trees.dlpk", "weights.bin")]
    [InlineData("trees.dlpk", "parts/weights.bin")]
    public void Weights_in_other_files_are_installed_and_used_with_the_model(string source, string location)
    {
        string data = string.Join('/', location.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."));
        Write(location);
        Pack();

        // As it lies there.
        using (ModelPackageReader package = ModelPackageReader.Open(_folder.PathOf(source)))
        {
            Assert.Equal([9f, 12f], Run(package));
        }

        InstalledModel actual = _store.Install(_folder.PathOf(source), ModelScope.CurrentUser, force: false);

        string net = source.EndsWith(".onnx", StringComparison.Ordinal) ? "" : "net/";
        Assert.True(File.Exists(Path.Combine(actual.Path, net + data)));
        Assert.Contains($"\"{net}{data}\"", File.ReadAllText(Path.Combine(actual.Path, "install.json")), StringComparison.Ordinal);
        Assert.Equal([9f, 12f], _store.Use(actual, Run));
        Assert.Empty(_store.Verify(actual));
    }

    [Fact]
    public void What_was_unpacked_to_use_a_package_goes_with_it()
    {
        Write("parts/weights.bin");
        Pack();
        string folder;
        using (ModelPackageReader package = ModelPackageReader.Open(_folder.PathOf("trees.dlpk")))
        {
            OnnxFile file = package.Onnx();
            folder = Path.GetDirectoryName(file.Path)!;
            Assert.Equal([Path.Combine(folder, "parts/weights.bin")], file.Others);
            Assert.True(File.Exists(file.Others[0]));
        }

        Assert.False(Directory.Exists(folder));
    }

    [Theory]
    [InlineData("bytes")]
    [InlineData("length")]
    [InlineData("missing")]
    public void Weights_in_another_file_that_were_altered_are_named(string damage)
    {
        Write("weights.bin");
        InstalledModel model = _store.Install(_folder.PathOf("model"), ModelScope.CurrentUser, force: false);
        string path = Path.Combine(model.Path, "net", "weights.bin");
        byte[] bytes = File.ReadAllBytes(path);
        switch (damage)
        {
            case "bytes":
                bytes[3] ^= 1;
                File.WriteAllBytes(path, bytes);
                break;
            case "length":
                File.WriteAllBytes(path, [.. bytes, 0]);
                break;
            default:
                File.Delete(path);
                break;
        }

        LearnFormatException error = Assert.Throws<LearnFormatException>(() => _store.Use(model, Run));

        Assert.Equal(path, error.Path);
        Assert.Contains(damage == "missing" ? "is missing from the installed model" : "was altered since the model was installed", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model", "absent")]
    [InlineData("model/net/model.onnx", "absent")]
    [InlineData("trees.dlpk", "absent")]
    [InlineData("model", "outside")]
    [InlineData("model/net/model.onnx", "outside")]
    [InlineData("trees.dlpk", "outside")]
    [InlineData("model", "link")]
    [InlineData("model/net/model.onnx", "link")]
    [InlineData("model", "short")]
    [InlineData("trees.dlpk", "short")]
    [InlineData("model", "case")]
    public void Weights_in_another_file_that_is_not_there_whole_are_refused_by_name(string source, string fault)
    {
        string location = fault == "outside" ? "../../secret.bin" : "weights.bin";
        File.WriteAllBytes(_folder.PathOf("secret.bin"), new byte[24]);
        Write(location, isWritten: fault != "outside");
        string path = _folder.PathOf("model/net/weights.bin");
        switch (fault)
        {
            case "absent":
                File.Delete(path);
                break;
            case "link":
                File.Delete(path);
                File.CreateSymbolicLink(path, _folder.PathOf("secret.bin"));
                break;
            case "short":
                File.WriteAllBytes(path, new byte[23]);
                break;
            case "case":
                File.Move(path, _folder.PathOf("model/net/Weights.bin"));
                break;
            default:
                break;
        }

        Pack();
        LearnFormatException error = Assert.Throws<LearnFormatException>(() => _store.Install(_folder.PathOf(source), ModelScope.CurrentUser, force: false));

        Assert.Contains(location, error.Message, StringComparison.Ordinal);
        Assert.Contains(
            fault switch { "outside" => "leads out of the folder", "link" => "is a link to", "short" => "which has 23 bytes", _ => "is not in the package" }, error.Message, StringComparison.Ordinal);
        Assert.Empty(Samples.Snapshot(_folder.PathOf("store")));
    }

    [Fact]
    public void Weights_in_other_files_have_the_measure_of_weights()
    {
        // Sparse numbers pack well: refused beside the weights, these are weights.
        OnnxTensor tensor = OnnxTensor.Of("sparse", new float[20 << 20], 20 << 20);
        Write("weights.bin", more: tensor);
        using (ZipArchive archive = ZipFile.Open(_folder.PathOf("trees.dlpk"), ZipArchiveMode.Create))
        {
            foreach (string file in Directory.EnumerateFiles(_folder.PathOf("model"), "*", SearchOption.AllDirectories))
            {
                archive.CreateEntryFromFile(file, Path.GetRelativePath(_folder.PathOf("model"), file).Replace('\\', '/'), CompressionLevel.Fastest);
            }

            // What brings the package itself into its own measure.
            byte[] noise = new byte[2 << 20];
            new Random(3).NextBytes(noise);
            using Stream stream = archive.CreateEntry("noise.bin").Open();
            stream.Write(noise);
        }

        Assert.Equal("trees", _store.Install(_folder.PathOf("trees.dlpk"), ModelScope.CurrentUser, force: false).Name);
    }

    /// <summary>The model in the folder "model", with weights at a location.</summary>
    private void Write(string location, bool isWritten = true, OnnxTensor? more = null)
    {
        byte[] inside = TinyOnnx.Of(
            (graph, x) => graph.Add("Gemm", [graph.Add("Flatten", [graph.Add("GlobalAveragePool", [x])]), graph.Constant(s_weights, 3, 2)]), [2], null, TinyOnnx.Names("a", "b"));
        OnnxModel model = OnnxReader.Read(inside, "model.onnx");
        string folder = _folder.PathOf("model/net");
        Directory.CreateDirectory(folder);
        List<OnnxTensor> outside = [];
        MemoryStream data = new();
        foreach (OnnxTensor tensor in more is null ? model.Graph.Initializers : [.. model.Graph.Initializers, more])
        {
            string Text(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
            outside.Add(tensor with { Raw = null, IsExternal = true, External = [new("location", location), new("offset", Text(data.Length)), new("length", Text(tensor.Raw!.Value.Length))] });
            data.Write(tensor.Raw!.Value.Span);
        }

        using (FileStream file = File.Create(Path.Combine(folder, "model.onnx")))
        {
            OnnxWriter.Write(file, model with { Graph = model.Graph with { Initializers = outside } });
        }

        if (isWritten)
        {
            string path = Path.Combine(folder, location);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, data.ToArray());
        }

        File.WriteAllText(_folder.PathOf("model/trees.emd"), Emd);
    }

    private void Pack() => ZipFile.CreateFromDirectory(_folder.PathOf("model"), _folder.PathOf("trees.dlpk"));

    /// <summary>What the model says of a chip of ones.</summary>
    private static float[] Run(ModelPackageReader package)
    {
        using OnnxRunModel model = OnnxModels.Open(package, LearnDevice.Cpu);
        float[] samples = [.. Enumerable.Repeat(1f, 3 * TinyOnnx.Side * TinyOnnx.Side)];
        return model.Session.Run(samples, [1, 3, TinyOnnx.Side, TinyOnnx.Side])[0].Values;
    }
}
