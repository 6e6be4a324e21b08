namespace ArcLearn.Core.Data;

/// <summary>Chips with a class for each pixel, to look at.</summary>
internal class PixelChipData(ChipSet set, MaskStore masks) : ChipData<PixelBatch>(set)
{
    private readonly ArrayStock<int> _labels = new();

    protected override PixelBatch Create(int count, float[] images, out Action? release)
    {
        int pixels = checked(count * ChipSize * ChipSize);
        int[] classes = _labels.Take(pixels);
        int[]? instances = masks.HasInstances ? _labels.Take(pixels) : null;
        release = () =>
        {
            _labels.Give(classes);
            if (instances is not null)
            {
                _labels.Give(instances);
            }
        };
        return new PixelBatch(count, Bands, ChipSize, images, classes, instances, new int[count]);
    }

    protected override void FillLabels(PixelBatch batch, int place, int chip, ChipView view)
    {
        int plane = ChipSize * ChipSize;
        DecodedMask mask = masks.Read(chip);
        mask.Render(mask.Classes, view, ChipSize, PixelBatch.Ignored, batch.Classes.AsSpan(place * plane, plane));
        if (batch.Instances is int[] instances)
        {
            mask.Render(mask.Instances, view, ChipSize, beyond: 0, instances.AsSpan(place * plane, plane));
        }
    }
}

/// <summary>Chips to learn classes of pixels from.</summary>
/// <param name="pixels">Pixels of each chip by label, background first.</param>
internal class PixelData(ChipSet set, MaskStore masks, long[][] pixels) : PixelChipData(set, masks), IPixelData
{
    public IReadOnlyList<long> TrainingPixels => Sum(Set.Split.Training);

    public IReadOnlyList<long> ValidationPixels => Sum(Set.Split.Validation);

    private long[] Sum(int[] chips)
    {
        long[] sum = new long[Classes.Count + 1];
        foreach (int chip in chips)
        {
            for (int label = 0; label < sum.Length; label++)
            {
                sum[label] += pixels[chip][label];
            }
        }

        return sum;
    }
}

/// <summary>Chips with a mask for each object: a detector takes their boxes, a pixel classifier the objects' classes.</summary>
internal sealed class InstanceData(ChipSet set, MaskStore masks, long[][] pixels, (ChipBox Box, int Label)[][] boxes) : PixelData(set, masks, pixels), IDetectionData
{
    private readonly DetectionData _boxes = new(set, boxes);

    public int TrainingObjects => _boxes.TrainingObjects;

    public IReadOnlyList<(double Height, double Width)> ObjectSizes => _boxes.ObjectSizes;

    IEnumerable<DetectionBatch> IChipData<DetectionBatch>.TrainingBatches(int epoch, CancellationToken cancel) => _boxes.TrainingBatches(epoch, cancel);

    IEnumerable<DetectionBatch> IChipData<DetectionBatch>.ValidationBatches(CancellationToken cancel) => _boxes.ValidationBatches(cancel);

    IEnumerable<DetectionBatch> IChipData<DetectionBatch>.AllBatches(CancellationToken cancel) => _boxes.AllBatches(cancel);

    ChipSample<DetectionBatch> IChipData<DetectionBatch>.Sample(ChipSampleRequest request, CancellationToken cancel) => _boxes.Sample(request, cancel);
}
