using ArcLearn.Core.Inference;

namespace ArcLearn.Benchmarks.Engine;

/// <summary>A stand-in for a pixel classifier: the class of a pixel follows from its first band, so that noise stays noise. What is measured is the engine around it.</summary>
internal sealed class BandBackend(int chipSize, int batchSize) : IPixelBackend
{
    private const int Step = 11;

    public int BatchSize => batchSize;

    public int ChipSize => chipSize;

    public int Bands => 3;

    public SampleType SampleType => SampleType.UInt8;

    public IReadOnlyList<ClassDefinition> Classes { get; } = [.. Enumerable.Range(1, 6).Select(value => new ClassDefinition(value, $"class {value}", [40 * value, 255 - (40 * value), 99]))];

    public long BytesPerReplica => 0;

    public IPixelReplica CreateReplica() => new Replica(this);

    public void Dispose()
    {
    }

    private sealed class Replica(BandBackend backend) : IPixelReplica
    {
        public void Score(float[] samples, float[] scores)
        {
            int area = backend.ChipSize * backend.ChipSize;
            int channels = backend.Classes.Count + 1;
            Array.Clear(scores);
            for (int chip = 0; chip < backend.BatchSize; chip++)
            {
                ReadOnlySpan<float> band = samples.AsSpan(chip * backend.Bands * area, area);
                Span<float> found = scores.AsSpan(chip * channels * area, channels * area);
                for (int i = 0; i < area; i++)
                {
                    found[((int)band[i] / Step % channels * area) + i] = 3;
                }
            }
        }

        public void Dispose()
        {
        }
    }
}
