using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Data;

/// <summary>The chips of a bunch with the settings they are served with. Threads exist only while a sequence of batches is read.</summary>
internal sealed class DetectionData : IDetectionData
{
    private const long BytesAhead = 256L << 20;

    /// <summary>Fills a place of a batch with an item, with a worker's own tables at hand.</summary>
    private delegate void Filler(DetectionBatch batch, int place, int item, float[][] scratch);

    private readonly ChipStore _store;
    private readonly IReadOnlyList<ChipEntry> _chips;
    private readonly (ChipBox Box, int Label)[][] _boxes;
    private readonly SampleTables _tables;
    private readonly ChipSplit _split;
    private readonly int _workers;

    public DetectionData(
        ChipStore store,
        IReadOnlyList<ChipEntry> chips,
        (ChipBox Box, int Label)[][] boxes,
        ChipSplit split,
        Normalization normalization,
        SampleTables tables,
        int workers)
    {
        (_store, _chips, _boxes, _split, Normalization) = (store, chips, boxes, split, normalization);
        (_tables, _workers) = (tables, workers);
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

    public required LearnTransform Transform { get; init; }

    public int Bands => _chips[0].Bands;

    public int TrainingChips => _split.Training.Length;

    public int TrainingObjects => _split.Training.Sum(chip => _boxes[chip].Length);

    public int ValidationChips => _split.Validation.Length;

    public int DroppedChips => _split.Dropped;

    public string Split => _split.Mode.ToString();

    /// <summary>The image files of the training side, in the order that items are numbered.</summary>
    public IEnumerable<string> TrainingImages => _split.Training.Select(i => _chips[i].ImagePath);

    /// <summary>The image files of the validation side.</summary>
    public IEnumerable<string> ValidationImages => _split.Validation.Select(i => _chips[i].ImagePath);

    public IReadOnlyList<(double Height, double Width)> ObjectSizes
    {
        get
        {
            List<(double Height, double Width)> whole = [];
            List<(double Height, double Width)> cut = [];
            foreach (int i in _split.Training)
            {
                ChipEntry chip = _chips[i];
                double scale = ChipSize / (double)Math.Min(ChipSize, Math.Min(chip.Width, chip.Height));
                foreach ((ChipBox box, int _) in _boxes[i])
                {
                    bool isCut = box.XMin <= 0 || box.YMin <= 0 || box.XMax >= chip.Width || box.YMax >= chip.Height;
                    (isCut ? cut : whole).Add(((box.YMax - box.YMin) * scale, (box.XMax - box.XMin) * scale));
                }
            }

            return whole.Count > 0 ? whole : cut;
        }
    }

    public IEnumerable<DetectionBatch> TrainingBatches(int epoch, CancellationToken cancel)
    {
        int[] order = Shuffled(_split.Training.Length, Seed, epoch);
        return Load(order.Length / BatchSize * BatchSize, BatchSize, Augmented(_split.Training, order, Seed, epoch), cancel);
    }

    public IEnumerable<DetectionBatch> ValidationBatches(CancellationToken cancel) => InOrder(_split.Validation, cancel);

    /// <summary>Those that the split dropped as well: they are only too near to be on both sides.</summary>
    public IEnumerable<DetectionBatch> AllBatches(CancellationToken cancel) => InOrder(ChipsOf(ChipSide.All), cancel);

    public ChipSample Sample(ChipSampleRequest request, CancellationToken cancel)
    {
        int[] chips = ChipsOf(request.Side);
        int[] order = Shuffled(chips.Length, request.Seed, epoch: 1)[..Math.Min(request.Count, chips.Length)];
        string[] images = [.. order.Select(item => _chips[chips[item]].ImagePath)];
        if (order.Length == 0)
        {
            return new ChipSample(Create(0), images);
        }

        Filler fill = request.IsAugmented ? Augmented(chips, order, request.Seed, epoch: 1) : Plain(chips, order);
        return new ChipSample(Load(order.Length, order.Length, fill, cancel).Single(), images);
    }

    private static int[] Shuffled(int count, int seed, int epoch)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        new ItemRandom(seed, epoch, -1).Shuffle<int>(order);
        return order;
    }

    private int[] ChipsOf(ChipSide side) => side switch
    {
        ChipSide.Training => _split.Training,
        ChipSide.Validation => _split.Validation,
        _ => [.. Enumerable.Range(0, _chips.Count)],
    };

    private Filler Augmented(int[] chips, int[] order, int seed, int epoch) => (batch, place, item, scratch) =>
    {
        int chip = chips[order[item]];
        batch.Items[place] = order[item];
        ItemRandom random = new(seed, epoch, order[item]);
        ChipView view = ChipView.Draw(_chips[chip].Width, _chips[chip].Height, ChipSize, Transform, ref random);
        Fill(batch, place, chip, view, _tables.Draw(Transform, ref random, scratch));
    };

    private Filler Plain(int[] chips, int[] order) => (batch, place, item, _) =>
    {
        ChipEntry chip = _chips[chips[order[item]]];
        batch.Items[place] = order[item];
        Fill(batch, place, chips[order[item]], ChipView.Centre(chip.Width, chip.Height, ChipSize), _tables.Plain);
    };

    private IEnumerable<DetectionBatch> InOrder(int[] chips, CancellationToken cancel) =>
        Load(chips.Length, BatchSize, Plain(chips, [.. Enumerable.Range(0, chips.Length)]), cancel);

    private IEnumerable<DetectionBatch> Load(int items, int batchSize, Filler fill, CancellationToken cancel)
    {
        long batchBytes = 4L * batchSize * Bands * ChipSize * ChipSize;
        int ahead = (int)Math.Clamp(BytesAhead / batchBytes, 2, 8);
        ThreadLocal<float[][]> scratch = new(() => [.. Enumerable.Range(0, Bands).Select(_ => new float[_tables.Size])]);
        return BatchLoader.Load(items, batchSize, ahead, _workers, Create, (batch, place, item) => fill(batch, place, item, scratch.Value!), cancel);
    }

    private DetectionBatch Create(int count) => new(
        count, Bands, ChipSize, GC.AllocateUninitializedArray<float>(checked(count * Bands * ChipSize * ChipSize)), new BoxLabel[count][], new int[count]);

    private void Fill(DetectionBatch batch, int place, int chip, ChipView view, float[][] tables)
    {
        ChipEntry entry = _chips[chip];
        DecodedChip decoded = _store.Read(chip, view.Window(entry.Width, entry.Height));
        ChipSampler.Render(decoded, view, tables, ChipSize, batch.Images.AsSpan(place * batch.Length, batch.Length));
        List<BoxLabel> boxes = new(_boxes[chip].Length);
        foreach ((ChipBox box, int label) in _boxes[chip])
        {
            if (view.Map(box, label, ChipSize, Transform.MinimumBoxShare) is BoxLabel mapped)
            {
                boxes.Add(mapped);
            }
        }

        batch.Boxes[place] = [.. boxes];
    }
}
