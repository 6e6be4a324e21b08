using ArcLearn.Core.Inference;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Tests.Unit.Inference;

public sealed class AugmentedPixelTests
{
    private const int Side = 5;

    [Fact]
    public void Turning_back_undoes_each_turn()
    {
        float[] square = [.. Enumerable.Range(0, 2 * Side * Side).Select(i => (float)i)];
        float[] turned = new float[square.Length];
        float[] back = new float[square.Length];
        HashSet<string> seen = [];
        for (int number = 0; number < SquareTurn.Count; number++)
        {
            SquareTurn turn = new(number, Side);
            turn.Apply(square, turned);
            turn.Undo(turned, back);
            Assert.Equal(square, back);
            Assert.True(seen.Add(string.Join(' ', turned)));
        }
    }

    [Fact]
    public void The_answer_is_the_mean_of_the_probabilities_of_all_eight_turns()
    {
        // A classifier that sees the left half of a chip as the first class, whatever is there, and the rest as the second: turned about, it sees the other half so.
        using AugmentedPixelBackend backend = new(new HalfBackend());
        using IPixelReplica replica = backend.CreateReplica();
        float[] scores = new float[2 * 3 * 16];

        replica.Score(new float[2 * 16], scores);

        PixelScores math = new(3, 16, 0);
        math.Share(scores.AsSpan(48, 48), 16, 0, 16, scores.AsSpan(48, 48));

        // In four of eight turns the left half stays left or becomes it; in four the upper or lower one does.
        double strong = Math.Exp(4) / (Math.Exp(4) + 2);
        double weak = 1 / (Math.Exp(4) + 2);
        for (int i = 0; i < 16; i++)
        {
            Assert.Equal((strong + weak) / 2, scores[48 + 16 + i], 5);
            Assert.Equal(weak, scores[48 + i], 5);
        }
    }

    [Fact]
    public void Probabilities_add_up_to_one_and_percents_are_whole()
    {
        float[] scores = [1, 80, -3, 2, 80, 90, 0, -200, 94];
        PixelScores math = new(3, 3, first: 1);
        ushort[] places = new ushort[3];
        math.Choose(scores, 3, 0, places);
        Assert.Equal([1, 1, 2], places);
        math.Share(scores, 3, 0, 3, scores);
        Assert.Equal([0f, 0, 0], scores[..3]);
        Assert.All(Enumerable.Range(0, 3), i => Assert.Equal(1, scores[3 + i] + scores[6 + i], 5));
        Assert.Equal(((byte)0, (byte)100, (byte)50, (byte)1), (PixelScores.Percent(0), PixelScores.Percent(1), PixelScores.Percent(0.5f), PixelScores.Percent(0.005f)));
    }

    private sealed class HalfBackend : IPixelBackend
    {
        public int BatchSize => 2;

        public int ChipSize => 4;

        public int Bands => 1;

        public SampleType SampleType => SampleType.UInt8;

        public IReadOnlyList<ClassDefinition> Classes => [new(1, "left", []), new(2, "right", [])];

        public long BytesPerReplica => 1;

        public IPixelReplica CreateReplica() => new Replica();

        public void Dispose()
        {
        }

        private sealed class Replica : IPixelReplica
        {
            public void Score(float[] samples, float[] scores)
            {
                for (int i = 0; i < scores.Length; i++)
                {
                    int channel = i / 16 % 3;
                    scores[i] = channel == (i % 4 < 2 ? 1 : 2) ? 4 : 0;
                }
            }

            public void Dispose()
            {
            }
        }
    }
}
