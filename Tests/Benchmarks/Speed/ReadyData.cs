using ArcLearn.Core.Data;

namespace ArcLearn.Benchmarks.Speed;

/// <summary>Chips of noise that lie ready in memory: what is measured is the step alone.</summary>
internal abstract class ReadyData<TBatch> : IChipData<TBatch>
    where TBatch : LearnBatch
{
    protected ReadyData(SpeedCase of, int steps)
    {
        (ChipSize, BatchSize, TrainingChips) = (of.Chip, of.Batch, of.Batch * steps);
        Classes = [.. Enumerable.Range(1, of.Classes).Select(value => new ClassDefinition(value, $"class{value}", [0, 0, 0]))];
        Images = new float[of.Batch * 3 * of.Chip * of.Chip];
        for (int i = 0; i < Images.Length; i++)
        {
            Images[i] = (Random.NextSingle() * 4) - 2;
        }
    }

    /// <summary>A new one each time, of the same arrays: whoever takes it disposes it.</summary>
    public abstract TBatch Batch { get; }

    public float[] Images { get; }

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

    public LearnTransform Transform => LearnTransform.None;

    public double? CellSize => null;

    protected Random Random { get; } = new(1);

    protected int[] Items => [.. Enumerable.Range(0, BatchSize)];

    public IEnumerable<TBatch> TrainingBatches(int epoch, CancellationToken cancel) => Enumerable.Range(0, TrainingChips / BatchSize).Select(_ => Batch);

    public IEnumerable<TBatch> ValidationBatches(CancellationToken cancel) => [];

    public IEnumerable<TBatch> AllBatches(CancellationToken cancel) => [];

    public ChipSample<TBatch> Sample(ChipSampleRequest request, CancellationToken cancel) => new(Batch, [.. Enumerable.Repeat("noise", BatchSize)]);
}

/// <summary>Noise with six boxes a chip.</summary>
internal sealed class ReadyBoxes : ReadyData<DetectionBatch>, IDetectionData
{
    private const int Boxes = 6;

    private readonly BoxLabel[][] _boxes;

    public ReadyBoxes(SpeedCase of, int steps)
        : base(of, steps) => _boxes = [.. Enumerable.Range(0, of.Batch).Select(_ => Enumerable.Range(0, Boxes).Select(i =>
        {
            (float y, float x) = (Random.NextSingle() * 0.7f, Random.NextSingle() * 0.7f);
            return new BoxLabel(y, x, y + 0.25f, x + 0.25f, (i % of.Classes) + 1);
        }).ToArray())];

    public override DetectionBatch Batch => new(BatchSize, Bands, ChipSize, Images, _boxes, Items);

    public int TrainingObjects => TrainingChips * Boxes;

    public IReadOnlyList<(double Height, double Width)> ObjectSizes => [(20, 20)];
}

/// <summary>Noise with a class for each chip.</summary>
internal sealed class ReadyImages(SpeedCase of, int steps) : ReadyData<ImageClassBatch>(of, steps), IImageClassData
{
    public override ImageClassBatch Batch => new(BatchSize, Bands, ChipSize, Images, [.. Items.Select(item => new[] { item % Classes.Count })], Items);

    public bool IsMultiLabel => false;

    public IReadOnlyList<int> TrainingImagesPerClass => [.. Classes.Select(_ => TrainingChips)];

    public IEnumerable<ImageClassBatch> TrainingViews(int most, int view, CancellationToken cancel) => TrainingBatches(epoch: 0, cancel).Take(most / BatchSize);
}

/// <summary>Noise with a class for each pixel.</summary>
internal sealed class ReadyMasks : ReadyData<PixelBatch>, IPixelData
{
    private readonly int[] _labels;

    public ReadyMasks(SpeedCase of, int steps)
        : base(of, steps) => _labels = [.. Enumerable.Range(0, of.Batch * of.Chip * of.Chip).Select(_ => Random.Next(of.Classes + 1))];

    public override PixelBatch Batch => new(BatchSize, Bands, ChipSize, Images, _labels, null, Items);

    public IReadOnlyList<long> TrainingPixels => [.. Enumerable.Repeat(1L, Classes.Count + 1)];

    public IReadOnlyList<long> ValidationPixels => TrainingPixels;
}
