namespace ArcLearn.Core.Data;

/// <summary>A box in parts of the chip's sides (0 to 1), first coordinate downwards: the order of the detector.</summary>
/// <param name="Label">Index of the class from 1; 0 is background.</param>
internal readonly record struct BoxLabel(float YMin, float XMin, float YMax, float XMax, int Label);

/// <summary>Chips with boxes.</summary>
/// <param name="Boxes">One list per chip.</param>
internal sealed record DetectionBatch(int Count, int Bands, int ChipSize, float[] Images, BoxLabel[][] Boxes, int[] Items)
    : LearnBatch(Count, Bands, ChipSize, Images, Items)
{
    /// <summary>A copy of some chips that follow one another.</summary>
    public DetectionBatch Slice(int start, int count) => new(
        count, Bands, ChipSize, Images[(start * Length)..((start + count) * Length)], Boxes[start..(start + count)], Items[start..(start + count)]);
}
