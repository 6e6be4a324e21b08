namespace ArcLearn.Core.Inference;

/// <summary>
/// Test-time augmentation: a detector that looks at each chip in the eight ways of turning and mirroring a square, in batches of the same shape, and joins
/// what it found (<see cref="CopyJoin"/>). It takes eight times as long.
/// </summary>
internal sealed class AugmentedBackend(IDetectionBackend inner, double threshold, double overlap) : IDetectionBackend
{
    /// <summary>The part of the threshold that a copy's detection needs: one that is missed there counts as 0 in the mean, so that weak ones must be seen.</summary>
    public const double ThresholdShare = 0.25;

    public int BatchSize => inner.BatchSize;

    public int ChipSize => inner.ChipSize;

    public int Bands => inner.Bands;

    public SampleType SampleType => inner.SampleType;

    public IReadOnlyList<ClassDefinition> Classes => inner.Classes;

    public long BytesPerReplica => inner.BytesPerReplica + CopyBytes(BatchSize, Bands, ChipSize);

    /// <summary>What a replica holds beside the inner one's: a turned batch.</summary>
    public static long CopyBytes(int batchSize, int bands, int chipSize) => (long)batchSize * bands * chipSize * chipSize * sizeof(float);

    public IDetectionReplica CreateReplica() => new Replica(this, inner.CreateReplica());

    public void Dispose() => inner.Dispose();

    private sealed class Replica(AugmentedBackend backend, IDetectionReplica replica) : IDetectionReplica
    {
        private readonly float[] _turned = new float[BatchSamples.Count(backend.BatchSize, backend.Bands, backend.ChipSize)];

        public IReadOnlyList<ChipDetection>[] Detect(float[] samples)
        {
            List<CopyDetection>[] found = [.. Enumerable.Range(0, backend.BatchSize).Select(_ => new List<CopyDetection>())];
            for (int copy = 0; copy < SquareTurn.Count; copy++)
            {
                SquareTurn turn = new(copy, backend.ChipSize);
                turn.Apply(samples, _turned);
                IReadOnlyList<ChipDetection>[] answers = replica.Detect(_turned);
                for (int i = 0; i < found.Length; i++)
                {
                    found[i].AddRange(answers[i].Select(box => new CopyDetection(turn.Back(box), copy)));
                }
            }

            return [.. found.Select(chip => CopyJoin.Join(chip, SquareTurn.Count, backend.Threshold, backend.Overlap))];
        }

        public void Dispose() => replica.Dispose();
    }

    private double Threshold => threshold;

    private double Overlap => overlap;
}
