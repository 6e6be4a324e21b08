using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using ArcLearn.Core.Models;
using ArcLearn.Core.Packaging;
using ArcLearn.Core.Reporting;
using ArcLearn.Core.Training;
using ArcLearn.Tests.Unit.TestSupport;
using ArcLearn.Tests.Unit.Training;
using SkiaSharp;

namespace ArcLearn.Tests.Unit.Reporting;

[Collection(TorchTests.Name)]
public sealed partial class ModelReportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("detector", 2)]
    [InlineData("pixels", 3)]
    public void A_trained_model_is_saved_with_a_page_that_needs_nothing_else(string kind, int pictures)
    {
        using ModelEngine model = kind == "detector" ? Squares.Detector(new SquaresData()) : Fields.Classifier(new FieldsData());
        EpochResult[] epochs = [.. model.Fit(new TrainingOptions { Epochs = 2, NoCheckpoint = true, LearningRate = new LearningRate(1e-4, 1e-3) }, progress: null, warn: null, default)];
        ModelReport report = ModelReport.Make(model, "<model> & co", Unexpected, default);

        ModelPackage saved = model.Save(_folder.PathOf("saved"), force: false, default, report);

        Assert.Equal(epochs, model.Results.History.Epochs);
        string page = File.ReadAllText(saved.ReportPath!);
        string text = DataImage().Replace(page, "");
        Assert.DoesNotContain("http", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<script", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("src=", text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("<title>&lt;model&gt; &amp; co</title>", page, StringComparison.Ordinal);
        Assert.Contains("0.0001 to 0.001, OneCycle", page, StringComparison.Ordinal);
        Assert.All(model.Classes, item => Assert.Contains($"{item.Name} ({item.Value})", page, StringComparison.Ordinal));
        Assert.Equal(page.Split("<table>").Length, page.Split("</table>").Length);
        string[] images = [.. DataImage().Matches(page).Select(match => match.Groups[1].Value)];
        Assert.Equal(pictures, images.Length);
        foreach (string image in images)
        {
            using SKBitmap picture = SKBitmap.Decode(Convert.FromBase64String(image));
            Assert.True(picture.Width > 200 && picture.Height > 100, $"{picture.Width} x {picture.Height}");
        }

        using ZipArchive package = ZipFile.OpenRead(saved.Path);
        Assert.Equal(
            report.Files.Select(file => file.Name).Concat(["saved.emd", "saved.pth"]).Order(StringComparer.Ordinal), package.Entries.Select(entry => entry.FullName));
        Assert.All(report.Files, file => Assert.Equal(file.Bytes, File.ReadAllBytes(_folder.PathOf("saved", file.Name))));

        using JsonDocument emd = JsonDocument.Parse(File.ReadAllText(saved.EmdPath));
        Assert.Equal("slice('1.0000e-04', '1.0000e-03', None)", emd.RootElement.GetProperty("LearningRate").GetString());
        Assert.Equal(2, emd.RootElement.GetProperty("ArcLearn").GetProperty("Metrics").GetProperty("Epochs").GetDouble());
        if (model is UnetEngine unet)
        {
            ModelAccuracy measured = unet.Measure(null, LearnPrecision.Float32, null, default);
            Assert.Equal(measured.Accuracy, double.Parse(emd.RootElement.GetProperty("accuracy").GetString()!, System.Globalization.CultureInfo.InvariantCulture), 4);
            using JsonDocument classes = JsonDocument.Parse(emd.RootElement.GetProperty("per_class_metrics").GetString()!);
            Assert.Equal(measured.Classes[0].F1, classes.RootElement.GetProperty(measured.Classes[0].Class).GetProperty("f1").GetDouble(), 6);
        }
        else
        {
            Assert.Equal(
                ((SsdEngine)model).Measure(new AveragePrecisionOptions(0.2, 0.1, null, false), null, default)[0].Value,
                emd.RootElement.GetProperty("average_precision_score").GetProperty(model.Classes[0].Name).GetDouble());
        }

        using ModelEngine opened = SavedModel.Open(saved.Path, model.Data, LearnDevice.Cpu, default);
        Assert.Equal(model.Fingerprint(default), opened.Fingerprint(default));
        Assert.Contains(opened.Definition.Kept, item => item.Key == "LearningRate");
        _ = opened.Fit(new TrainingOptions { Epochs = 1, NoCheckpoint = true }, progress: null, warn: null, default).Count();
        Assert.DoesNotContain(opened.Definition.Kept, item => item.Key is "LearningRate" or "accuracy" or "average_precision_score");
    }

    [Fact]
    public void Equal_models_have_equal_reports_and_what_a_new_one_lacks_goes()
    {
        using UnetEngine model = Fields.Classifier(new FieldsData());
        _ = model.Fit(new TrainingOptions { Epochs = 1, NoCheckpoint = true }, progress: null, warn: null, default).Count();
        ModelReport first = ModelReport.Make(model, "fields", Unexpected, default);
        ModelReport second = ModelReport.Make(model, "fields", Unexpected, default);
        Assert.Equal(first.Files.Select(Text), second.Files.Select(Text));

        ModelPackage saved = model.Save(_folder.PathOf("fields"), force: false, default, first);
        File.WriteAllText(_folder.PathOf("fields", "ModelCharacteristics", "notes.txt"), "mine");
        using UnetEngine other = Fields.Classifier(new FieldsData());
        _ = other.Save(_folder.PathOf("fields"), force: true, default);
        Assert.Equal(["notes.txt"], Directory.GetFileSystemEntries(_folder.PathOf("fields", ModelReport.Folder)).Select(path => Path.GetFileName(path)));
        Assert.False(File.Exists(saved.ReportPath));

        using ModelEngine opened = SavedModel.Open(saved.Path, data: null, LearnDevice.Cpu, default);
        ModelReport without = ModelReport.Make(opened, "fields", Unexpected, default);
        _ = opened.Save(_folder.PathOf("fields"), force: true, default, without);

        Assert.Equal([ModelReport.PageName], without.Files.Select(file => file.Name));
        Assert.Contains("without validation data", File.ReadAllText(saved.ReportPath!), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("detector")]
    [InlineData("pixels")]
    public void A_model_that_was_opened_is_saved_again_with_all_that_was_known_of_it(string kind)
    {
        using ModelEngine model = kind == "detector" ? Squares.Detector(new SquaresData()) : Fields.Classifier(new FieldsData());
        EpochResult[] epochs = [.. model.Fit(new TrainingOptions { Epochs = 2, NoCheckpoint = true }, progress: null, warn: null, default)];
        ModelReport first = ModelReport.Make(model, "known", Unexpected, default);
        ModelPackage saved = model.Save(_folder.PathOf("known"), force: false, default, first);

        using ModelEngine opened = Open(saved.Path, data: null);
        ModelReport again = ModelReport.Make(opened, "known", Unexpected, default);
        ModelPackage copy = opened.Save(_folder.PathOf("again", "known"), force: false, default, again);
        ModelPackage bare = opened.Save(_folder.PathOf("bare", "known"), force: false, default);

        Assert.Equal(epochs.Select(Lasting), opened.Results.History.Epochs.Select(Lasting));
        Assert.All([copy, bare], one => Assert.Equal(File.ReadAllText(saved.EmdPath), File.ReadAllText(one.EmdPath)));
        Assert.Equal(But(first, ModelReport.PageName), But(again, ModelReport.PageName));
        Assert.Equal(Page(first), Page(again));

        // Trained on, it is another model, which began as this one.
        using ModelEngine trained = Open(copy.Path, model.Data);
        _ = trained.Fit(new TrainingOptions { Epochs = 1, NoCheckpoint = true }, progress: null, warn: null, default).Count();
        Assert.Equal([1, 2, 1], trained.Results.History.Epochs.Select(epoch => epoch.Epoch));
        Assert.True(trained.Results is { Accuracy: null, Precision.Count: 0 });
        Assert.Empty(trained.Pictures);
    }

    [Fact]
    public void A_history_that_makes_no_sense_is_refused()
    {
        (string Text, string Other, string Message)[] faults =
        [
            ("\"Epochs\": [", "\"Epochs\": [null,", "Training lacks a part"),
            ("\"Schedule\": \"OneCycle\"", "\"Schedule\": \"Never\"", "Training cannot be read"),
            ("\"Unit\": \"pixels\"", "\"Unit\": null", "Accuracy lacks a part"),
            ("\"Unit\": \"pixels\"", "\"Unit\": 1", "Accuracy cannot be read"),
        ];
        using UnetEngine model = Fields.Classifier(new FieldsData());
        _ = model.Fit(new TrainingOptions { Epochs = 1, NoCheckpoint = true }, progress: null, warn: null, default).Count();
        ModelPackage saved = model.Save(_folder.PathOf("fields"), force: false, default, ModelReport.Make(model, "fields", Unexpected, default));
        string definition = File.ReadAllText(saved.EmdPath);

        Assert.All(faults, fault =>
        {
            Assert.Contains(fault.Text, definition, StringComparison.Ordinal);
            LearnFormatException error = Assert.Throws<LearnFormatException>(
                () => Core.Formats.ModelDefinitionFile.Parse("a.emd", definition.Replace(fault.Text, fault.Other, StringComparison.Ordinal)));
            Assert.Contains(fault.Message, error.Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_model_is_saved_although_its_chips_cannot_be_read_any_more()
    {
        List<string> warnings = [];
        using UnetEngine model = Fields.Classifier(new FieldsData { IsUnreadable = true });

        ModelReport report = ModelReport.Make(model, "fields", warnings.Add, default);

        Assert.Contains("goes without what is measured", Assert.Single(warnings), StringComparison.Ordinal);
        Assert.Equal([ModelReport.PageName], report.Files.Select(file => file.Name));
    }

    /// <summary>As Import-LearnModel does it.</summary>
    private static ModelEngine Open(string path, LearnDataBunch? data)
    {
        using ModelPackageReader package = ModelPackageReader.Open(path);
        ModelEngine opened = SavedModel.Open(package, data, LearnDevice.Cpu, default);
        opened.KeepPictures(SavedPictures.Read(package, default));
        return opened;
    }

    private static IEnumerable<string> But(ModelReport report, string name) => report.Files.Where(file => file.Name != name).Select(Text).Order(StringComparer.Ordinal);

    private static string Page(ModelReport report) => System.Text.Encoding.UTF8.GetString(report.Files.Single(file => file.Name == ModelReport.PageName).Bytes);

    /// <summary>What of an epoch is not its time.</summary>
    private static EpochResult Lasting(EpochResult epoch) => epoch with { Duration = default, ImagesPerSecond = 0, Threads = 0, CheckpointPath = null };

    private static string Text(PackageFile file) => $"{file.Name} {Convert.ToBase64String(file.Bytes)}";

    private static void Unexpected(string warning) => Assert.Fail(warning);

    [GeneratedRegex("src=\"data:image/png;base64,([^\"]+)\"", RegexOptions.CultureInvariant)]
    private static partial Regex DataImage();
}
