using System.Numerics.Tensors;

namespace ArcLearn.Core.Inference;

/// <summary>
/// Test-time augmentation: a classifier that looks at each chip in the eight ways of turning and mirroring a square, in batches of the same shape, and gives the mean of the probabilities. It takes eight
/// times as long.
/// </summary>
/// <param name="inner">Freed with it.</param>
internal sealed class AugmentedScorer(IChipScorer inner, int bands, int chipSize) : IChipScorer
{
    private readonly int _length = bands * chipSize * chipSize;
    private readonly float[] _chips = new float[BatchSamples.Count(inner.BatchSize, bands, chipSize)];

    /// <summary>A model's scorer, augmented or as it is.</summary>
    public static IChipScorer Create(IChipModel model, int batchSize, LearnPrecision precision, bool isAugmented)
    {
        IChipScorer scorer = model.CreateScorer(batchSize, precision);
        return isAugmented ? new AugmentedScorer(scorer, model.Input.Bands, model.Input.ChipSize) : scorer;
    }

    public int BatchSize => inner.BatchSize;

    public Span<float> Place(int index) => _chips.AsSpan(index * _length, _length);

    public float[][] Score(int count) => Mean(chipSize, turn =>
    {
        for (int i = 0; i < count; i++)
        {
            turn.Apply(Place(i), inner.Place(i));
        }

        return inner.Score(count);
    });

    /// <summary>The mean of what is found in each of the eight turns.</summary>
    /// <param name="score">Probabilities of each chip in one turn, arrays that may be written to.</param>
    public static float[][] Mean(int chipSize, Func<SquareTurn, float[][]> score)
    {
        float[][] sums = score(new SquareTurn(0, chipSize));
        for (int copy = 1; copy < SquareTurn.Count; copy++)
        {
            foreach ((float[] sum, float[] found) in sums.Zip(score(new SquareTurn(copy, chipSize))))
            {
                TensorPrimitives.Add(sum, found, sum);
            }
        }

        foreach (float[] chip in sums)
        {
            TensorPrimitives.Divide(chip, SquareTurn.Count, chip);
        }

        return sums;
    }

    public void Dispose() => inner.Dispose();
}
