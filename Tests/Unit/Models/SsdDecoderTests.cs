using ArcLearn.Core.Inference;
using ArcLearn.Core.Models;

namespace ArcLearn.Tests.Unit.Models;

public sealed class SsdDecoderTests
{
    // Three anchors of nearly one place and one elsewhere, by grids of 1 cell and ratios close to 1.
    private static readonly SsdAnchors s_anchors = new([1], [0.5], [new(1, 1), new(1, 0.99), new(0.99, 1), new(0.1, 0.1)]);

    [Fact]
    public void Boxes_come_by_class_and_score_in_pixels()
    {
        SsdDecoder decoder = new(s_anchors, classes: 2, chipSize: 100);

        IReadOnlyList<ChipDetection> found = decoder.Decode(Scores((-9, 2), (-9, -9), (-9, -9), (1, -9)), new float[16], 1, 0.5, 0.1)[0];

        Assert.Equal([0, 1], found.Select(box => box.ClassIndex));
        Assert.Equal(1 / (1 + Math.Exp(-1)), found[0].Score, 1e-6);
        Assert.Equal([47.5f, 47.5f, 52.5f, 52.5f], [found[0].XMin, found[0].YMin, found[0].XMax, found[0].YMax], (a, b) => Math.Abs(a - b) < 1e-4);
        Assert.Equal([25f, 25f, 75f, 75f], [found[1].XMin, found[1].YMin, found[1].XMax, found[1].YMax], (a, b) => Math.Abs(a - b) < 1e-4);
    }

    [Fact]
    public void Within_a_class_the_better_box_stays_and_equal_ones_go_by_anchor()
    {
        SsdDecoder decoder = new(s_anchors, classes: 1, chipSize: 100);

        IReadOnlyList<ChipDetection> found = decoder.Decode([0, 1, 0, 3, 0, 3, 0, 2], new float[16], 1, 0.5, 0.1)[0];

        Assert.Equal(2, found.Count);
        Assert.Equal(49.5, found[0].XMax - found[0].XMin, 1e-3);
        Assert.Equal(5, found[1].XMax - found[1].XMin, 1e-3);
    }

    [Fact]
    public void Boxes_that_agree_vote_by_their_scores()
    {
        // Widths 50, 49.5 and 50, heights 50, 50 and 49.5 about one centre; the small box in it has another mind.
        SsdDecoder decoder = new(s_anchors, classes: 1, chipSize: 100, isVoted: true);
        (double first, double second, double third) = (Sigmoid(3), Sigmoid(2), Sigmoid(1));

        ChipDetection found = Assert.Single(decoder.Decode([0, 3, 0, 2, 0, 1, 0, -9], new float[16], 1, 0.5, 0.1)[0]);

        double weight = first + second + third;
        Assert.Equal(((first * 50) + (second * 49.5) + (third * 50)) / weight, found.XMax - found.XMin, 1e-4);
        Assert.Equal(((first * 50) + (second * 50) + (third * 49.5)) / weight, found.YMax - found.YMin, 1e-4);
        Assert.Equal(first, found.Score, 1e-6);
    }

    [Fact]
    public void A_box_of_another_size_has_no_vote()
    {
        SsdDecoder decoder = new(s_anchors, classes: 1, chipSize: 100, isVoted: true);

        IReadOnlyList<ChipDetection> found = decoder.Decode([0, 3, 0, -9, 0, -9, 0, 2], new float[16], 1, 0.5, 0.1)[0];

        Assert.Equal([50, 5], found.Select(box => Math.Round(box.XMax - box.XMin, 3)));
    }

    [Theory]
    [InlineData(DetectorLoss.Reference, 50)]
    [InlineData(DetectorLoss.Balanced, 49.75)]
    public void Only_models_of_the_balanced_loss_vote(DetectorLoss loss, double width)
    {
        SsdOptions options = new() { Backbone = "resnet18", ChipSize = 100, Classes = 1, Loss = loss };

        Assert.Equal(width, SsdDecoder.For(s_anchors, options).Decode([0, 3, 0, 3, 0, -9, 0, -9], new float[16], 1, 0.5, 0.1)[0] is [var box] ? box.XMax - box.XMin : 0, 1e-3);
    }

    [Fact]
    public void Other_classes_do_not_suppress_each_other()
    {
        SsdDecoder decoder = new(s_anchors, classes: 2, chipSize: 100);

        Assert.Equal(2, decoder.Decode(Scores((3, -9), (-9, 2), (-9, -9), (-9, -9)), new float[16], 1, 0.5, 0.1)[0].Count);
    }

    [Fact]
    public void Overlap_up_to_the_limit_is_kept()
    {
        SsdDecoder decoder = new(s_anchors, classes: 1, chipSize: 100);
        float[] scores = [0, 1, 0, 3, 0, 2, 0, -9];

        Assert.Equal(3, decoder.Decode(scores, new float[16], 1, 0.5, 1)[0].Count);
        Assert.Single(decoder.Decode(scores, new float[16], 1, 0.5, 0.5)[0]);
    }

    [Fact]
    public void Only_the_best_candidates_of_a_class_are_looked_at()
    {
        SsdAnchors anchors = new([21], [0.5], [new(1, 1)]);
        SsdDecoder decoder = new(anchors, classes: 1, chipSize: 100);
        float[] scores = new float[441 * 2];
        for (int a = 0; a < 441; a++)
        {
            scores[(a * 2) + 1] = 1 + (a / 441f);
        }

        IReadOnlyList<ChipDetection> found = decoder.Decode(scores, new float[441 * 4], 1, 0.5, 0.1)[0];

        Assert.Equal(400, found.Count);
        Assert.True(found.Zip(found.Skip(1)).All(pair => pair.First.Score >= pair.Second.Score));
        Assert.Equal(1 / (1 + Math.Exp(-(1 + (41 / 441.0)))), found[^1].Score, 1e-5);
    }

    [Fact]
    public void An_empty_answer_is_an_empty_list_for_each_chip()
    {
        SsdDecoder decoder = new(s_anchors, classes: 1, chipSize: 100);

        IReadOnlyList<ChipDetection>[] found = decoder.Decode(Enumerable.Repeat(-9f, 16).ToArray(), new float[32], 2, 0.5, 0.1);

        Assert.Equal(2, found.Length);
        Assert.All(found, Assert.Empty);
    }

    private static float[] Scores(params (float First, float Second)[] rows) => [.. rows.SelectMany(row => (float[])[0, row.First, row.Second])];

    private static double Sigmoid(double value) => 1 / (1 + Math.Exp(-value));
}
