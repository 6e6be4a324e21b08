using ArcLearn.Core.Inference;

namespace ArcLearn.Benchmarks.Engine;

/// <summary>A stand-in for a model: each cell of 16 pixels whose first band is bright is an object. What is measured is the engine around it.</summary>
internal sealed class SquareBackend(int chipSize, int batchSize) : IDetectionBackend
{
    private const int Cell = 16;

    public int BatchSize => batchSize;

    public int ChipSize => chipSize;

    public int Bands => 3;

    public SampleType SampleType => SampleType.UInt8;

    public IReadOnlyList<ClassDefinition> Classes { get; } = [new(1, "square", [255, 0, 0])];

    public long BytesPerReplica => 0;

    public IDetectionReplica CreateReplica() => new Replica(this);

    public void Dispose()
    {
    }

    private List<ChipDetection> Find(ReadOnlySpan<float> band)
    {
        List<ChipDetection> found = [];
        for (int row = 0; row < chipSize; row += Cell)
        {
            for (int column = 0; column < chipSize; column += Cell)
            {
                float value = band[((row + (Cell / 2)) * chipSize) + column + (Cell / 2)];
                if (value >= 200)
                {
                    found.Add(new ChipDetection(column, row, column + Cell, row + Cell, 0, value / 256));
                }
            }
        }

        return found;
    }

    private sealed class Replica(SquareBackend backend) : IDetectionReplica
    {
        public IReadOnlyList<ChipDetection>[] Detect(float[] samples)
        {
            int chip = backend.ChipSize * backend.ChipSize * backend.Bands;
            return [.. Enumerable.Range(0, backend.BatchSize).Select(i => backend.Find(samples.AsSpan(i * chip, backend.ChipSize * backend.ChipSize)))];
        }

        public void Dispose()
        {
        }
    }
}
