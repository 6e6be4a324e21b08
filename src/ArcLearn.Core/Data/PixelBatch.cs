namespace ArcLearn.Core.Data;

/// <summary>Chips with a class for each pixel.</summary>
/// <param name="Classes"><c>[Count, ChipSize, ChipSize]</c>: index of the class from 1, 0 for background, or <see cref="Ignored"/>, which also stands for what lies beyond the chip.</param>
/// <param name="Instances">
/// The same shape: the number of the object that a pixel belongs to, from 1 in each chip, 0 for none; null where the labels tell no objects apart.
/// </param>
internal sealed record PixelBatch(int Count, int Bands, int ChipSize, float[] Images, int[] Classes, int[]? Instances, int[] Items)
    : LearnBatch(Count, Bands, ChipSize, Images, Items)
{
    /// <summary>Stands for pixels of ignored classes and beyond the chip: no loss and no measure counts them.</summary>
    public const int Ignored = -1;

    /// <summary>A copy of some chips that follow one another.</summary>
    public PixelBatch Slice(int start, int count)
    {
        int plane = ChipSize * ChipSize;
        Range pixels = (start * plane)..((start + count) * plane);
        return new PixelBatch(
            count, Bands, ChipSize, Images[(start * Length)..((start + count) * Length)], Classes[pixels], Instances?[pixels], Items[start..(start + count)]);
    }
}
