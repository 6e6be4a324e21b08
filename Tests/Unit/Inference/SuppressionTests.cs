using ArcLearn.Core.Inference;

namespace ArcLearn.Tests.Unit.Inference;

public class SuppressionTests
{
    [Theory]
    [InlineData(0.0)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(1.0)]
    public void Suppression_equals_brute_force_on_random_boxes(double maxOverlap)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            Detection[] boxes = RandomBoxes(300, seed);

            Assert.Equal(BruteForce(boxes, maxOverlap, acrossClasses: false), Suppression.WithinClasses(boxes, maxOverlap));
            Assert.Equal(BruteForce(boxes, maxOverlap, acrossClasses: true), Suppression.AcrossClasses(boxes, maxOverlap));
            Assert.Equal(
                BruteForce(BruteForce(boxes, maxOverlap, acrossClasses: false), maxOverlap, acrossClasses: true),
                Suppression.Apply(boxes, maxOverlap));
        }
    }

    [Fact]
    public void The_order_of_the_input_does_not_matter()
    {
        Detection[] boxes = RandomBoxes(500, 3);
        Detection[] shuffled = [.. boxes];
        new Random(9).Shuffle(shuffled);

        Assert.Equal(Suppression.Apply(boxes, 0.3), Suppression.Apply(shuffled, 0.3));
    }

    [Fact]
    public void Of_equal_scores_the_earlier_tile_then_the_earlier_index_stays()
    {
        Detection[] boxes =
        [
            new(0, 0, 10, 10, 0, 0.5f, Tile: 2, Index: 0),
            new(0, 0, 10, 10, 0, 0.5f, Tile: 1, Index: 4),
            new(0, 0, 10, 10, 0, 0.5f, Tile: 1, Index: 3),
        ];

        Assert.Equal([boxes[2]], Suppression.WithinClasses(boxes, 0.5));
    }

    [Fact]
    public void Classes_are_suppressed_apart_first_so_that_a_removed_box_removes_none_of_another_class()
    {
        Detection best = new(0, 0, 10, 10, 0, 0.9f, 0, 0);
        Detection removed = new(4, 0, 14, 10, 0, 0.8f, 0, 1);
        Detection other = new(8.5, 0, 18.5, 10, 1, 0.7f, 0, 2);

        Assert.Equal([best, other], Suppression.Apply([other, removed, best], 0.3));
    }

    [Fact]
    public void Boxes_that_only_touch_both_stay_with_an_overlap_of_zero()
    {
        Detection left = new(0, 0, 10, 10, 0, 0.9f, 0, 0);
        Detection right = new(10, 0, 20, 10, 0, 0.8f, 0, 1);

        Assert.Equal([left, right], Suppression.Apply([left, right], 0));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void An_overlap_that_is_no_ratio_is_refused(double maxOverlap)
    {
        LearnArgumentException error = Assert.Throws<LearnArgumentException>(() => Suppression.Apply([], maxOverlap));

        Assert.Equal("MaxOverlapRatio", error.Parameter);
    }

    private static Detection[] RandomBoxes(int count, int seed)
    {
        Random random = new(seed);
        Detection[] boxes = new Detection[count];
        for (int i = 0; i < count; i++)
        {
            // Sizes over five powers of ten, points and negative places among them, few distinct scores.
            double x = (random.NextDouble() * 200) - 20;
            double y = (random.NextDouble() * 200) - 20;
            double width = i % 50 == 0 ? 0 : Math.Pow(10, (random.NextDouble() * 5) - 2);
            double height = width * (0.2 + random.NextDouble());
            boxes[i] = new Detection(x, y, x + width, y + height, random.Next(3), random.Next(20) / 20f, random.Next(5), i);
        }

        return boxes;
    }

    private static Detection[] BruteForce(IEnumerable<Detection> boxes, double maxOverlap, bool acrossClasses)
    {
        List<Detection> kept = [];
        foreach (Detection box in boxes.OrderByDescending(box => box.Score).ThenBy(box => box.Tile).ThenBy(box => box.Index))
        {
            if (!kept.Exists(better => (acrossClasses || better.ClassIndex == box.ClassIndex) && Iou(better, box) > maxOverlap))
            {
                kept.Add(box);
            }
        }

        return [.. kept];
    }

    private static double Iou(Detection a, Detection b)
    {
        double shared = Math.Max(0, Math.Min(a.XMax, b.XMax) - Math.Max(a.XMin, b.XMin))
            * Math.Max(0, Math.Min(a.YMax, b.YMax) - Math.Max(a.YMin, b.YMin));
        double areas = ((a.XMax - a.XMin) * (a.YMax - a.YMin)) + ((b.XMax - b.XMin) * (b.YMax - b.YMin));
        return shared == 0 ? 0 : shared / (areas - shared);
    }
}
