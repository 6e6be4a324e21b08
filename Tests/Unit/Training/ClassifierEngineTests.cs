using ArcLearn.Core.Data;
using ArcLearn.Core.Formats;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Models;
using ArcLearn.Core.Training;
using ArcLearn.Tests.Unit.Data;
using ArcLearn.Tests.Unit.TestSupport;
using TorchSharp;

namespace ArcLearn.Tests.Unit.Training;

/// <summary>Pictures of three kinds, read from files as users have them.</summary>
[Collection(TorchTests.Name)]
public sealed class ClassifierEngineTests : IDisposable
{
    private const int PerClass = 12;

    private readonly ChipFolder _folder = new();
    private readonly TemporaryFolder _output = new();

    public ClassifierEngineTests()
    {
        for (int i = 0; i < PerClass; i++)
        {
            _folder.AddImage($"rows/{i}.tif", 40, 40, sample: (b, r, c) => (r + i) % 8 < 4 ? 220 : 30);
            _folder.AddImage($"columns/{i}.tif", 40, 40, sample: (b, r, c) => (c + i) % 8 < 4 ? 220 : 30);
            _folder.AddImage($"plain/{i}.tif", 40, 40, sample: (b, r, c) => 60 + (10 * i));
        }
    }

    public void Dispose()
    {
        _folder.Dispose();
        _output.Dispose();
    }

    [Fact]
    public void Training_learns_and_what_is_saved_says_the_same()
    {
        using ClassifierEngine model = Create(Bunch());
        ModelAccuracy before = model.Measure(other: null, LearnPrecision.Float32, default);
        EpochResult[] epochs = [.. model.Fit(new TrainingOptions { Epochs = 8, LearningRate = new LearningRate(3e-3), NoCheckpoint = true }, progress: null, warn: null, default)];
        ModelAccuracy after = model.Measure(other: null, LearnPrecision.Float32, default);

        Assert.True(after.Accuracy >= 0.9, $"{before.Accuracy} to {after.Accuracy}");
        Assert.Equal(("images", 9L, 9), (after.Unit, after.Count, after.Chips));
        Assert.Equal(after.Accuracy, epochs[^1].Metric, 1e-9);
        Assert.Equal(9, after.ConfusionMatrix!.Total);
        Assert.Equal(["columns", "plain", "rows"], after.Classes.Select(one => one.Class));

        string folder = _output.PathOf("stripes");
        ModelPackage package = model.Save(folder, force: false, default);
        using ModelEngine opened = SavedModel.Open(package.EmdPath, data: null, LearnDevice.Cpu, default);
        ClassifierEngine again = Assert.IsType<ClassifierEngine>(opened);
        Assert.Equal(model.Fingerprint(default), again.Fingerprint(default));
        Assert.Equal(after.Accuracy, again.Measure(Bunch(), LearnPrecision.Float32, default).Accuracy, 0.1);

        using ClassifierEngine other = Create(Bunch(), seed: 9);
        other.Restore(folder, warn: null, default);
        Assert.Equal(model.Fingerprint(default), (other.Name = model.Name) is null ? "" : other.Fingerprint(default));
    }

    [Fact]
    public void A_head_above_learnt_weights_begins_with_what_they_tell_of_the_training_images()
    {
        ClassifierOptions options = new() { Backbone = "squeezenet1_1" };
        string weights = _output.PathOf("backbone.pth");
        using (ClassifierEngine source = Create(Bunch(), options: options))
        using (FileStream file = File.Create(weights))
        {
            const string Body = "0.0.";
            TorchFileWriter.Write(file, [.. StateDicts.Capture(source.Network).Where(one => one.Key.StartsWith(Body, StringComparison.Ordinal)).Select(one => KeyValuePair.Create($"features.{one.Key[Body.Length..]}", one.Value))]);

            string before = source.Fingerprint(default);
            source.Begin(default);
            Assert.Equal(before, source.Fingerprint(default));          // a body from chance tells nothing
        }

        using ClassifierEngine model = Create(Bunch(), options: options, backbone: weights);
        double chance = model.Measure(other: null, LearnPrecision.Float32, default).Accuracy;
        model.Begin(default);
        double begun = model.Measure(other: null, LearnPrecision.Float32, default).Accuracy;
        Assert.True(begun >= 0.8, $"{chance} to {begun}");

        using ClassifierEngine same = Create(Bunch(), options: options, backbone: weights);
        same.Begin(default);
        Assert.Equal(model.Fingerprint(default), same.Fingerprint(default));

        _ = model.Fit(new TrainingOptions { Epochs = 1, NoCheckpoint = true }, progress: null, warn: null, default).Last();
        string trained = model.Fingerprint(default);
        model.Begin(default);
        Assert.Equal(trained, model.Fingerprint(default));
    }

