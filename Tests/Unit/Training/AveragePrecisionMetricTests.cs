using ArcLearn.Core.Data;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Training;

namespace ArcLearn.Tests.Unit.Training;

public class AveragePrecisionMetricTests
{
    private static readonly ClassDefinition[] s_classes = [new(1, "tree", [0, 255, 0]), new(2, "car", [255, 0, 0])];

    [Fact]
    public void All_found_and_nothing_else_is_one()
    {
        AveragePrecisionMetric metric = new(s_classes, new(IouThreshold: 0.5));
        metric.Add([Truth(0, 0, 10, 10, 1), Truth(20, 20, 40, 40, 2)], [Found(0, 0, 10, 10, 0, 0.9f), Found(20, 20, 40, 40, 1, 0.3f)], 100);

        Assert.Equal([1.0, 1.0, 1.0], metric.Compute().Select(r => r.Value));
    }

    [Fact]
    public void The_area_lies_under_the_envelope_over_all_images_sorted_by_score()
    {
        // By score: right .9, wrong .8, right .7, wrong .6; three objects, so recalls 1/3 and 2/3 with precisions 1 and 2/3.
        AveragePrecisionMetric metric = new(s_classes, new(IouThreshold: 0.5));
        metric.Add([Truth(0, 0, 10, 10, 1)], [Found(0, 0, 10, 10, 0, 0.7f), Found(50, 50, 60, 60, 0, 0.8f)], 100);
        metric.Add([Truth(0, 0, 10, 10, 1), Truth(70, 70, 80, 80, 1)], [Found(0, 0, 10, 10, 0, 0.9f), Found(50, 50, 60, 60, 0, 0.6f)], 100);

        AveragePrecision tree = metric.Compute()[0];

        Assert.Equal((1 + (2 / 3.0)) / 3, tree.Value, 12);
        Assert.Equal((3, 4, 2, 2), (tree.Truth, tree.Detections, tree.TruePositives, tree.Images));
    }

    [Fact]
    public void Precision_that_rises_again_counts_backwards()
    {
        // Wrong .9, right .8, right .7: precisions 0, 1/2, 2/3, so the envelope is 2/3 throughout.
        AveragePrecisionMetric metric = new(s_classes, new(IouThreshold: 0.5));
        metric.Add(
            [Truth(0, 0, 10, 10, 1), Truth(20, 20, 30, 30, 1)],
            [Found(60, 60, 70, 70, 0, 0.9f), Found(0, 0, 10, 10, 0, 0.8f), Found(20, 20, 30, 30, 0, 0.7f)],
            100);

        Assert.Equal(2 / 3.0, metric.Compute()[0].Value, 12);
    }

    [Fact]
    public void The_curve_has_a_point_for_every_score()
    {
        // By score: right .9, wrong .8, right .8, wrong .6; three objects. The two of .8 are one point.
        AveragePrecisionMetric metric = new(s_classes, new(IouThreshold: 0.5, CurvePoints: true));
        metric.Add([Truth(0, 0, 10, 10, 1)], [Found(0, 0, 10, 10, 0, 0.8f), Found(50, 50, 60, 60, 0, 0.8f)], 100);
        metric.Add([Truth(0, 0, 10, 10, 1), Truth(70, 70, 80, 80, 1)], [Found(0, 0, 10, 10, 0, 0.9f), Found(50, 50, 60, 60, 0, 0.6f)], 100);

        IReadOnlyList<AveragePrecision> results = metric.Compute();

        Assert.Equal([(0.9f, 1, 1 / 3.0), (0.8f, 2 / 3.0, 2 / 3.0), (0.6f, 0.5, 2 / 3.0)], results[0].Curve!.Select(p => ((float)p.Score, p.Precision, p.Recall)));
        Assert.Empty(results[1].Curve!);
        Assert.Null(results[2].Curve);
        Assert.Null(new AveragePrecisionMetric(s_classes, new()).Compute()[0].Curve);
    }

