using ArcLearn.Core.Inference;

namespace ArcLearn.Tests.Unit.Inference;

/// <summary>
/// A pixel classifier by formula: the class of a pixel is the value of its first band modulo the number of scores. Within <see cref="Edge"/> pixels of the chip's border it is the next one, as a
/// network errs where it sees little around a pixel; how sure it is depends on the value.
/// </summary>
internal sealed class FormulaBackend(int chipSize, int batchSize = 4, int bands = 1) : IPixelBackend
{
    private int _calls;

    public int BatchSize => batchSize;

    public int ChipSize => chipSize;

    public int Bands => bands;

    public SampleType SampleType { get; init; }

    public IReadOnlyList<ClassDefinition> Classes { get; init; } = [new(1, "water", [0, 0, 255]), new(7, "forest", [0, 160, 0]), new(40, "town", [-1, -1, -1])];

    public long BytesPerReplica => 1;

    public int Edge { get; init; } = 3;

    public int Calls => _calls;

    /// <summary>Called before each batch.</summary>
    public Action<float[]>? OnScore { get; init; }

    public IPixelReplica CreateReplica() => new Replica(this);

    public void Dispose()
    {
    }

    /// <summary>The scores of a pixel, by its value and whether it lies at the chip's border.</summary>
    public static void Scores(float value, bool isAtEdge, Span<float> scores)
    {
        scores.Fill(0);
        int channel = float.IsNaN(value) ? 0 : (int)Math.Abs(value) % scores.Length;
        scores[channel] = 1 + (value % 7 / 4);
        if (isAtEdge)
        {
            scores[(channel + 1) % scores.Length] = 1.5f + (value % 5 / 3);
        }
    }

    private sealed class Replica(FormulaBackend owner) : IPixelReplica
    {
        private int _busy;

        public void Score(float[] samples, float[] scores)
        {
            Assert.Equal(0, Interlocked.Exchange(ref _busy, 1));
            int side = owner.ChipSize;
            int channels = owner.Classes.Count + 1;
            Assert.Equal(owner.BatchSize * owner.Bands * side * side, samples.Length);
            Assert.Equal(owner.BatchSize * channels * side * side, scores.Length);
            _ = Interlocked.Increment(ref owner._calls);
            owner.OnScore?.Invoke(samples);
            Span<float> pixel = stackalloc float[channels];
            for (int chip = 0; chip < owner.BatchSize; chip++)
            {
                for (int row = 0; row < side; row++)
                {
                    for (int column = 0; column < side; column++)
                    {
                        bool isAtEdge = Math.Min(Math.Min(row, column), side - 1 - Math.Max(row, column)) < owner.Edge;
                        Scores(samples[(((chip * owner.Bands * side) + row) * side) + column], isAtEdge, pixel);
                        for (int channel = 0; channel < channels; channel++)
                        {
                            scores[(((((chip * channels) + channel) * side) + row) * side) + column] = pixel[channel];
                        }
                    }
                }
            }

            _busy = 0;
        }

        public void Dispose()
        {
        }
    }
}
