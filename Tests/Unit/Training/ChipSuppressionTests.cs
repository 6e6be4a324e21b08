using ArcLearn.Core.Inference;

namespace ArcLearn.Tests.Unit.Training;

public class ChipSuppressionTests
{
    // Two classes; the first two boxes overlap by one half, the third lies elsewhere. Corners are y-min, x-min, y-max, x-max.
    private static readonly float[] s_corners = [0, 0, 0.5f, 0.5f, 0, 0, 0.5f, 0.25f, 0.5f, 0.75f, 0.75f, 1];

    [Fact]
    public void The_weaker_of_two_boxes_of_one_class_goes()
    {
        List<ChipDetection> kept = new ChipSuppression(0.5, 0.4).Sift([0.8f, 0, 0.9f, 0, 0.7f, 0], s_corners, classes: 2, chipSize: 100);

        Assert.Equal([new(0, 0, 25, 50, 0, 0.9f), new(75, 50, 100, 75, 0, 0.7f)], kept);
    }

    [Fact]
    public void Boxes_of_two_classes_and_an_overlap_at_the_limit_stay()
    {
        Assert.Equal([0, 1], new ChipSuppression(0.5, 0).Sift([0.8f, 0, 0, 0.9f, 0, 0], s_corners, 2, 100).Select(d => d.ClassIndex));
        Assert.Equal(2, new ChipSuppression(0.5, 0.5).Sift([0.8f, 0, 0.9f, 0, 0, 0], s_corners, 2, 100).Count);
    }

    [Fact]
    public void A_score_at_the_threshold_is_enough()
    {
        Assert.Equal([0.5f], new ChipSuppression(0.5, 0.1).Sift([0.5f, 0.49f, 0, 0, 0, 0], s_corners, 2, 100).Select(d => d.Score));
    }

    [Fact]
    public void Equal_scores_keep_the_anchors_order()
    {
        List<ChipDetection> kept = new ChipSuppression(0.5, 0.4).Sift([0.7f, 0, 0.7f, 0, 0.7f, 0], s_corners, 2, 100);

        Assert.Equal([0f, 75f], kept.Select(d => d.XMin));
        Assert.Equal(50f, kept[0].XMax);
    }

    [Fact]
    public void A_chip_full_of_objects_keeps_them_all()
    {
        // 20 × 20 boxes that touch: far more than the 50 that the reference would look at.
        float[] corners = [.. Enumerable.Range(0, 400).SelectMany(i => new[] { i / 20 / 20f, i % 20 / 20f, ((i / 20) + 1) / 20f, ((i % 20) + 1) / 20f })];

        Assert.Equal(400, new ChipSuppression(0.5, 0.1).Sift([.. Enumerable.Repeat(0.9f, 400)], corners, 1, 200).Count);
    }
}
