using System.Collections.Concurrent;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Data;

/// <summary>Serves a set of chips in batches; what is derived from it adds their labels.</summary>
internal abstract class ChipData<TBatch>(ChipSet set) : IChipData<TBatch>
    where TBatch : LearnBatch
{
    private const long BytesAhead = 256L << 20;

    private readonly ArrayStock<float> _images = new();
    private readonly ConcurrentBag<float[][]> _scratch = [];

    /// <summary>Fills a place of a batch with an item, with tables to write to at hand.</summary>
    private delegate void Filler(TBatch batch, int place, int item, float[][] scratch);

    public Normalization Normalization => set.Normalization;

    public double? CellSize => set.CellSize;

    public PixelGround? Ground => set.Ground;

    public IReadOnlyList<string> Paths => set.Paths;

    public string DatasetType => set.DatasetType;

    public IReadOnlyList<ClassDefinition> Classes => set.Classes;

    public int ChipSize => set.ChipSize;

    public int BatchSize => set.BatchSize;

    public int Seed => set.Seed;

    public LearnTransform Transform => set.Transform;

    public int Bands => set.Chips[0].Bands;

    public int TrainingChips => set.Split.Training.Length;

    public int ValidationChips => set.Split.Validation.Length;

    public int DroppedChips => set.Split.Dropped;

    public string Split => set.Split.Mode.ToString();

    /// <summary>The image files of the training side, in the order that items are numbered.</summary>
    public IEnumerable<string> TrainingImages => set.Split.Training.Select(i => set.Chips[i].ImagePath);

    /// <summary>The image files of the validation side.</summary>
    public IEnumerable<string> ValidationImages => set.Split.Validation.Select(i => set.Chips[i].ImagePath);

    protected ChipSet Set => set;

    public IEnumerable<TBatch> TrainingBatches(int epoch, CancellationToken cancel)
    {
        int[] order = Shuffled(set.Split.Training.Length, Seed, epoch);
        return Load(order.Length / BatchSize * BatchSize, BatchSize, Augmented(set.Split.Training, order, Seed, epoch), cancel);
    }

    public IEnumerable<TBatch> TrainingViews(int most, int view, CancellationToken cancel)
    {
        int[] order = Shuffled(set.Split.Training.Length, Seed, epoch: 0);

        // Epochs count from 1, so that no training shows these views again.
        Filler fill = view == 0 ? Plain(set.Split.Training, order) : Augmented(set.Split.Training, order, Seed, epoch: -view);
        return Load(Math.Min(most, order.Length) / BatchSize * BatchSize, BatchSize, fill, cancel);
    }

    public IEnumerable<TBatch> ValidationBatches(CancellationToken cancel) => InOrder(set.Split.Validation, cancel);

    /// <summary>Those that the split dropped as well: they are only too near to be on both sides.</summary>
    public IEnumerable<TBatch> AllBatches(CancellationToken cancel) => InOrder(set.ChipsOf(ChipSide.All), cancel);

    public ChipSample<TBatch> Sample(ChipSampleRequest request, CancellationToken cancel)
    {
        int[] chips = set.ChipsOf(request.Side);
        int[] order = Shuffled(chips.Length, request.Seed, epoch: 1)[..Math.Min(request.Count, chips.Length)];
        string[] images = [.. order.Select(item => set.Chips[chips[item]].ImagePath)];
        if (order.Length == 0)
        {
            return new ChipSample<TBatch>(Create(0), images);
        }

        Filler fill = request.IsAugmented ? Augmented(chips, order, request.Seed, epoch: 1) : Plain(chips, order);
        return new ChipSample<TBatch>(Load(order.Length, order.Length, fill, cancel).Single(), images);
    }

    /// <summary>A batch without content.</summary>
    /// <param name="images">Its images; given back when it is disposed.</param>
    /// <param name="release">Gives back the other arrays of the batch; null where it has none to give.</param>
    protected abstract TBatch Create(int count, float[] images, out Action? release);

    /// <summary>Puts the labels of a chip, as a view shows them, into a place of a batch; called from many threads.</summary>
    protected abstract void FillLabels(TBatch batch, int place, int chip, ChipView view);

    private static int[] Shuffled(int count, int seed, int epoch)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        new ItemRandom(seed, epoch, -1).Shuffle<int>(order);
        return order;
    }

    private Filler Augmented(int[] chips, int[] order, int seed, int epoch) => (batch, place, item, scratch) =>
    {
        int chip = chips[order[item]];
        batch.Items[place] = order[item];
        ItemRandom random = new(seed, epoch, order[item]);
        ChipView view = ChipView.Draw(set.Chips[chip].Width, set.Chips[chip].Height, ChipSize, Transform, ref random);
        Fill(batch, place, chip, view, SampleTables.DrawLight(Transform, ref random), scratch);
    };

    private Filler Plain(int[] chips, int[] order) => (batch, place, item, scratch) =>
    {
        ChipEntry chip = set.Chips[chips[order[item]]];
        batch.Items[place] = order[item];
        Fill(batch, place, chips[order[item]], ChipView.Centre(chip.Width, chip.Height, ChipSize), light: null, scratch);
    };

    private IEnumerable<TBatch> InOrder(int[] chips, CancellationToken cancel) =>
        Load(chips.Length, BatchSize, Plain(chips, [.. Enumerable.Range(0, chips.Length)]), cancel);

    private IEnumerable<TBatch> Load(int items, int batchSize, Filler fill, CancellationToken cancel)
    {
        long batchBytes = 4L * batchSize * Bands * ChipSize * ChipSize;
        int ahead = (int)Math.Clamp(BytesAhead / batchBytes, 2, 8);
        return BatchLoader.Load(items, batchSize, ahead, set.Workers, Create, FillPlace, cancel);

        void FillPlace(TBatch batch, int place, int item)
        {
            float[][] scratch = _scratch.TryTake(out float[][]? used) ? used : [.. Enumerable.Range(0, Bands).Select(_ => new float[set.Tables.Size])];
            fill(batch, place, item, scratch);
            _scratch.Add(scratch);
        }
    }

    private TBatch Create(int count)
    {
        float[] images = _images.Take(checked(count * Bands * ChipSize * ChipSize));
        TBatch batch = Create(count, images, out Action? release);
        return batch with
        {
            Owner = new Exit(() =>
            {
                _images.Give(images);
                release?.Invoke();
            }),
        };
    }

    private void Fill(TBatch batch, int place, int chip, ChipView view, LightChange? light, float[][] scratch)
    {
        ChipEntry entry = set.Chips[chip];
        DecodedChip decoded = set.Store.Read(chip, view.Window(entry.Width, entry.Height));
        Span<float> image = batch.Images.AsSpan(place * batch.Length, batch.Length);
        ChipSampler.Render(decoded, view, set.Tables.For(light, scratch), ChipSize, image);
        if (!set.Tables.IsByTable)
        {
            set.Tables.Apply(light, image);
        }

        FillLabels(batch, place, chip, view);
    }
}
