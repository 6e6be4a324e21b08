using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Data;

/// <summary>The chips of a bunch with the settings they are served with. Threads exist only while a sequence of batches is read.</summary>
internal sealed class DetectionData : IDetectionData
{
    private const long BytesAhead = 256L << 20;

    private readonly ChipStore _store;
    private readonly IReadOnlyList<ChipEntry> _chips;
    private readonly (ChipBox Box, int Label)[][] _boxes;
    private readonly SampleTables _tables;
    private readonly AugmentationOptions _augmentation;
    private readonly ChipSplit _split;
    private readonly int _workers;

    public DetectionData(
        ChipStore store,
        IReadOnlyList<ChipEntry> chips,
        (ChipBox Box, int Label)[][] boxes,
        ChipSplit split,
        Normalization normalization,
        SampleTables tables,
        AugmentationOptions augmentation,
        int workers)
    {
        (_store, _chips, _boxes, _split, Normalization) = (store, chips, boxes, split, normalization);
        (_tables, _augmentation, _workers) = (tables, augmentation, workers);
    }

    public Normalization Normalization { get; }

    public required double? CellSize { get; init; }

    public required PixelGround? Ground { get; init; }

    public required IReadOnlyList<string> Paths { get; init; }

    public required string DatasetType { get; init; }

    public required IReadOnlyList<ClassDefinition> Classes { get; init; }

    public required int ChipSize { get; init; }

    public required int BatchSize { get; init; }

    public required int Seed { get; init; }

    public int Bands => _chips[0].Bands;

    public int TrainingChips => _split.Training.Length;

    public int ValidationChips => _split.Validation.Length;

    public int DroppedChips => _split.Dropped;

    public string Split => _split.Mode.ToString();

    /// <summary>The image files of the training side, in the order that items are numbered.</summary>
    public IEnumerable<string> TrainingImages => _split.Training.Select(i => _chips[i].ImagePath);

    /// <summary>The image files of the validation side.</summary>
    public IEnumerable<string> ValidationImages => _split.Validation.Select(i => _chips[i].ImagePath);

    public IEnumerable<DetectionBatch> TrainingBatches(int epoch, CancellationToken cancel)
    {
        int[] order = [.. Enumerable.Range(0, _split.Training.Length)];
        new ItemRandom(Seed, epoch, -1).Shuffle<int>(order);
        int whole = order.Length / BatchSize * BatchSize;
        return Load(whole, (batch, place, item, scratch) =>
        {
            int chip = _split.Training[order[item]];
            batch.Items[place] = order[item];
            ItemRandom random = new(Seed, epoch, order[item]);
            ChipView view = ChipView.Draw(_chips[chip].Width, _chips[chip].Height, ChipSize, _augmentation, ref random);
            Fill(batch, place, chip, view, _tables.Draw(_augmentation, ref random, scratch));
        }, cancel);
    }

    public IEnumerable<DetectionBatch> ValidationBatches(CancellationToken cancel) => InOrder(_split.Validation, cancel);

    /// <summary>Those that the split dropped as well: they are only too near to be on both sides.</summary>
    public IEnumerable<DetectionBatch> AllBatches(CancellationToken cancel) =>
        InOrder([.. Enumerable.Range(0, _chips.Count)], cancel);

    private IEnumerable<DetectionBatch> InOrder(int[] chips, CancellationToken cancel) => Load(chips.Length, (batch, place, item, _) =>
    {
        ChipEntry chip = _chips[chips[item]];
        batch.Items[place] = item;
        Fill(batch, place, chips[item], ChipView.Centre(chip.Width, chip.Height, ChipSize), _tables.Plain);
    }, cancel);

    private IEnumerable<DetectionBatch> Load(int items, Action<DetectionBatch, int, int, float[][]> fill, CancellationToken cancel)
    {
        long batchBytes = 4L * BatchSize * Bands * ChipSize * ChipSize;
        int ahead = (int)Math.Clamp(BytesAhead / batchBytes, 2, 8);
        ThreadLocal<float[][]> scratch = new(() => [.. Enumerable.Range(0, Bands).Select(_ => new float[_tables.Size])]);
        return BatchLoader.Load(items, BatchSize, ahead, _workers, Create, (batch, place, item) => fill(batch, place, item, scratch.Value!), cancel);
    }

    private DetectionBatch Create(int count) => new(
        count, Bands, ChipSize, GC.AllocateUninitializedArray<float>(checked(count * Bands * ChipSize * ChipSize)), new BoxLabel[count][], new int[count]);

    private void Fill(DetectionBatch batch, int place, int chip, ChipView view, float[][] tables)
    {
        ChipEntry entry = _chips[chip];
        DecodedChip decoded = _store.Read(chip, view.Window(entry.Width, entry.Height));
        int length = Bands * ChipSize * ChipSize;
        ChipSampler.Render(decoded, view, tables, ChipSize, batch.Images.AsSpan(place * length, length));
        List<BoxLabel> boxes = new(_boxes[chip].Length);
        foreach ((ChipBox box, int label) in _boxes[chip])
        {
            if (view.Map(box, label, ChipSize, _augmentation.MinBoxShare) is BoxLabel mapped)
            {
                boxes.Add(mapped);
            }
        }

        batch.Boxes[place] = [.. boxes];
    }
}
