namespace ArcLearn.Core.Data;

/// <summary>Chips with classes for the whole image, or with none at all.</summary>
/// <param name="labels">Indices of each chip's classes, from 0, ascending.</param>
internal class PlainChipData(ChipSet set, int[][] labels) : ChipData<ImageClassBatch>(set)
{
    protected IReadOnlyList<int[]> Labels => labels;

    protected override ImageClassBatch Create(int count, float[] images, out Action? release)
    {
        release = null;
        return new ImageClassBatch(count, Bands, ChipSize, images, new int[count][], new int[count]);
    }

    protected override void FillLabels(ImageClassBatch batch, int place, int chip, ChipView view) => batch.Classes[place] = labels[chip];
}

/// <summary>Chips to learn classes of whole images from.</summary>
/// <param name="labels">See <see cref="PlainChipData"/>.</param>
/// <param name="isMultiLabel">Whether an image may have any number of them.</param>
internal sealed class ImageClassData(ChipSet set, int[][] labels, bool isMultiLabel) : PlainChipData(set, labels), IImageClassData
{
    public bool IsMultiLabel => isMultiLabel;

    public IReadOnlyList<int> TrainingImagesPerClass
    {
        get
        {
            int[] counts = new int[Classes.Count];
            foreach (int label in Set.Split.Training.SelectMany(chip => Labels[chip]))
            {
                counts[label]++;
            }

            return counts;
        }
    }
}
