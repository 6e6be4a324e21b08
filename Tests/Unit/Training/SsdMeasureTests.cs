using ArcLearn.Core.Data;
using ArcLearn.Core.Drawing;
using ArcLearn.Core.Models;
using ArcLearn.Core.Training;
using ArcLearn.Tests.Unit.TestSupport;
using SkiaSharp;

namespace ArcLearn.Tests.Unit.Training;

[Collection(TorchTests.Name)]
public class SsdMeasureTests
{
    private static readonly AveragePrecisionOptions s_everything = new(DetectThreshold: 0.001);

    [Fact]
    public void Another_bunch_is_measured_with_all_its_chips_and_by_class_name()
    {
        using SsdEngine model = Squares.Detector(new SquaresData());
        ClassDefinition[] swapped = [new(1, "blue", [0, 0, 255]), new(2, "red", [255, 0, 0])];

        IReadOnlyList<AveragePrecision> own = Measure(model, new SquaresData(training: 4, validation: 7, batchSize: 4));
        IReadOnlyList<AveragePrecision> other = Measure(model, new SquaresData(training: 4, validation: 7, batchSize: 4) { Classes = swapped });

        Assert.Equal(["red", "blue", "(mean)"], own.Select(r => r.Class));
        Assert.Equal(["red", "blue", "(mean)"], other.Select(r => r.Class));
        Assert.All(own, r => Assert.Equal(11, r.Images));
        Assert.Equal((own[0].Truth, own[1].Truth), (other[1].Truth, other[0].Truth));
        Assert.NotEqual(own[0].Truth, own[1].Truth);
    }

    [Fact]
    public void Without_another_bunch_the_validation_chips_are_measured()
    {
        using SsdEngine model = Squares.Detector(new SquaresData(validation: 5));

        Assert.All(model.Measure(s_everything, null, CancellationToken.None), r => Assert.Equal(5, r.Images));
    }

    [Fact]
    public void Several_thresholds_give_what_each_gives_alone()
    {
        using SsdEngine model = Squares.Detector(new SquaresData());
        AveragePrecisionOptions[] options = [new(0.001, 0.1), new(0.001, 0.5), new(0.001, 0.5, NmsOverlap: 0.2), new(0.3, 0.5)];

        IReadOnlyList<AveragePrecision> together = model.Measure(options, null, warn: null, CancellationToken.None);

        Assert.Equal(options.SelectMany(one => model.Measure(one, null, CancellationToken.None)), together);
        Assert.Equal([0.1, 0.1, 0.1, 0.5, 0.5, 0.5], together.Take(6).Select(r => r.IouThreshold));
        Assert.True(together[2].Detections < together[5].Detections, "suppression goes by the IoU threshold where no overlap is given");
    }

