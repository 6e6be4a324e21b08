namespace ArcLearn.Core.Data;

/// <summary>Chips with a class for each pixel.</summary>
/// <param name="Classes"><c>[Count, ChipSize, ChipSize]</c>: index of the class from 1, 0 for background and for what lies beyond the chip, or <see cref="Ignored"/>.</param>
/// <param name="Instances">
/// The same shape: the number of the object that a pixel belongs to, from 1 in each chip, 0 for none; null where the labels tell no objects apart.
/// </param>
internal sealed record PixelBatch(int Count, int Bands, int ChipSize, float[] Images, int[] Classes, int[]? Instances, int[] Items)
    : LearnBatch(Count, Bands, ChipSize, Images, Items)
{
    /// <summary>Stands for pixels of ignored classes: no loss and no measure counts them.</summary>
    public const int Ignored = -1;
}
