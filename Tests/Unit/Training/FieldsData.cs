using ArcLearn.Core.Data;

namespace ArcLearn.Tests.Unit.Training;

/// <summary>Chips of two fields, each in the colours of its class, with a strip of unknown ground between, drawn from (seed, item).</summary>
internal sealed class FieldsData(int chipSize = 32, int training = 16, int validation = 8, int batchSize = 4, int seed = 5, int bands = 3) : IPixelData
{
    public IReadOnlyList<string> Paths { get; init; } = [Path.Combine(Path.GetTempPath(), "fields")];

    public string DatasetType => "Classified_Tiles";

    public IReadOnlyList<ClassDefinition> Classes { get; init; } = [new(1, "wheat", [200, 180, 20]), new(7, "forest", [0, 100, 0])];

    /// <summary>Whether no pixel has a label.</summary>
    public bool IsEmpty { get; init; }

    /// <summary>Whether no pixel of the validation chips has one.</summary>
    public bool IsValidationEmpty { get; init; }

    /// <summary>Whether the files of the validation chips are gone.</summary>
    public bool IsUnreadable { get; init; }

    public int ChipSize { get; } = chipSize;

    public int BatchSize { get; } = batchSize;

    public int Bands { get; } = bands;

    public int TrainingChips { get; } = training;

    public int ValidationChips { get; } = validation;

    public int DroppedChips => 0;

    public string Split => "Random";

    public int Seed { get; } = seed;

    public LearnTransform Transform => LearnTransform.None;

    public Normalization Normalization { get; init; } = new(
        1, [.. Enumerable.Repeat(1000f, bands)], [.. Enumerable.Repeat(300f, bands)], SampleType.UInt16);

    public double? CellSize => 10;

    public IReadOnlyList<long> TrainingPixels => Count(0, TrainingChips);

    public IReadOnlyList<long> ValidationPixels => Count(TrainingChips, ValidationChips);

    public IEnumerable<PixelBatch> TrainingBatches(int epoch, CancellationToken cancel)
    {
        Random order = new((Seed * 1000) + epoch);
        int[] items = [.. Enumerable.Range(0, TrainingChips)];
        order.Shuffle(items);
        return items.Chunk(BatchSize).Where(chunk => chunk.Length == BatchSize).Select(Batch);
    }

    public IEnumerable<PixelBatch> ValidationBatches(CancellationToken cancel) => IsUnreadable
        ? throw new FileNotFoundException("A chip is gone.")
        : Enumerable.Range(TrainingChips, ValidationChips).Chunk(BatchSize).Select(Batch);

    public IEnumerable<PixelBatch> AllBatches(CancellationToken cancel) =>
        Enumerable.Range(0, TrainingChips + ValidationChips).Chunk(BatchSize).Select(Batch);

    public ChipSample<PixelBatch> Sample(ChipSampleRequest request, CancellationToken cancel)
    {
        int start = request.Side == ChipSide.Validation ? TrainingChips : 0;
        int end = request.Side == ChipSide.Training ? TrainingChips : TrainingChips + ValidationChips;
        int[] items = [.. Enumerable.Range(start, Math.Min(request.Count, end - start))];
        return new ChipSample<PixelBatch>(Batch(items), [.. items.Select(item => $"{item}.tif")]);
    }

    /// <summary>A chip's raw samples, <c>[bands, size, size]</c>.</summary>
    public float[] Samples(int item) => Draw(item).Samples;

    private long[] Count(int start, int count)
    {
        long[] counts = new long[Classes.Count + 1];
        foreach (int label in Enumerable.Range(start, count).SelectMany(item => Draw(item).Labels))
        {
            counts[Math.Max(0, label)]++;
        }

        return counts;
    }

    private PixelBatch Batch(int[] items)
    {
        int plane = ChipSize * ChipSize;
        int length = Bands * plane;
        float[] images = new float[items.Length * length];
        int[] labels = new int[items.Length * plane];
        for (int i = 0; i < items.Length; i++)
        {
            (float[] samples, int[] chip) = Draw(items[i]);
            chip.CopyTo(labels, i * plane);
            for (int k = 0; k < length; k++)
            {
                int band = k / plane;
                images[(i * length) + k] = ((samples[k] * Normalization.Scale) - Normalization.Mean[band]) / Normalization.Deviation[band];
            }
        }

        return new PixelBatch(items.Length, Bands, ChipSize, images, labels, null, items);
    }

    private (float[] Samples, int[] Labels) Draw(int item)
    {
        Random random = new((Seed * 100_000) + item);
        int plane = ChipSize * ChipSize;
        float[] samples = new float[Bands * plane];
        int[] labels = new int[plane];
        int border = random.Next(ChipSize / 3, 2 * ChipSize / 3);
        bool isSwapped = random.Next(2) == 1;
        for (int row = 0, at = 0; row < ChipSize; row++)
        {
            for (int column = 0; column < ChipSize; column++, at++)
            {
                int side = column < border ? 0 : 1;
                int kind = isSwapped ? 1 - side : side;
                labels[at] = IsEmpty || (IsValidationEmpty && item >= TrainingChips) || Math.Abs(column - border) < 2 ? 0 : Math.Min(kind, Classes.Count - 1) + 1;
                for (int band = 0; band < Bands; band++)
                {
                    samples[(band * plane) + at] = random.Next(700, 1300) + ((kind == 0) == (band == 0) ? 250 : -150);
                }
            }
        }

        return (samples, labels);
    }
}