    [Fact]
    public void An_object_is_found_once()
    {
        AveragePrecisionMetric metric = new(s_classes, new(IouThreshold: 0.5));
        metric.Add([Truth(0, 0, 10, 10, 1)], [Found(0, 0, 10, 9, 0, 0.5f), Found(0, 0, 10, 10, 0, 0.4f)], 100);

        AveragePrecision tree = metric.Compute()[0];

        Assert.Equal((1.0, 1), (tree.Value, tree.TruePositives));
        Assert.Equal(2, tree.Detections);
    }

    [Fact]
    public void The_truth_that_overlaps_most_decides_even_when_another_class_has_it()
    {
        // The detection says tree; it overlaps a tree by .82 but a car wholly.
        AveragePrecisionMetric metric = new(s_classes, new(IouThreshold: 0.5));
        metric.Add([Truth(1, 0, 11, 10, 1), Truth(0, 0, 10, 10, 2)], [Found(0, 0, 10, 10, 0, 0.9f)], 100);

        Assert.Equal(0, metric.Compute()[0].TruePositives);
    }

    [Theory]
    [InlineData(0.5, 1)] // 10×10 against 10×5 inside it: IoU exactly one half
    [InlineData(0.51, 0)]
    public void An_overlap_at_the_threshold_is_enough(double threshold, int right)
    {
        AveragePrecisionMetric metric = new(s_classes, new(IouThreshold: threshold));
        metric.Add([Truth(0, 0, 10, 10, 1)], [Found(0, 0, 10, 5, 0, 0.9f)], 100);

        Assert.Equal(right, metric.Compute()[0].TruePositives);
    }

    [Fact]
    public void Detections_below_the_score_threshold_do_not_count()
    {
        AveragePrecisionMetric metric = new(s_classes, new(DetectThreshold: 0.5));
        metric.Add([Truth(0, 0, 10, 10, 1)], [Found(0, 0, 10, 10, 0, 0.5f), Found(60, 60, 70, 70, 0, 0.49f)], 100);

        Assert.Equal(1, metric.Compute()[0].Detections);
    }

    [Fact]
    public void A_class_without_a_hit_is_zero_and_one_without_objects_is_not_in_the_mean()
    {
        AveragePrecisionMetric metric = new([.. s_classes, new(3, "boat", [0, 0, 255])], new(IouThreshold: 0.5));
        metric.Add([Truth(0, 0, 10, 10, 1), Truth(20, 20, 30, 30, 2)], [Found(0, 0, 10, 10, 0, 0.9f), Found(60, 60, 70, 70, 2, 0.9f)], 100);

        IReadOnlyList<AveragePrecision> results = metric.Compute();

        Assert.Equal(["tree", "car", "boat", "(mean)"], results.Select(r => r.Class));
        Assert.Equal([1, 0, 0, 0.5], results.Select(r => r.Value));
        Assert.Equal((2, 2, 1), (results[3].Truth, results[3].Detections, results[3].TruePositives));
    }

    [Fact]
    public void Detections_in_an_empty_image_are_false_alarms()
    {
        AveragePrecisionMetric metric = new(s_classes, new(IouThreshold: 0.5));
        metric.Add([], [Found(0, 0, 10, 10, 0, 0.9f)], 100);
        metric.Add([Truth(0, 0, 10, 10, 1)], [Found(0, 0, 10, 10, 0, 0.8f)], 100);

        Assert.Equal(0.5, metric.Compute()[0].Value, 12);
    }

    private static BoxLabel Truth(float x0, float y0, float x1, float y1, int label) => new(y0 / 100, x0 / 100, y1 / 100, x1 / 100, label);

    private static ChipDetection Found(float x0, float y0, float x1, float y1, int classIndex, float score) => new(x0, y0, x1, y1, classIndex, score);
}
