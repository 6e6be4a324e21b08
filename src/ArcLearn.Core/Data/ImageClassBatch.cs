namespace ArcLearn.Core.Data;

/// <summary>Chips with classes for the whole image.</summary>
/// <param name="Classes">For each chip the indices of its classes, ascending from 0 (there is no background): one, or any number where the labels give several.</param>
internal sealed record ImageClassBatch(int Count, int Bands, int ChipSize, float[] Images, int[][] Classes, int[] Items)
    : LearnBatch(Count, Bands, ChipSize, Images, Items);
