using ArcLearn.Core.Data;
using ArcLearn.Core.Training;

namespace ArcLearn.Tests.Unit.Training;

public sealed class ConfusionCountsTests
{
    private static readonly ClassDefinition[] s_classes = [new(1, "a", [1, 2, 3]), new(5, "b", [1, 2, 3]), new(9, "c", [1, 2, 3])];

    [Fact]
    public void Figures_are_those_reckoned_by_hand()
    {
        ConfusionCounts counts = new(s_classes, hasBackground: false);
        counts.Add([1, 1, 1, 2, 2, 0, PixelBatch.Ignored], [1, 1, 2, 2, 3, 1, 1]);

        ModelAccuracy result = counts.Result("m", chips: 2, "pixels");

        Assert.Equal((5, 0.6), (result.Count, result.Accuracy));
        Assert.Equal(["a", "b", "c"], result.Classes.Select(one => one.Class));
        Assert.Equal([1, 5, 9], result.Classes.Select(one => one.Value));
        Assert.Equal([1, 0.5, 0], result.Classes.Select(one => one.Precision));
        Assert.Equal([2.0 / 3, 0.5, 0], result.Classes.Select(one => one.Recall));
        Assert.Equal([0.8, 0.5, 0], result.Classes.Select(one => one.F1));
        Assert.Equal([2.0 / 3, 1.0 / 3, 0], result.Classes.Select(one => one.IoU));
        Assert.Equal([3L, 2, 0], result.Classes.Select(one => one.Support));

        // Of a class that the truth does not have nothing can be found: it is no part of the means.
        Assert.Equal(0.5, result.MeanIou, 1e-12);
        Assert.Equal(0.65, result.MeanF1, 1e-12);
        Assert.Equal([[2L, 1, 0], [0, 1, 1], [0, 0, 0]], result.ConfusionMatrix!.Counts);
        Assert.Equal((1, 0.6, 5), (result.ConfusionMatrix!.Count("b", "c"), result.ConfusionMatrix!.Accuracy, result.ConfusionMatrix!.Total));
    }

    [Fact]
    public void Background_counts_as_a_class_where_it_was_learnt()
    {
        ConfusionCounts counts = new(s_classes, hasBackground: true);
        counts.Add([0, 0, 1, PixelBatch.Ignored], [0, 1, 0, 0]);

        ModelAccuracy result = counts.Result("m", chips: 1, "pixels");

        Assert.Equal(3, result.Count);
        Assert.Equal(1.0 / 3, result.Accuracy, 1e-12);
        Assert.Equal("(background)", result.Classes[0].Class);
        Assert.Equal([1L, 1, 0, 0], result.ConfusionMatrix!.Counts[0]);
    }

    [Fact]
    public void Nothing_counted_is_zero_and_not_NaN()
    {
        ModelAccuracy result = new ConfusionCounts(s_classes, hasBackground: false).Result("m", chips: 0, "images");

        Assert.Equal((0L, 0.0, 0.0, 0.0), (result.Count, result.Accuracy, result.MeanIou, result.MeanF1));
        Assert.All(result.Classes, one => Assert.Equal((0.0, 0.0), (one.Precision, one.IoU)));
    }

    [Fact]
    public void A_class_that_is_not_there_is_named() => Assert.Contains(
        "the classes are a, b, c",
        Assert.Throws<ArgumentException>(() => new ConfusionCounts(s_classes, hasBackground: false).Result("m", 0, "pixels").ConfusionMatrix!.Count("a", "x")).Message,
        StringComparison.Ordinal);
}
