using System.Numerics.Tensors;

namespace ArcLearn.Core.Inference;

/// <summary>
/// Test-time augmentation: a pixel classifier that looks at each chip in the eight ways of turning and mirroring a square, in batches of the same shape, and answers
/// with the mean of the probabilities. It takes eight times as long.
/// </summary>
internal sealed class AugmentedPixelBackend(IPixelBackend inner) : IPixelBackend
{
    public int BatchSize => inner.BatchSize;

    public int ChipSize => inner.ChipSize;

    public int Bands => inner.Bands;

    public SampleType SampleType => inner.SampleType;

    public IReadOnlyList<ClassDefinition> Classes => inner.Classes;

    public long BytesPerReplica => inner.BytesPerReplica + CopyBytes(BatchSize, Bands, Classes.Count + 1, ChipSize);

    /// <summary>What a replica holds beside the inner one's: a turned batch, its scores, and a chip's scores turned back.</summary>
    public static long CopyBytes(int batchSize, int bands, int channels, int chipSize) =>
        (((long)batchSize * (bands + channels)) + channels) * chipSize * chipSize * sizeof(float);

    public IPixelReplica CreateReplica() => new Replica(this, inner.CreateReplica());

    public void Dispose() => inner.Dispose();

    private sealed class Replica : IPixelReplica
    {
        private readonly AugmentedPixelBackend _backend;
        private readonly IPixelReplica _replica;
        private readonly PixelScores _math;
        private readonly float[] _turned;
        private readonly float[] _scores;
        private readonly float[] _back;

        public Replica(AugmentedPixelBackend backend, IPixelReplica replica)
        {
            int area = backend.ChipSize * backend.ChipSize;
            int channels = backend.Classes.Count + 1;
            (_backend, _replica, _math) = (backend, replica, new PixelScores(channels, area, first: 0));
            _turned = new float[backend.BatchSize * backend.Bands * area];
            _scores = new float[backend.BatchSize * channels * area];
            _back = new float[channels * area];
        }

        /// <summary>Logarithms of the mean probabilities: their softmax is those again.</summary>
        public void Score(float[] samples, float[] scores)
        {
            int area = _backend.ChipSize * _backend.ChipSize;
            Array.Clear(scores);
            for (int copy = 0; copy < SquareTurn.Count; copy++)
            {
                SquareTurn turn = new(copy, _backend.ChipSize);
                turn.Apply(samples, _turned);
                _replica.Score(_turned, _scores);
                for (int chip = 0; chip < scores.Length; chip += _back.Length)
                {
                    turn.Undo(_scores.AsSpan(chip, _back.Length), _back);
                    _math.Share(_back, area, 0, area, _back);
                    Span<float> sums = scores.AsSpan(chip, _back.Length);
                    TensorPrimitives.Add(sums, _back, sums);
                }
            }

            // A probability too small for a number has no logarithm.
            TensorPrimitives.Divide(scores, SquareTurn.Count, scores);
            TensorPrimitives.Max(scores, float.Epsilon, scores);
            TensorPrimitives.Log(scores, scores);
        }

        public void Dispose() => _replica.Dispose();
    }
}
