using ArcLearn.Core.Inference;

namespace ArcLearn.Tests.Unit.Inference;

/// <summary>What a classifier says of a chip in its eight turns.</summary>
public sealed class AugmentedScorerTests
{
    [Fact]
    public void The_mean_over_the_turns_counts_for_each_chip_by_itself()
    {
        CornerScorer inner = new();
        using AugmentedScorer scorer = new(inner, CornerScorer.Bands, CornerScorer.Side);
        float[] first = [1, 2, 3, 4, 10, 20, 30, 40];
        float[] second = [8, 0, 0, 0, 0, 0, 0, 80];
        first.CopyTo(scorer.Place(0));
        second.CopyTo(scorer.Place(1));

        float[][] found = scorer.Score(2);

        // Each pixel comes to the corner in two of the eight turns.
        Assert.Equal([[2.5f, 25], [2, 20]], found);
        Assert.Equal(SquareTurn.Count, inner.Calls);
        Assert.Equal(first, scorer.Place(0).ToArray());
    }

    /// <summary>Says of a chip what its first pixel has in its two bands.</summary>
    private sealed class CornerScorer : IChipScorer
    {
        public const int Bands = 2;
        public const int Side = 2;

        private const int Length = Bands * Side * Side;

        private readonly float[] _chips = new float[3 * Length];

        public int BatchSize => 3;

        public int Calls { get; private set; }

        public Span<float> Place(int index) => _chips.AsSpan(index * Length, Length);

        public float[][] Score(int count)
        {
            Calls++;
            return [.. Enumerable.Range(0, count).Select(i => new[] { Place(i)[0], Place(i)[Side * Side] })];
        }

        public void Dispose()
        {
        }
    }
}