    [Fact]
    public void Chips_without_any_object_are_told()
    {
        using SsdEngine model = Squares.Detector(new SquaresData());
        List<string> warnings = [];

        IReadOnlyList<AveragePrecision> results = model.Measure([s_everything], new LearnDataBunch(new SquaresData { IsEmpty = true }), warnings.Add, CancellationToken.None);

        Assert.All(results, r => Assert.Equal((0, 0.0), (r.Truth, r.Value)));
        Assert.Contains("None of the 48 chips has an object", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Results_are_drawn_with_truth_and_detections_of_chips_that_a_seed_chooses()
    {
        using SsdEngine model = Squares.Detector(new SquaresData());
        using TemporaryFolder folder = new();

        PictureItem item = ModelResultSheet.Draw(model, null, folder.PathOf("a.png"), new ModelResultSheetOptions { Rows = 3, DetectThreshold = 0 });
        SsdComparison results = model.Compare(3, null, 0, 0.1, null, CancellationToken.None);

        using SKBitmap sheet = SKBitmap.Decode(item.Path);
        Assert.Equal((item.Width, item.Height), (sheet.Width, sheet.Height));
        Assert.Equal(3, results.Sample.Images.Count);
        Assert.Contains($"{results.Found.Sum(found => found.Count)} detections", item.Shows, StringComparison.Ordinal);
        Assert.All(results.Found, found => Assert.NotEmpty(found));

        // A column of three chips of 448 pixels on each side, gaps and text between them.
        Assert.Equal(12 + (2 * (448 + 12)), sheet.Width);
        Assert.InRange(sheet.Height, 3 * 448, (3 * (448 + 32)) + 100);
    }

    [Fact]
    public void What_a_comparison_finds_is_what_is_measured_also_for_classes_in_another_order()
    {
        using SsdEngine model = Squares.Detector(new SquaresData());
        SquaresData other = new(training: 4, validation: 7, batchSize: 4) { Classes = [new(1, "blue", [0, 0, 255]), new(2, "red", [255, 0, 0])] };
        LearnDataBunch bunch = new(other);

        SsdComparison results = model.Compare(100, null, 0.001, 0.1, bunch, CancellationToken.None);
        AveragePrecisionMetric metric = new(model.Classes, s_everything);
        for (int i = 0; i < results.Found.Count; i++)
        {
            metric.Add(results.Sample.Batch.Boxes[i], results.Found[i], model.ChipSize);
        }

        Assert.Equal(11, results.Found.Count);
        Assert.Equal(model.Measure(s_everything, bunch, CancellationToken.None), metric.Compute());
    }

    [Fact]
    public void Without_validation_chips_no_results_are_shown()
    {
        using SsdEngine model = Squares.Detector(new SquaresData(validation: 0));
        using TemporaryFolder folder = new();

        Assert.Equal("ValidationMissing", Assert.Throws<LearnDataException>(() => ModelResultSheet.Draw(model, null, folder.PathOf("a.png"), new())).Id);
        Assert.Empty(Directory.GetFiles(folder.Root));
    }

    [Fact]
    public void What_does_not_fit_the_model_is_named()
    {
        using SsdEngine model = Squares.Detector(new SquaresData(validation: 0));

        LearnDataException classes = Assert.Throws<LearnDataException>(() => Measure(model, new SquaresData { Classes = [new(1, "boat", [0, 0, 0])] }));
        LearnDataException size = Assert.Throws<LearnDataException>(() => Measure(model, new SquaresData(chipSize: 96)));
        LearnDataException none = Assert.Throws<LearnDataException>(() => model.Measure(s_everything, null, CancellationToken.None));

        Assert.Equal("ClassMismatch", classes.Id);
        Assert.Contains("red, blue", classes.Message, StringComparison.Ordinal);
        Assert.Contains("boat", classes.Message, StringComparison.Ordinal);
        Assert.Equal("ChipSizeMismatch", size.Id);
        Assert.Equal("ValidationMissing", none.Id);
    }

    [Fact]
    public void Chips_with_statistics_of_their_own_are_brought_to_the_models_scale()
    {
        Normalization model = new(1 / 255f, [0.5f, 0.4f], [0.25f, 0.2f], SampleType.UInt8);
        Normalization other = new(1, [100, 90], [50, 60], SampleType.UInt8);
        float[] raw = [0, 255, 128, 64];
        float[] expected = new float[4];
        InputScaling.FromRaw(model).Apply(raw, expected, plane: 2);
        float[] theirs = new float[4];
        InputScaling.FromRaw(other).Apply(raw, theirs, plane: 2);

        float[] actual = new float[4];
        InputScaling.Between(other, model).Apply(theirs, actual, plane: 2);

        Assert.Equal([-2f, 2f, ((128 / 255f) - 0.4f) / 0.2f, ((64 / 255f) - 0.4f) / 0.2f], expected, (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.False(InputScaling.Between(other, model).IsIdentity);
        Assert.True(InputScaling.Between(model, model with { }).IsIdentity);
    }

    private static IReadOnlyList<AveragePrecision> Measure(SsdEngine model, SquaresData other) =>
        model.Measure(s_everything, new LearnDataBunch(other), CancellationToken.None);
}
