namespace ArcLearn.Core.Data;

/// <summary>Chips with classes for the whole image.</summary>
/// <param name="Classes">For each chip the indices of its classes, ascending from 0 (there is no background): one, or any number where the labels give several.</param>
internal sealed record ImageClassBatch(int Count, int Bands, int ChipSize, float[] Images, int[][] Classes, int[] Items)
    : LearnBatch(Count, Bands, ChipSize, Images, Items)
{
    /// <summary>Copies some of the chips, in the order given.</summary>
    public ImageClassBatch Select(IReadOnlyList<int> chips)
    {
        float[] images = new float[chips.Count * Length];
        for (int i = 0; i < chips.Count; i++)
        {
            Images.AsSpan(chips[i] * Length, Length).CopyTo(images.AsSpan(i * Length));
        }

        return new ImageClassBatch(chips.Count, Bands, ChipSize, images, [.. chips.Select(chip => Classes[chip])], [.. chips.Select(chip => Items[chip])]);
    }
}