    [Fact]
    public void An_image_is_seen_as_a_validation_chip_and_alone_as_among_others()
    {
        using ClassifierEngine model = Create(Bunch());
        ImageComparison chips = model.Compare(100, seed: null, isHardest: false, other: null, default);
        using ClassPredictor predictor = new(model, batchSize: 4);
        foreach (string image in chips.Sample.Images)
        {
            predictor.Add(image);
            if (predictor.IsFull)
            {
                Check(predictor.Predict());
            }
        }

        Check(predictor.Predict());
        Assert.Empty(predictor.Predict());

        void Check(IReadOnlyList<ClassPrediction> found)
        {
            foreach (ClassPrediction one in found)
            {
                float[] expected = chips.Probabilities[chips.Sample.Images.ToList().IndexOf(one.Path)];
                Assert.Equal(expected.Max(), one.Confidence, 1e-4);
                Assert.Equal(model.Classes[ImageCounts.Best(expected)].Name, one.Class);
                Assert.Equal(1, one.Probabilities.Sum(p => p.Probability), 1e-5);

                using ClassPredictor alone = new(model, batchSize: 4);
                alone.Add(one.Path);
                Assert.Equal(one.Probabilities, Assert.Single(alone.Predict()).Probabilities);
            }
        }
    }

    [Fact]
    public void Seen_in_its_eight_turns_an_image_is_told_alike_however_it_lies()
    {
        using ClassifierEngine model = Create(Bunch());
        string image = _folder.AddImage("one.tif", 32, 32, sample: (b, r, c) => (7 * r) + (c * c % 31));
        string turned = _folder.AddImage("turned.tif", 32, 32, sample: (b, r, c) => (7 * (31 - c)) + (r * r % 31));

        float[][] once = Probabilities(isAugmented: false);
        float[][] all = Probabilities(isAugmented: true);

        Assert.True(Difference(once[0], once[1]) > 1e-3);
        Assert.True(Difference(all[0], all[1]) < 1e-4);
        Assert.True(Difference(all[0], once[0]) > 1e-3);
        Assert.Equal(1, all[0].Sum(), 1e-5);

        // Measured the same way.
        ImageComparison chips = model.Compare(100, seed: null, isHardest: false, other: null, default);
        using ClassPredictor predictor = new(model, chips.Sample.Images.Count, isAugmented: true);
        foreach (string path in chips.Sample.Images)
        {
            predictor.Add(path);
        }

        int right = predictor.Predict().Where((one, i) => one.Class == model.Classes[chips.Sample.Batch.Classes[i][0]].Name).Count();
        Assert.Equal((double)right / chips.Sample.Images.Count, model.Measure(other: null, LearnPrecision.Float32, default, isAugmented: true).Accuracy, 1e-9);

        float[][] Probabilities(bool isAugmented)
        {
            using ClassPredictor seen = new(model, batchSize: 2, isAugmented: isAugmented);
            seen.Add(image);
            seen.Add(turned);
            return [.. seen.Predict().Select(one => one.Probabilities.OrderBy(p => p.ClassValue).Select(p => (float)p.Probability).ToArray())];
        }

        static float Difference(float[] left, float[] right) => left.Zip(right, (a, b) => Math.Abs(a - b)).Max();
    }

    [Fact]
    public void The_hardest_images_come_first()
    {
        using ClassifierEngine model = Create(Bunch());

        ImageComparison hard = model.Compare(5, seed: null, isHardest: true, other: null, default);
        ImageComparison all = model.Compare(100, seed: null, isHardest: false, other: null, default);

        float[] truth = [.. hard.Probabilities.Select((p, i) => p[hard.Sample.Batch.Classes[i][0]])];
        Assert.Equal(truth.Order(), truth);
        Assert.Equal(all.Probabilities.Select((p, i) => p[all.Sample.Batch.Classes[i][0]]).Order().Take(5), truth);
    }

    [Fact]
    public void Images_of_several_classes_are_told_class_by_class()
    {
        ImageCounts counts = new([new(1, "a", [1, 2, 3]), new(2, "b", [1, 2, 3])], isMultiLabel: true);
        counts.Add([[0, 1], [], [1]], [[0.9f, 0.2f], [0.6f, 0.1f], [0.4f, 0.5f]]);

        ModelAccuracy found = counts.Result("m");

        Assert.Equal(4.0 / 6, found.Accuracy, 1e-9);
        Assert.Null(found.ConfusionMatrix);
        Assert.Equal((0.5, 1.0), (found.Classes[0].Precision, found.Classes[0].Recall));
        Assert.Equal((1.0, 0.5), (found.Classes[1].Precision, found.Classes[1].Recall));
    }

    [Fact]
    public void Balancing_lets_rare_classes_count_more_and_keeps_the_mean()
    {
        for (int i = 2; i < PerClass; i++)
        {
            File.Delete(Path.Combine(_folder.Root, "plain", $"{i}.tif"));
        }

        LearnDataBunch data = Bunch(validation: 0);
        using ClassifierEngine model = Create(data, isBalanced: true);

        int[] images = [.. ((IImageClassData)data.Content).TrainingImagesPerClass];
        double[] weights = [.. model.ClassWeights!];
        Assert.Equal(Math.Sqrt(PerClass / 2.0), weights[1] / weights[0], 1e-9);
        Assert.Equal(1, weights.Zip(images, (weight, count) => weight * count).Sum() / images.Sum(), 1e-9);
    }

