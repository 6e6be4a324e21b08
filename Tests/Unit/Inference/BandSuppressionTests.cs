using ArcLearn.Core.Inference;

namespace ArcLearn.Tests.Unit.Inference;

public class BandSuppressionTests
{
    [Theory]
    [InlineData(0.0, true)]
    [InlineData(0.0, false)]
    [InlineData(0.1, true)]
    [InlineData(0.3, false)]
    [InlineData(0.7, false)]
    [InlineData(1.0, false)]
    public void Bands_of_any_height_keep_what_the_whole_keeps(double maxOverlap, bool isWithinClass)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            Detection[] boxes = Crowd(400, seed);
            Detection[] expected = isWithinClass ? Suppression.WithinClasses(boxes, maxOverlap) : Suppression.AcrossClasses(boxes, maxOverlap);

            foreach (double height in new[] { 3.0, 40, 1000 })
            {
                Assert.Equal(expected, Suppression.Rank(InBands(boxes, height, new BandSuppression(maxOverlap, isWithinClass))));
            }
        }
    }

    [Fact]
    public void A_chain_down_the_whole_raster_waits_for_its_best_box()
    {
        // Each box overlaps the next, which is better: only the last one decides about all.
        Detection[] chain = [.. Enumerable.Range(0, 501).Select(i => new Detection(0, i * 6, 10, (i * 6) + 10, 0, 0.1f + (i / 1000f), i, 0))];
        BandSuppression suppression = new(0.1, isWithinClass: false);

        Detection[] kept = Suppression.Rank(InBands(chain, 20, suppression));

        Assert.Equal(chain.Where((_, i) => i % 2 == 0).Reverse(), kept);
        Assert.Equal(501, suppression.Peak);
    }

    [Fact]
    public void Only_boxes_near_the_frontier_are_held()
    {
        Detection[] boxes = [.. Enumerable.Range(0, 20_000).Select(i => new Detection(i % 10 * 20, i / 10 * 5, (i % 10 * 20) + 15, (i / 10 * 5) + 12, 0, (i * 7919 % 1000) / 1000f, i, 0))];
        BandSuppression suppression = new(0.2, isWithinClass: true);

        Assert.Equal(Suppression.WithinClasses(boxes, 0.2), Suppression.Rank(InBands(boxes, 50, suppression)));
        Assert.InRange(suppression.Peak, 1, 1000);
    }

    private static List<Detection> InBands(Detection[] boxes, double height, BandSuppression suppression)
    {
        List<Detection> kept = [];
        Detection[] ordered = [.. boxes.OrderBy(box => box.YMin)];
        double reached = double.NegativeInfinity;
        for (int at = 0; at < ordered.Length;)
        {
            double end = ordered[at].YMin + height;
            for (; at < ordered.Length && ordered[at].YMin < end; at++)
            {
                suppression.Add(ordered[at]);
            }

            double next = suppression.Advance(at < ordered.Length ? ordered[at].YMin : double.PositiveInfinity, box =>
            {
                // Nothing may come above what was promised.
                Assert.True(box.YMin >= reached || double.IsNegativeInfinity(reached));
                kept.Add(box);
            });
            Assert.True(next >= reached);
            reached = next;
        }

        return kept;
    }

    private static Detection[] Crowd(int count, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            (double x, double y) = (random.NextDouble() * 150, random.NextDouble() * 400);
            double side = random.Next(10) == 0 ? 20 + (random.NextDouble() * 150) : 3 + (random.NextDouble() * 20);

            // Few scores, so that tile and index decide too.
            return new Detection(x, y, x + (side * (0.5 + random.NextDouble())), y + side, random.Next(3), random.Next(20) / 20f, random.Next(50), i);
        })];
    }
}
