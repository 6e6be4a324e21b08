using ArcLearn.Core.Inference;

namespace ArcLearn.Tests.Unit.Inference;

/// <summary>
/// A detector by formula: every connected patch of a value of 100 or more is an object, its class the value − 100, its box the patch's, moved by
/// up to <see cref="Jitter"/> pixels depending on where in the chip it lies, as a network's is.
/// </summary>
internal sealed class BlobBackend(int chipSize, int batchSize = 4, int bands = 1) : IDetectionBackend
{
    private int _calls;

    public int BatchSize => batchSize;

    public int ChipSize => chipSize;

    public int Bands => bands;

    public SampleType SampleType { get; init; }

    public IReadOnlyList<ClassDefinition> Classes { get; init; } = [new(1, "car", [255, 0, 0]), new(7, "tree", [0, 160, 0])];

    public long BytesPerReplica => 1;

    public float Jitter { get; init; } = 0.7f;

    public int Replicas { get; private set; }

    public int Disposed { get; private set; }

    public int Calls => _calls;

    /// <summary>Changes or replaces what is answered for a chip.</summary>
    public Func<ChipDetection, ChipDetection>? Change { get; init; }

    /// <summary>Called before each batch.</summary>
    public Action<float[]>? OnDetect { get; init; }

    public IDetectionReplica CreateReplica()
    {
        lock (this)
        {
            Replicas++;
        }

        return new Replica(this);
    }

    public void Dispose()
    {
    }

    private List<ChipDetection> Find(ReadOnlySpan<float> chip)
    {
        List<ChipDetection> found = [];
        bool[] seen = new bool[chipSize * chipSize];
        for (int i = 0; i < seen.Length; i++)
        {
            if (chip[i] >= 100 && !seen[i])
            {
                (int left, int top, int right, int bottom, int area) = Trace(chip, seen, i);
                float dx = Jitter * (((left * 7) + top) % 5 - 2) / 2;
                float dy = Jitter * (((top * 7) + left) % 5 - 2) / 2;
                float score = 0.5f + (0.45f * area / (area + 50f)) + (((left + top) % 16) / 512f);
                ChipDetection box = new(left + dx, top + dy, right + dx, bottom + dy, (int)chip[i] - 100, score);
                found.Add(Change?.Invoke(box) ?? box);
            }
        }

        return found;
    }

    private (int Left, int Top, int Right, int Bottom, int Area) Trace(ReadOnlySpan<float> chip, bool[] seen, int start)
    {
        (int left, int top, int right, int bottom, int area) = (chipSize, chipSize, 0, 0, 0);
        Stack<int> open = new([start]);
        seen[start] = true;
        while (open.TryPop(out int at))
        {
            (int row, int column) = Math.DivRem(at, chipSize);
            (left, top, right, bottom) = (Math.Min(left, column), Math.Min(top, row), Math.Max(right, column + 1), Math.Max(bottom, row + 1));
            area++;
            foreach ((int c, int r) in new[] { (column - 1, row), (column + 1, row), (column, row - 1), (column, row + 1) })
            {
                int next = (r * chipSize) + c;
                if (c >= 0 && r >= 0 && c < chipSize && r < chipSize && !seen[next] && chip[next] == chip[start])
                {
                    seen[next] = true;
                    open.Push(next);
                }
            }
        }

        return (left, top, right, bottom, area);
    }

    private sealed class Replica(BlobBackend owner) : IDetectionReplica
    {
        private int _busy;

        public IReadOnlyList<ChipDetection>[] Detect(float[] samples)
        {
            Assert.Equal(0, Interlocked.Exchange(ref _busy, 1));
            int length = owner.Bands * owner.ChipSize * owner.ChipSize;
            Assert.Equal(owner.BatchSize * length, samples.Length);
            _ = Interlocked.Increment(ref owner._calls);
            owner.OnDetect?.Invoke(samples);
            IReadOnlyList<ChipDetection>[] answer = new IReadOnlyList<ChipDetection>[owner.BatchSize];
            for (int i = 0; i < answer.Length; i++)
            {
                answer[i] = owner.Find(samples.AsSpan(i * length, length));
            }

            _busy = 0;
            return answer;
        }

        public void Dispose()
        {
            lock (owner)
            {
                owner.Disposed++;
            }
        }
    }
}
