using ArcLearn.Core.Data;

namespace ArcLearn.Tests.Unit.Training;

/// <summary>Chips of noise with one to three squares, each in the colour of its class, drawn from (seed, item).</summary>
internal sealed class SquaresData(int chipSize = 64, int training = 32, int validation = 16, int batchSize = 8, int seed = 5) : IDetectionData
{
    private static readonly float[][] s_colours = [[1, 0, 0], [0, 0, 1]];

    public IReadOnlyList<string> Paths { get; init; } = [Path.Combine(Path.GetTempPath(), "squares")];

    /// <summary>Whether the chips are noise alone.</summary>
    public bool IsEmpty { get; init; }

    public string DatasetType => "PASCAL_VOC_rectangles";

    public IReadOnlyList<ClassDefinition> Classes { get; init; } = [new(1, "red", [255, 0, 0]), new(2, "blue", [0, 0, 255])];

    public int ChipSize { get; } = chipSize;

    public int BatchSize { get; } = batchSize;

    public int Bands => 3;

    public int TrainingChips { get; } = training;

    public int ValidationChips { get; } = validation;

    public int DroppedChips => 0;

    public string Split => "Random";

    public int Seed { get; } = seed;

    public LearnTransform Transform => LearnTransform.None;

    public Normalization Normalization { get; } = new(1 / 255f, [0.5f, 0.5f, 0.5f], [0.25f, 0.25f, 0.25f], SampleType.UInt8);

    public int TrainingObjects { get; init; } = 1;

    public IReadOnlyList<(double Height, double Width)> ObjectSizes => [(20, 20)];

    public double? CellSize => 0.5;

    public IEnumerable<DetectionBatch> TrainingBatches(int epoch, CancellationToken cancel)
    {
        Random order = new((Seed * 1000) + epoch);
        int[] items = [.. Enumerable.Range(0, TrainingChips)];
        order.Shuffle(items);
        return items.Chunk(BatchSize).Where(chunk => chunk.Length == BatchSize).Select(Batch);
    }

    public IEnumerable<DetectionBatch> ValidationBatches(CancellationToken cancel) =>
        Enumerable.Range(TrainingChips, ValidationChips).Chunk(BatchSize).Select(Batch);

    public IEnumerable<DetectionBatch> AllBatches(CancellationToken cancel) =>
        Enumerable.Range(0, TrainingChips + ValidationChips).Chunk(BatchSize).Select(Batch);

    public ChipSample<DetectionBatch> Sample(ChipSampleRequest request, CancellationToken cancel)
    {
        int start = request.Side == ChipSide.Validation ? TrainingChips : 0;
        int end = request.Side == ChipSide.Training ? TrainingChips : TrainingChips + ValidationChips;
        int[] items = [.. Enumerable.Range(start, Math.Min(request.Count, end - start))];
        return new ChipSample<DetectionBatch>(Batch(items), [.. items.Select(item => $"{item}.tif")]);
    }

    /// <summary>A chip's raw samples, 0 to 255, <c>[3, size, size]</c>.</summary>
    public float[] Samples(int item) => Draw(item).Samples;

    private DetectionBatch Batch(int[] items)
    {
        int length = 3 * ChipSize * ChipSize;
        float[] images = new float[items.Length * length];
        BoxLabel[][] boxes = new BoxLabel[items.Length][];
        for (int i = 0; i < items.Length; i++)
        {
            (float[] samples, boxes[i]) = Draw(items[i]);
            for (int k = 0; k < length; k++)
            {
                int band = k / (ChipSize * ChipSize);
                images[(i * length) + k] = ((samples[k] * Normalization.Scale) - Normalization.Mean[band]) / Normalization.Deviation[band];
            }
        }

        return new DetectionBatch(items.Length, 3, ChipSize, images, boxes, items);
    }

    private (float[] Samples, BoxLabel[] Boxes) Draw(int item)
    {
        Random random = new((Seed * 100_000) + item);
        float[] samples = new float[3 * ChipSize * ChipSize];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = random.Next(80, 176);
        }

        // One square in one quarter: they do not overlap.
        int half = ChipSize / 2;
        int[] quarters = [0, 1, 2, 3];
        random.Shuffle(quarters);
        BoxLabel[] boxes = new BoxLabel[IsEmpty ? 0 : random.Next(1, 4)];
        for (int i = 0; i < boxes.Length; i++)
        {
            int side = random.Next(half / 2, half - 4);
            int top = (quarters[i] / 2 * half) + random.Next(0, half - side);
            int left = (quarters[i] % 2 * half) + random.Next(0, half - side);
            int label = random.Next(0, Classes.Count);
            Fill(samples, top, left, side, s_colours[label % s_colours.Length]);
            float size = ChipSize;
            boxes[i] = new BoxLabel(top / size, left / size, (top + side) / size, (left + side) / size, label + 1);
        }

        return (samples, boxes);
    }

    private void Fill(float[] samples, int top, int left, int side, float[] colour)
    {
        for (int band = 0; band < 3; band++)
        {
            for (int row = top; row < top + side; row++)
            {
                samples.AsSpan((((band * ChipSize) + row) * ChipSize) + left, side).Fill(20 + (220 * colour[band]));
            }
        }
    }
}
