using ArcLearn.Core.Data;
using ArcLearn.Core.Models;
using ArcLearn.Core.Training;
using ArcLearn.Tests.Unit.TestSupport;
using TorchSharp;

namespace ArcLearn.Tests.Unit.Training;

[Collection(TorchTests.Name)]
public sealed class UnetTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _warnings = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Training_learns_to_tell_fields_apart()
    {
        using UnetEngine model = Fields.Classifier(new FieldsData(training: 32));

        EpochResult[] epochs = [.. model.Fit(new() { Epochs = 4, NoCheckpoint = true, LearningRate = new(3e-3) }, null, _warnings.Add, CancellationToken.None)];

        Assert.Equal(["Accuracy"], epochs.Select(epoch => epoch.MetricName).Distinct());
        Assert.True(epochs[^1].Metric > 0.9, $"accuracy {epochs[^1].Metric}");
        Assert.True(epochs[^1].ValidLoss < epochs[0].ValidLoss);
        Assert.InRange(epochs[^1].MeanIou!.Value, 0.7, 1);
        ModelAccuracy measured = model.Measure(null, LearnPrecision.Float32, _warnings.Add, CancellationToken.None);
        Assert.Equal(epochs[^1].Metric, measured.Accuracy, 1e-9);
        Assert.Equal(epochs[^1].MeanIou!.Value, measured.MeanIou, 1e-9);
        Assert.Equal((8, "pixels"), (measured.Chips, measured.Unit));
        Assert.Equal(["wheat", "forest"], measured.Classes.Select(one => one.Class));
    }

    /// <summary>A validation side of which no pixel counts says nothing: the training loss decides which epoch is the best, and a warning tells so.</summary>
    [Fact]
    public void Validation_chips_without_labels_decide_nothing()
    {
        using UnetEngine model = Fields.Classifier(new FieldsData { IsValidationEmpty = true });

        EpochResult[] epochs = [.. model.Fit(new() { Epochs = 3, CheckpointPath = _folder.PathOf("best"), LearningRate = new(1e-3) }, null, _warnings.Add, CancellationToken.None)];

        Assert.All(epochs, epoch => Assert.True(double.IsNaN(epoch.ValidLoss) && double.IsNaN(epoch.Metric)));
        Assert.Equal(epochs.MinBy(epoch => epoch.TrainLoss)!.Epoch, epochs.Last(epoch => epoch.IsBest).Epoch);
        Assert.True(epochs.Last(epoch => epoch.IsBest).Epoch > 1);
        Assert.Contains(_warnings, text => text.Contains("no validation chips with a label that counts", StringComparison.Ordinal));
    }

    /// <summary>Chips of any sample type make models that are saved and opened.</summary>
    [Theory]
    [InlineData(SampleType.Float32)]
    [InlineData(SampleType.Int16)]
    public void A_model_of_any_sample_type_is_saved_and_opened(SampleType type)
    {
        FieldsData data = new() { Normalization = new Normalization(1, [1000f, 1000f, 1000f], [300f, 300f, 300f], type) };
        using UnetEngine model = Fields.Classifier(data);

        string saved = model.Save(_folder.PathOf("any"), force: false, CancellationToken.None).EmdPath;

        using ModelEngine opened = SavedModel.Open(saved, new LearnDataBunch(data), LearnDevice.Cpu, CancellationToken.None);
        Assert.Equal(type, opened.Normalization.SampleType);
        Assert.Equal(model.Fingerprint(CancellationToken.None), opened.Fingerprint(CancellationToken.None));
        LearnDataException error = Assert.Throws<LearnDataException>(() => ((UnetEngine)opened).Measure(new LearnDataBunch(new FieldsData()), LearnPrecision.Float32, null, CancellationToken.None));
        Assert.Equal("SampleTypeMismatch", error.Id);
    }

    /// <summary>Other data may lack some of the model's classes, and measure those that they have.</summary>
    [Fact]
    public void Data_without_one_of_the_classes_can_be_measured_and_not_trained_on()
    {
        using UnetEngine model = Fields.Classifier(new FieldsData());
        FieldsData forest = new() { Classes = [new(7, "forest", [0, 100, 0])] };

        ModelAccuracy found = model.Measure(new LearnDataBunch(forest), LearnPrecision.Float32, null, CancellationToken.None);

        Assert.Equal([0, found.Count], found.Classes.Select(one => one.Support));
        string saved = model.Save(_folder.PathOf("two"), force: false, CancellationToken.None).EmdPath;
        Assert.Equal("ClassMismatch", Assert.Throws<LearnDataException>(() => SavedModel.Open(saved, new LearnDataBunch(forest), LearnDevice.Cpu, CancellationToken.None)).Id);
    }

    /// <summary>From the middle of a training on, not before there are statistics worth keeping, and not when another training begins.</summary>
    [Theory]
    [InlineData(0, 200, false)]
    [InlineData(96, 200, false)]
    [InlineData(104, 200, true)]
    [InlineData(56, 80, false)]
    [InlineData(64, 80, true)]
    public void Statistics_of_batches_are_kept_in_the_second_half_of_a_training(int done, int all, bool areKept)
    {
        using UnetEngine model = Fields.Classifier(new FieldsData());
        model.BeginEpoch(199, 200);
        model.BeginEpoch(done, all);
        float[] Statistics() => [.. model.Network.modules().OfType<BatchNorm>().SelectMany(norm => norm.RunningMean.data<float>().ToArray())];
        float[] before = Statistics();

        model.Network.train();
        foreach (TrainingStep step in model.TrainingSteps(1, CancellationToken.None).Take(1))
        {
            using DisposeScope scope = torch.NewDisposeScope();
            _ = step.Loss();
        }

        Assert.Equal(areKept, before.SequenceEqual(Statistics()));
    }

    [Fact]
    public void The_same_seed_gives_the_same_weights_and_another_others()
    {
        float[] Trained(int seed)
        {
            using UnetEngine model = Fields.Classifier(new FieldsData(), seed);
            _ = model.Fit(new() { Epochs = 1, NoCheckpoint = true }, null, null, CancellationToken.None).Count();
            return Fields.Weights(model);
        }

        Assert.Equal(Trained(1), Trained(1));
        Assert.NotEqual(Trained(1), Trained(2));
    }

    /// <summary>A batch that is cut into steps is learnt as smaller batches are, chip by chip in the same order, and the schedule counts the steps.</summary>
    [Fact]
    public void Steps_of_a_batch_are_those_of_smaller_batches()
    {
        using UnetEngine whole = Fields.Classifier(new FieldsData(batchSize: 4));
        using UnetEngine cut = Fields.Classifier(new FieldsData(batchSize: 16), chipsPerStep: 4);
        List<(int Batch, int Batches)> steps = [];

        foreach (UnetEngine model in new[] { whole, cut })
        {
            steps.Clear();
            _ = model.Fit(new() { Epochs = 1, NoCheckpoint = true }, at => steps.Add((at.Batch, at.Batches)), null, CancellationToken.None).Count();
            Assert.Equal([(1, 4), (2, 4), (3, 4), (4, 4)], steps);
        }

        Assert.Equal(Fields.Weights(whole), Fields.Weights(cut));
        List<string> said = [];
        cut.CheckFit(new() { Epochs = 1, NoCheckpoint = true }, said.Add);
        Assert.Contains(said, text => text.Contains("in 1 batches of 16, 4 steps each, validating", StringComparison.Ordinal));
    }

    /// <summary>What does not divide a batch makes parts of nearly the same size, and all its chips are learnt from.</summary>
    [Fact]
    public void Steps_of_a_batch_have_all_its_chips()
    {
        using UnetEngine model = Fields.Classifier(new FieldsData(batchSize: 8), chipsPerStep: 3);

        int[] images = [.. model.TrainingSteps(1, CancellationToken.None).Select(step => step.Images)];

        Assert.Equal([4, 4, 4, 4], images);
        using UnetEngine uneven = Fields.Classifier(new FieldsData(training: 11, batchSize: 11), chipsPerStep: 3);
        Assert.Equal([3, 4, 4], uneven.TrainingSteps(1, CancellationToken.None).Select(step => step.Images));
    }

    /// <summary>Whole batches where an epoch has steps enough or batch norm would see too few numbers; else at least four chips.</summary>
    [Theory]
    [InlineData(null, 16, 76, 128, 4)]
    [InlineData(null, 64, 76, 128, 16)]
    [InlineData(null, 16, 320, 128, 1)]
    [InlineData(null, 64, 320, 128, 3)]
    [InlineData(null, 64, 76, 64, 4)]
    [InlineData(null, 64, 76, 32, 1)]
    [InlineData(null, 16, 76, 256, 4)]
    [InlineData(null, 2, 76, 256, 1)]
    [InlineData(1, 16, 76, 32, 16)]
    [InlineData(16, 16, 76, 128, 1)]
    [InlineData(20, 16, 76, 128, 1)]
    public void Steps_are_chosen_by_chips_and_their_size(int? chipsPerStep, int batchSize, int trainingChips, int chipSize, int expected) =>
        Assert.Equal(expected, StepPlan.PerBatch(chipsPerStep, batchSize, trainingChips, chipSize));

    /// <summary>What nobody labelled must not teach anything: its labels are changed at will, and the weights stay the same.</summary>
    [Fact]
    public void Pixels_without_a_label_teach_nothing_where_there_are_two_classes()
    {
        using UnetEngine auto = Fields.Classifier(new FieldsData());
        using UnetEngine learning = Fields.Classifier(new FieldsData(), loss: new PixelLossPlan { Background = BackgroundPixels.Learn });
        using UnetEngine one = Fields.Classifier(new FieldsData { Classes = [new(3, "field", [1, 2, 3])] });

        Assert.Equal((true, false, false), (auto.IsBackgroundIgnored, learning.IsBackgroundIgnored, one.IsBackgroundIgnored));
        Assert.Equal(BackgroundPixels.Ignore, new UnetClassifier(auto).Background);
        Assert.Equal(BackgroundPixels.Learn, new UnetClassifier(one).Background);
        Assert.Equal(2, auto.Measure(null, LearnPrecision.Float32, null, CancellationToken.None).Classes.Count);
        ModelAccuracy both = one.Measure(null, LearnPrecision.Float32, null, CancellationToken.None);
        Assert.Equal(["(background)", "field"], both.Classes.Select(c => c.Class));
        Assert.Equal(8 * 32 * 32, both.Count);
    }

    [Fact]
    public void Many_pixels_without_a_label_are_told_unless_somebody_chose()
    {
        FieldsData data = new();
        _ = new PixelLossPlan().For(data, _warnings.Add);
        Assert.Contains("have no label and count for nothing", Assert.Single(_warnings), StringComparison.Ordinal);

        _warnings.Clear();
        _ = new PixelLossPlan { Background = BackgroundPixels.Ignore }.For(data, _warnings.Add);
        _ = new PixelLossPlan { Background = BackgroundPixels.Learn }.For(data, _warnings.Add);
        Assert.Empty(_warnings);
    }

    [Fact]
    public void A_weight_of_what_counts_for_nothing_is_told()
    {
        PixelLossPlan plan = new() { Background = BackgroundPixels.Ignore, ClassWeights = new Dictionary<string, double> { ["(background)"] = 2 } };
        _ = plan.For(new FieldsData(), _warnings.Add);
        Assert.Contains("-Background Learn makes them a class", Assert.Single(_warnings), StringComparison.Ordinal);

        _warnings.Clear();
        _ = (plan with { Background = BackgroundPixels.Learn }).For(new FieldsData(), _warnings.Add);
        Assert.Empty(_warnings);
    }

    [Fact]
    public void Options_of_a_part_of_the_loss_that_is_not_there_are_refused()
    {
        PixelLossPlan plan = new() { DiceFraction = 1, ClassBalancing = true, FocalLoss = true };
        LearnArgumentException error = Assert.Throws<LearnArgumentException>(() => plan.For(new FieldsData(), null));
        Assert.Contains("-FocalLoss and -ClassBalancing would change nothing", error.Message, StringComparison.Ordinal);
        Assert.Null((plan with { ClassBalancing = false, FocalLoss = false }).For(new FieldsData(), null).ClassWeights);
    }

    [Fact]
    public void Weights_of_classes_are_by_name_by_value_or_by_how_rare_they_are()
    {
        FieldsData data = new();
        PixelLossPlan named = new() { ClassWeights = new Dictionary<string, double> { ["wheat"] = 2, ["7"] = 0.5, ["(background)"] = 0 } };

        Assert.Equal([0, 2, 0.5], named.For(data, null).ClassWeights!);
        double[] balanced = PixelLossPlan.Balanced([1000, 900, 100, 0], isBackgroundIgnored: true);
        Assert.Equal(0, balanced[0]);
        Assert.Equal(Math.Sqrt(3), balanced[2] / balanced[1], 1e-9);
        Assert.Equal(1, (0.9 * balanced[1]) + (0.1 * balanced[2]), 1e-9);
        Assert.Equal(1, balanced[3]);
        Assert.Equal(4, PixelLossPlan.Balanced([0, 10_000_000, 1], isBackgroundIgnored: true)[2]);
        LearnArgumentException error = Assert.Throws<LearnArgumentException>(() => (named with { ClassWeights = new Dictionary<string, double> { ["rye"] = 1 } }).For(data, null));
        Assert.Contains("'rye'; the classes are 1 wheat, 7 forest", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Chips_of_ignored_classes_and_without_labels_train_without_a_NaN()
    {
        using UnetEngine model = Fields.Classifier(new FieldsData { IsEmpty = true }, loss: new PixelLossPlan { Background = BackgroundPixels.Ignore });

        Assert.Equal("NoLabels", Assert.Throws<LearnDataException>(() => model.Fit(new() { Epochs = 1 }, null, null, CancellationToken.None)).Id);
        ModelAccuracy measured = model.Measure(null, LearnPrecision.Float32, _warnings.Add, CancellationToken.None);
        Assert.Equal(0, measured.Count);
        Assert.Contains("nothing to measure", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_saved_opens_as_it_was()
    {
        FieldsData data = new(bands: 5);
        PixelLossPlan loss = new() { ClassBalancing = true, FocalLoss = true, DiceFraction = 0.25, DiceAverage = DiceAverage.Macro };
        using UnetEngine model = Fields.Classifier(data, loss: loss, chipsPerStep: 2);
        ModelPackage package = model.Save(_folder.PathOf("fields"), force: false, CancellationToken.None);

        foreach (string path in new[] { package.Path, package.EmdPath, _folder.PathOf("fields") })
        {
            using ModelEngine opened = SavedModel.Open(path, new LearnDataBunch(data), LearnDevice.Cpu, CancellationToken.None);
            UnetEngine unet = Assert.IsType<UnetEngine>(opened);
            Assert.Equal(("fields", 5, 32, true), (unet.Name, unet.Bands, unet.ChipSize, unet.IsFrozen));
            Assert.Equal(Fields.Weights(model), Fields.Weights(unet));
            Assert.Equal(model.Options.Loss.ClassWeights, unet.Options.Loss.ClassWeights);
            Assert.Equal(model.Options.Loss with { ClassWeights = null }, unet.Options.Loss with { ClassWeights = null });
            Assert.Equal(2, unet.Options.ChipsPerStep);
            Assert.Equal(model.Fingerprint(CancellationToken.None), unet.Fingerprint(CancellationToken.None));
            Assert.Equal(SampleType.UInt16, unet.Normalization.SampleType);
        }
    }

    [Fact]
    public void A_training_goes_on_from_a_saved_model_and_restores_from_it()
    {
        FieldsData data = new();
        using UnetEngine model = Fields.Classifier(data, seed: 1);
        _ = model.Save(_folder.PathOf("first"), force: false, CancellationToken.None);
        LearnDataBunch bunch = new(data);
        UnetOptions options = new() { Backbone = "resnet18", ChipSize = 32, Classes = 2 };

        using UnetEngine next = UnetEngine.Create(bunch, options, new StartWeights(null, _folder.PathOf("first")), LearnDevice.Cpu, 2, _warnings.Add, CancellationToken.None);
        Assert.Equal(Fields.Weights(model), Fields.Weights(next));
        Assert.True(next.IsFrozen);
        Assert.Empty(_warnings);

        using UnetEngine other = Fields.Classifier(data, seed: 9);
        other.Restore(_folder.PathOf("first"), _warnings.Add, CancellationToken.None);
        Assert.Equal(Fields.Weights(model), Fields.Weights(other));

        using UnetEngine wider = Fields.Classifier(new FieldsData(bands: 4));
        Assert.Equal("DefinitionMismatch", Assert.Throws<LearnDataException>(() => wider.Restore(_folder.PathOf("first"), null, CancellationToken.None)).Id);
    }

    [Fact]
    public void A_model_of_another_kind_is_named()
    {
        using SsdEngine detector = Squares.Detector(new SquaresData());
        _ = detector.Save(_folder.PathOf("squares"), force: false, CancellationToken.None);
        using UnetEngine model = Fields.Classifier(new FieldsData());

        LearnDataException error = Assert.Throws<LearnDataException>(() => model.Restore(_folder.PathOf("squares"), null, CancellationToken.None));
        Assert.Equal("ModelType", error.Id);
        Assert.Contains("is a SingleShotDetector, but", error.Message, StringComparison.Ordinal);
        Assert.Equal("DatasetTypeMismatch", Assert.Throws<LearnDataException>(() => PixelDataCheck.Masks(new LearnDataBunch(new SquaresData()))).Id);
    }

    [Theory]
    [InlineData("""{ "ModelConfiguration": "_unet", "ModelFile": "a.pth", "ExtractBands": [0, 1, 2], "ImageWidth": 400, "ImageHeight": 400, "Classes": [{ "Value": 1, "Name": "a", "Color": [1, 2, 3] }], "ModelParameters": { "backbone": "resnet34" } }""", null)]
    [InlineData("""{ "ModelConfiguration": "_unet", "ModelFile": "a.pth", "ImageWidth": 16, "ImageHeight": 16, "Classes": [{ "Value": 1, "Name": "a" }] }""", "at least 32 pixels")]
    [InlineData("""{ "ModelConfiguration": "_unet", "ModelFile": "a.pth", "ImageWidth": 64, "ImageHeight": 64, "Classes": [] }""", "lacks Classes")]
    [InlineData("""{ "ModelConfiguration": "_unet", "ModelFile": "a.pth", "ImageWidth": 64, "ImageHeight": 64, "Classes": [{ "Value": 1, "Name": "a" }], "ModelParameters": { "backbone": "densenet121" } }""", "'densenet121' is not a known backbone")]
    public void A_definition_without_ModelType_is_read_by_its_configuration(string emd, string? fault)
    {
        Core.Formats.ModelDefinitionFile file = Core.Formats.ModelDefinitionFile.Parse("a.emd", emd);

        if (fault is not null)
        {
            Assert.Contains(fault, Assert.Throws<LearnFormatException>(() => UnetDefinitionFile.Read(file, "a", "a.emd")).Message, StringComparison.Ordinal);
            return;
        }

        UnetDefinition definition = UnetDefinitionFile.Read(file, "a", "a.emd");
        Assert.Equal(("resnet34", 400, 3, 1), (definition.Backbone, definition.ChipSize, definition.Bands, definition.Classes.Count));
        Assert.False(definition.Options.Loss.IsBackgroundIgnored);
        Assert.Equal(1f / 255, definition.Normalization.Scale);
    }

    [Fact]
    public void Data_of_other_bands_chips_or_classes_are_named()
    {
        using UnetEngine model = Fields.Classifier(new FieldsData());

        string Id(FieldsData data) => Assert.Throws<LearnDataException>(() => model.Measure(new LearnDataBunch(data), LearnPrecision.Float32, null, CancellationToken.None)).Id;

        Assert.Equal("BandMismatch", Id(new FieldsData(bands: 4)));
        Assert.Equal("ChipSizeMismatch", Id(new FieldsData(chipSize: 64)));
        Assert.Equal("ClassMismatch", Id(new FieldsData { Classes = [new(1, "wheat", [1, 2, 3]), new(2, "rye", [1, 2, 3])] }));
    }

    /// <summary>Another bunch may count its classes in another order: what is measured goes by their names.</summary>
    [Fact]
    public void Classes_of_another_bunch_are_matched_by_name()
    {
        using UnetEngine model = Fields.Classifier(new FieldsData());
        ModelAccuracy same = model.Measure(new LearnDataBunch(new FieldsData()), LearnPrecision.Float32, null, CancellationToken.None);

        ModelAccuracy swapped = model.Measure(
            new LearnDataBunch(new FieldsData { Classes = [new(1, "forest", [1, 2, 3]), new(2, "wheat", [1, 2, 3])] }), LearnPrecision.Float32, null, CancellationToken.None);

        Assert.Equal(24, same.Chips);
        Assert.Equal(same.ConfusionMatrix!.Count("wheat", "forest"), swapped.ConfusionMatrix!.Count("forest", "forest"));
        Assert.Equal(1, same.Accuracy + swapped.Accuracy, 1e-9);
    }
}
