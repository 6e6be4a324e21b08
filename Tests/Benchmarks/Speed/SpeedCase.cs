using ArcLearn.Core.Data;

namespace ArcLearn.Benchmarks.Speed;

/// <summary>The network and the batch that are measured.</summary>
internal sealed record SpeedCase(string Backbone, int Chip, int Batch, IReadOnlyList<int> Grids, int Classes, int Threads)
{
    public override string ToString() => $"SSD {Backbone}, {Batch} chips of {Chip} px, grids {string.Join(", ", Grids)}, {Threads} threads";
}

/// <summary>Chips of noise that lie ready in memory: what is measured is the step alone.</summary>
internal sealed class ReadyData : IDetectionData
{
    private readonly float[] _images;
    private readonly BoxLabel[][] _boxes;

    public ReadyData(SpeedCase of, int steps)
    {
        (ChipSize, BatchSize, TrainingChips) = (of.Chip, of.Batch, of.Batch * steps);
        Classes = [.. Enumerable.Range(1, of.Classes).Select(value => new ClassDefinition(value, $"class{value}", [0, 0, 0]))];
        Random random = new(1);
        _images = new float[of.Batch * 3 * of.Chip * of.Chip];
        for (int i = 0; i < _images.Length; i++)
        {
            _images[i] = (random.NextSingle() * 4) - 2;
        }

        _boxes = [.. Enumerable.Range(0, of.Batch).Select(_ => Enumerable.Range(0, 6).Select(i =>
        {
            (float y, float x) = (random.NextSingle() * 0.7f, random.NextSingle() * 0.7f);
            return new BoxLabel(y, x, y + 0.25f, x + 0.25f, (i % of.Classes) + 1);
        }).ToArray())];
    }

    /// <summary>A new one each time, of the same arrays: whoever takes it disposes it.</summary>
    public DetectionBatch Batch => new(BatchSize, Bands, ChipSize, _images, _boxes, [.. Enumerable.Range(0, BatchSize)]);

    public IReadOnlyList<string> Paths => [Path.GetTempPath()];

    public string DatasetType => "noise";

    public IReadOnlyList<ClassDefinition> Classes { get; }

    public int ChipSize { get; }

    public int BatchSize { get; }

    public int Bands => 3;

    public int TrainingChips { get; }

    public int ValidationChips => 0;

    public int DroppedChips => 0;

    public string Split => "Random";

    public int Seed => 1;

    public Normalization Normalization { get; } = new(1, [0, 0, 0], [1, 1, 1], SampleType.UInt8);

    public int TrainingObjects => TrainingChips * 6;

    public IReadOnlyList<(double Height, double Width)> ObjectSizes => [(20, 20)];

    public LearnTransform Transform => LearnTransform.None;

    public double? CellSize => null;

    public IEnumerable<DetectionBatch> TrainingBatches(int epoch, CancellationToken cancel) => Enumerable.Range(0, TrainingChips / BatchSize).Select(_ => Batch);

    public IEnumerable<DetectionBatch> ValidationBatches(CancellationToken cancel) => [];

    public IEnumerable<DetectionBatch> AllBatches(CancellationToken cancel) => [];

    public ChipSample<DetectionBatch> Sample(ChipSampleRequest request, CancellationToken cancel) => new(Batch, [.. Enumerable.Repeat("noise", BatchSize)]);
}
