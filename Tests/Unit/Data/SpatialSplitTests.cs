using ArcLearn.Core.Data;
using NetTopologySuite.Geometries;

namespace ArcLearn.Tests.Unit.Data;

public class SpatialSplitTests
{
    [Theory]
    [InlineData(36, 36, 0.5, 0.2, 1)]
    [InlineData(36, 36, 0.5, 0.1, 2)]
    [InlineData(20, 20, 1.0, 0.2, 3)]
    [InlineData(12, 12, 0.5, 0.2, 4)]
    [InlineData(40, 3, 0.5, 0.15, 5)]
    [InlineData(30, 30, 0.25, 0.3, 6)]
    [InlineData(3, 3, 0.5, 0.2, 7)]
    [InlineData(2, 1, 1.0, 0.1, 8)]
    public void No_training_chip_overlaps_a_validation_chip(int columns, int rows, double stride, double fraction, int seed)
    {
        Footprint[] chips = Grid(columns, rows, stride);

        ChipSplit split = SpatialSplit.Split(chips, fraction, seed);

        AssertApart(chips, split);
        Assert.Equal(chips.Length, split.Training.Length + split.Validation.Length + split.Dropped);
        Assert.Equal(ChipSplit.Target(chips.Length, fraction), split.Validation.Length, tolerance: Math.Max(1, 0.3 * chips.Length * fraction));
        Assert.True(split.Training.Length > 0.3 * chips.Length, $"{split.Training.Length} of {chips.Length} are left to train on.");
    }

    [Fact]
    public void Chips_that_only_touch_cost_none()
    {
        Assert.Equal(0, SpatialSplit.Split(Grid(20, 20, 1), 0.2, 3).Dropped);
    }

    [Fact]
    public void Whole_rasters_go_to_one_side_where_the_share_allows()
    {
        // Ten rasters of 3 × 3 overlapping chips: two of them are the fifth that is asked for.
        Footprint[] chips = [.. Enumerable.Range(0, 10).SelectMany(i => Grid(3, 3, 0.5, offset: i * 1000))];

        ChipSplit split = SpatialSplit.Split(chips, 0.2, 11);

        Assert.Equal((18, 72, 0), (split.Validation.Length, split.Training.Length, split.Dropped));
        Assert.Equal(2, split.Validation.Select(i => i / 9).Distinct().Count());
    }

    [Fact]
    public void The_same_seed_gives_the_same_split_and_another_a_different_one()
    {
        Footprint[] chips = Grid(30, 30, 0.5);

        Assert.Equal(SpatialSplit.Split(chips, 0.2, 1).Validation, SpatialSplit.Split(chips, 0.2, 1).Validation);
        Assert.NotEqual(SpatialSplit.Split(chips, 0.2, 1).Validation, SpatialSplit.Split(chips, 0.2, 2).Validation);
    }

    [Theory]
    [InlineData(0, 16, 0)]
    [InlineData(1, 0, 16)]
    public void Nothing_and_all_are_fractions_too(double fraction, int training, int validation)
    {
        ChipSplit split = SpatialSplit.Split(Grid(4, 4, 0.5), fraction, 1);

        Assert.Equal((training, validation, 0), (split.Training.Length, split.Validation.Length, split.Dropped));
    }

    [Fact]
    public void Chips_in_one_place_cannot_be_split()
    {
        Footprint[] chips = [.. Enumerable.Repeat(Grid(1, 1, 1)[0], 6)];

        LearnDataException error = Assert.Throws<LearnDataException>(() => SpatialSplit.Split(chips, 0.2, 1));
        Assert.Equal("SplitImpossible", error.Id);
        Assert.Contains("-Split Random", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_place_in_another_crs_is_another_place()
    {
        Footprint[] here = Grid(3, 1, 0.5);
        Footprint[] chips = [.. here, .. here.Select(f => f with { Space = "EPSG:2" })];

        ChipSplit split = SpatialSplit.Split(chips, 0.5, 1);

        Assert.Equal((3, 3, 0), (split.Validation.Length, split.Training.Length, split.Dropped));
    }

    [Fact]
    public void A_random_split_draws_the_share_and_depends_on_the_seed_alone()
    {
        ChipSplit split = ChipSplit.Random(50, 0.2, 7);

        Assert.Equal((40, 10, 0), (split.Training.Length, split.Validation.Length, split.Dropped));
        Assert.Equal(Enumerable.Range(0, 50), split.Training.Concat(split.Validation).Order());
        Assert.Equal(split.Validation, ChipSplit.Random(50, 0.2, 7).Validation);
        Assert.NotEqual(split.Validation, ChipSplit.Random(50, 0.2, 8).Validation);
    }

    private static Footprint[] Grid(int columns, int rows, double stride, double offset = 0) =>
    [
        .. Enumerable.Range(0, columns * rows).Select(i =>
        {
            (double x, double y) = (offset + (i % columns * stride * 10), i / columns * stride * 10);
            return new Footprint("EPSG:1", new Envelope(x, x + 10, y, y + 10));
        }),
    ];

    private static void AssertApart(Footprint[] chips, ChipSplit split)
    {
        foreach (int v in split.Validation)
        {
            foreach (int t in split.Training)
            {
                Envelope shared = chips[v].Bounds!.Intersection(chips[t].Bounds);
                Assert.True(shared.IsNull || shared.Area < 1e-6, $"Chips {t} and {v} overlap.");
            }
        }
    }
}
