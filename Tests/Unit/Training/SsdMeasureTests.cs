using ArcLearn.Core.Data;
using ArcLearn.Core.Models;
using ArcLearn.Core.Training;
using ArcLearn.Tests.Unit.TestSupport;

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