    [Fact]
    public void What_is_no_data_for_it_is_refused()
    {
        Directory.Delete(Path.Combine(_folder.Root, "rows"), recursive: true);
        Directory.Delete(Path.Combine(_folder.Root, "plain"), recursive: true);
        Assert.Equal("OneClass", Assert.Throws<LearnDataException>(() => Create(Bunch())).Id);
        Assert.Equal("DatasetTypeMismatch", Assert.Throws<LearnDataException>(() => Create(new LearnDataBunch(new FieldsData()))).Id);

        using SsdEngine detector = Squares.Detector(new SquaresData());
        string saved = detector.Save(_output.PathOf("detector"), force: false, default).EmdPath;
        _folder.AddImage("rows/1.tif", 40, 40);
        using ClassifierEngine model = Create(Bunch());
        Assert.Equal("ModelType", Assert.Throws<LearnDataException>(() => model.Restore(saved, warn: null, default)).Id);
    }

    [Fact]
    public void Views_of_the_training_images_come_in_one_order_the_first_as_predictions_see_them()
    {
        IImageClassData data = (IImageClassData)Bunch(transform: new LearnTransform()).Content;
        IImageClassData plain = (IImageClassData)Bunch().Content;

        (int[] items, float[] images) = View(data, 0);
        (int[] others, float[] changed) = View(data, 1);
        Assert.Equal(24, items.Length);                                  // of 27: batches of 8
        Assert.Equal(items, others);
        Assert.Equal(View(plain, 0).Images, images);
        Assert.NotEqual(images, changed);
        Assert.NotEqual(changed, View(data, 2).Images);
        Assert.Equal(changed, View(data, 1).Images);
        Assert.Equal(8, data.TrainingViews(most: 15, view: 1, default).Sum(batch => batch.Count));
    }

    [Fact]
    public void A_class_with_one_image_is_told()
    {
        for (int i = 1; i < PerClass; i++)
        {
            File.Delete(Path.Combine(_folder.Root, "plain", $"{i}.tif"));
        }

        List<string> warnings = [];
        using ClassifierEngine model = Create(Bunch(validation: 0), warn: warnings.Add);

        Assert.Contains(warnings, text => text.Contains("plain (1)", StringComparison.Ordinal));
    }

    [Fact]
    public void Damaged_weights_and_other_images_are_errors()
    {
        using ClassifierEngine model = Create(Bunch());
        using (ClassPredictor predictor = new(model, batchSize: 2))
        {
            string grey = _folder.AddImage("grey.tif", 40, 40, bands: 1);
            string deep = _folder.AddImage("deep.tif", 40, 40, type: SampleType.UInt16);
            Assert.Equal("BandMismatch", Assert.Throws<LearnDataException>(() => predictor.Add(grey)).Id);
            Assert.Equal("SampleTypeMismatch", Assert.Throws<LearnDataException>(() => predictor.Add(deep)).Id);
            predictor.Add(Path.Combine(_folder.Root, "rows", "1.tif"));
            Assert.Single(predictor.Predict());
        }

        using (torch.no_grad())
        {
            model.Network.parameters().First().fill_(Core.Runtime.Scalars.Of(double.NaN));
        }

        using ClassPredictor damaged = new(model, batchSize: 2);
        damaged.Add(Path.Combine(_folder.Root, "rows", "1.tif"));
        Assert.Equal("ModelOutput", Assert.Throws<LearnDataException>(damaged.Predict).Id);
    }

    private static (int[] Items, float[] Images) View(IImageClassData data, int view)
    {
        ImageClassBatch[] batches = [.. data.TrainingViews(most: 100, view, default)];
        return ([.. batches.SelectMany(batch => batch.Items)], [.. batches.SelectMany(batch => batch.Images[..(batch.Count * batch.Length)])]);
    }

    private LearnDataBunch Bunch(double validation = 0.25, LearnTransform? transform = null) => new(DataBunchBuilder.Build(new DataBunchOptions
    {
        Paths = [_folder.Root],
        DatasetType = MetadataFormats.Imagenet,
        ChipSize = 32,
        BatchSize = 8,
        IsStratified = true,
        ValidationFraction = validation,
        Transform = transform ?? LearnTransform.None,
        Seed = 2,
    }));

    private static ClassifierEngine Create(LearnDataBunch data, int seed = 1, bool isBalanced = false, Action<string>? warn = null, ClassifierOptions? options = null, string? backbone = null) => ClassifierEngine.Create(
        data, options ?? new ClassifierOptions { Backbone = "resnet18", Dropout = 0.2 }, isBalanced, new StartWeights(backbone, null), LearnDevice.Cpu, seed, warn, CancellationToken.None);
}
