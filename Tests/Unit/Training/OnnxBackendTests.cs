using System.Text.Json;
using ArcLearn.Core.Formats.Onnx;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Inference.Onnx;
using ArcLearn.Core.IO;
using ArcLearn.Core.Models;
using ArcLearn.Core.Packaging;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Training;

/// <summary>Models that are exported and opened again answer as they did in torch, from raw samples on.</summary>
[Collection(TorchTests.Name)]
public sealed class OnnxBackendTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_exported_detector_detects_what_it_did_in_torch()
    {
        SquaresData data = new(training: 16, validation: 4, batchSize: 4);
        using SsdEngine model = Squares.Detector(data);
        string path = Export(model, "squares.onnx");
        using OnnxDetector exported = Assert.IsType<OnnxDetector>(Open(path));
        using SsdBackend torch = new(model, 4, threshold: 0.01, overlap: 0.5);
        using IDetectionBackend onnx = exported.CreateBackend(4, 0.01, 0.5, LearnPrecision.Float32);
        float[] raw = [.. Enumerable.Range(16, 4).SelectMany(data.Samples)];

        IReadOnlyList<ChipDetection>[] expected = torch.CreateReplica().Detect(raw);
        IReadOnlyList<ChipDetection>[] found = onnx.CreateReplica().Detect(raw);

        Assert.All(expected, Assert.NotEmpty);
        Assert.Equal(expected.SelectMany(chip => chip), found.SelectMany(chip => chip), IsClose);
        Assert.Equal((torch.ChipSize, torch.Bands, torch.SampleType), (onnx.ChipSize, onnx.Bands, onnx.SampleType));
        Assert.Equal(model.Classes.Select(one => (one.Value, one.Name)), onnx.Classes.Select(one => (one.Value, one.Name)));
        Assert.Equal((model.CellSize, "squares"), (exported.Definition.CellSize, exported.Name));
    }

    [Fact]
    public void Replicas_on_threads_of_their_own_and_other_batches_give_equal_bits()
    {
        SquaresData data = new(training: 16, validation: 4, batchSize: 4);
        using SsdEngine model = Squares.Detector(data);
        using OnnxRunModel exported = Open(Export(model, "squares.onnx"));
        float[][] chips = [.. Enumerable.Range(0, 4).Select(data.Samples)];
        IReadOnlyList<ChipDetection>[] expected = Detect([0, 1, 2, 3]);
        IReadOnlyList<ChipDetection>[][] found = new IReadOnlyList<ChipDetection>[3][];

        Thread[] workers = [.. Enumerable.Range(0, found.Length).Select(i => new Thread(() => found[i] = Detect([3, 2, 1, 0])))];
        Array.ForEach(workers, worker => worker.Start());
        Array.ForEach(workers, worker => worker.Join());

        Assert.All(found, one => Assert.Equal(expected, one.Reverse()));
        Assert.Equal(expected[..2], Detect([0, 1]));

        IReadOnlyList<ChipDetection>[] Detect(int[] items) => ((IDetectionModel)exported)
            .CreateBackend(items.Length, 0.01, 0.5, LearnPrecision.Float32).CreateReplica().Detect([.. items.SelectMany(item => chips[item])]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_exported_pixel_classifier_classifies_16_bit_samples_as_in_torch(bool isIgnored)
    {
        FieldsData data = new();
        using UnetEngine model = Fields.Classifier(data, loss: new PixelLossPlan { Background = isIgnored ? BackgroundPixels.Ignore : BackgroundPixels.Learn });
        using OnnxPixelClassifier exported = Assert.IsType<OnnxPixelClassifier>(Open(Export(model, "fields.onnx")));
        using UnetBackend torch = new(model, 2);
        using IPixelBackend onnx = exported.CreateBackend(model.ChipSize, 2, LearnPrecision.Float32);
        float[] raw = [.. Enumerable.Range(3, 2).SelectMany(data.Samples)];

        float[] expected = Shares(torch, raw);
        float[] found = Shares(onnx, raw);

        Assert.True(expected.Max() - expected.Min() > 0.01);
        Assert.All(expected.Zip(found), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1e-4));
        Assert.Equal(!isIgnored, exported.Pixels.HasBackground);
        Assert.Equal((torch.ChipSize, torch.Bands, torch.SampleType), (onnx.ChipSize, onnx.Bands, onnx.SampleType));
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("0,\n        2", false)]
    public void An_exported_pixel_classifier_gives_no_pixel_to_a_class_that_was_never_learnt(string ignored, bool hasBackground)
    {
        FieldsData data = new();
        using UnetEngine whole = Fields.Classifier(data, loss: new PixelLossPlan { Background = BackgroundPixels.Learn });
        ModelPackage saved = whole.Save(_folder.PathOf("fields"), force: false, default);
        File.WriteAllText(saved.EmdPath, File.ReadAllText(saved.EmdPath).Replace("\"ignore_mapped_class\": []", $"\"ignore_mapped_class\": [{ignored}]", StringComparison.Ordinal));
        using UnetEngine model = (UnetEngine)SavedModel.Open(saved.EmdPath, null, LearnDevice.Cpu, default);
        using OnnxPixelClassifier exported = Assert.IsType<OnnxPixelClassifier>(Open(Export(model, "fields.onnx")));
        using UnetBackend torch = new(model, 2);
        using IPixelBackend onnx = exported.CreateBackend(model.ChipSize, 2, LearnPrecision.Float32);
        float[] raw = [.. Enumerable.Range(3, 2).SelectMany(data.Samples)];

        float[] expected = Shares(torch, raw);
        float[] found = Shares(onnx, raw);

        Assert.All(expected.Zip(found), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1e-4));
        Assert.Equal(UnetRunModel.Describe(model.Definition).HasBackground, exported.Pixels.HasBackground);
        Assert.Equal(hasBackground, exported.Pixels.HasBackground);
        Assert.Equal(string.Join(' ', Enumerable.Range(0, 3).Where(model.Options.Loss.IsIgnored)), string.Join(' ', exported.Definition.Unlearnt));
    }

    [Fact]
    public void The_metadata_are_what_Deepness_reads_and_bring_samples_to_the_scale_of_the_training()
    {
        FieldsData data = new();
        using UnetEngine model = Fields.Classifier(data);
        Dictionary<string, string> facts = OnnxExport.Build(model, "fields.onnx", default).Metadata.ToDictionary(fact => fact.Key, fact => fact.Value);

        Assert.Equal("Segmentor", JsonSerializer.Deserialize<string>(facts["model_type"]));
        Dictionary<string, string> names = JsonSerializer.Deserialize<Dictionary<string, string>>(facts["class_names"])!;
        Assert.Equal(["0 Background", .. model.Classes.Select((one, i) => $"{i + 1} {one.Name}")], names.Select(name => $"{name.Key} {name.Value}"));
        Assert.Equal((32, 50), (JsonSerializer.Deserialize<int>(facts["tile_size"]), JsonSerializer.Deserialize<int>(facts["tiles_overlap"])));
        float[] mean = JsonSerializer.Deserialize<float[]>(facts["standardization_mean"])!;
        float[] deviation = JsonSerializer.Deserialize<float[]>(facts["standardization_std"])!;
        for (int band = 0; band < model.Bands; band++)
        {
            // What Deepness makes of a sample, and what the training made of it.
            double theirs = ((1234 / 255.0) - mean[band]) / deviation[band];
            double ours = ((1234 * (double)model.Normalization.Scale) - model.Normalization.Mean[band]) / model.Normalization.Deviation[band];
            Assert.Equal(ours, theirs, 1e-4 * (1 + Math.Abs(ours)));
        }
    }

    [Fact]
    public void A_definition_names_an_ONNX_file_and_wins_over_what_lies_in_it()
    {
        SquaresData data = new(training: 16, validation: 4, batchSize: 4);
        using SsdEngine model = Squares.Detector(data);
        _ = Export(model, "squares.onnx");
        string text = Core.Formats.ModelDefinitionWriter.Write(model.Definition.ToFile() with { ModelFile = "squares.onnx" });
        _folder.Write("named.emd", text.Replace("\"red\"", "\"crimson\"", StringComparison.Ordinal));

        OnnxDefinition found = Assert.IsType<OnnxDefinition>(SavedModel.Describe(_folder.PathOf("named.emd")));
        LearnDataException error = Assert.Throws<LearnDataException>(() => SavedModel.Open(_folder.PathOf("named.emd"), null, LearnDevice.Cpu, default));

        Assert.Equal(("named", OnnxTask.Objects, "crimson"), (found.Name, found.Task, found.Classes[0].Name));
        Assert.Equal("ModelType", error.Id);
        Assert.Contains("Invoke-DetectObjects", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Exports_of_equal_models_are_equal_and_nothing_is_left_of_one_that_fails()
    {
        SquaresData data = new(training: 16, validation: 4, batchSize: 4);
        using SsdEngine model = Squares.Detector(data);
        byte[] first = File.ReadAllBytes(Export(model, "squares.onnx"));
        byte[] again = File.ReadAllBytes(Export(model, "squares.onnx"));

        Assert.Equal(first, again);
        Assert.Throws<OutputExistsException>(() => ModelExport.Check(_folder.PathOf("squares.onnx"), ExportFormat.Onnx, force: false, makesFolder: false));
        Assert.Throws<LearnArgumentException>(() => ModelExport.Check(_folder.PathOf("squares.pth"), ExportFormat.Onnx, force: false, makesFolder: false));
        FaultyFileSystem full = new() { Room = 1 << 16 };
        Assert.ThrowsAny<IOException>(() => ModelExport.Write(model, _folder.PathOf("other.onnx"), ExportFormat.Onnx, makesFolder: false, default, full));
        Assert.Equal(["squares.onnx"], Directory.GetFiles(_folder.Root).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("TensorFlow", "ObjectDetectionAPI", "frozen.pb", "tf2onnx")]
    [InlineData("Keras", "MaskRCNN", "model.h5", "tf2onnx")]
    [InlineData("CNTK", "FasterRCNN", "faster.model", "ModelFormat.ONNX")]
    [InlineData("PyTorch", "FastaiSSD", "9.h5", "never run")]
    [InlineData("PyTorch", "Mine", "scripted.pt", "TorchScript")]
    [InlineData("Templates", "Mine", "x.bin", "never run")]
    public void Models_of_other_frameworks_are_refused_with_what_to_convert_them_to(string framework, string configuration, string file, string part)
    {
        _folder.Write(file, "weights");
        string definition = _folder.Write(
            "foreign.emd",
            $$"""{"Framework": "{{framework}}", "ModelConfiguration": "{{configuration}}", "ModelFile": "{{file}}", "ModelType": "ObjectDetection", "InferenceFunction": "Mine.py", "ImageHeight": 64, "ImageWidth": 64, "Classes": [{"Value": 1, "Name": "a"}]}""");

        LearnDataException error = Assert.Throws<LearnDataException>(() => SavedModel.Describe(definition));

        Assert.Equal("FrameworkNotSupported", error.Id);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.Contains("onnx", error.Message, StringComparison.OrdinalIgnoreCase);
    }

    private string Export(ModelEngine model, string name)
    {
        string path = _folder.PathOf(name);
        ExportedModel written = ModelExport.Write(model, path, ExportFormat.Onnx, makesFolder: false, default);
        Assert.Equal(new FileInfo(path).Length, written.Length);
        OnnxChecker.Check(OnnxReader.Read(File.ReadAllBytes(path), path), path);
        return path;
    }

    private static OnnxRunModel Open(string path)
    {
        using ModelPackageReader package = ModelPackageReader.Open(path);
        return OnnxModels.Open(package, LearnDevice.Cpu);
    }

    private static float[] Shares(IPixelBackend backend, float[] raw)
    {
        int plane = backend.ChipSize * backend.ChipSize;
        int channels = backend.Classes.Count + 1;
        float[] scores = new float[backend.BatchSize * channels * plane];
        using IPixelReplica replica = backend.CreateReplica();
        replica.Score(raw, scores);
        PixelScores math = new(channels, plane, first: 0);
        for (int chip = 0; chip < backend.BatchSize; chip++)
        {
            Span<float> part = scores.AsSpan(chip * channels * plane, channels * plane);
            math.Share(part, plane, 0, plane, part);
        }

        return scores;
    }

    private static bool IsClose(ChipDetection a, ChipDetection b) =>
        a.ClassIndex == b.ClassIndex && Math.Abs(a.Score - b.Score) < 1e-4
        && Math.Abs(a.XMin - b.XMin) + Math.Abs(a.YMin - b.YMin) + Math.Abs(a.XMax - b.XMax) + Math.Abs(a.YMax - b.YMax) < 0.05;
}
