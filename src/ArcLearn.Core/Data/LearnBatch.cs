namespace ArcLearn.Core.Data;

/// <summary>Chips that are decoded, augmented and normalised, ready to become one tensor.</summary>
/// <remarks>Disposing it gives its arrays back for another batch: nothing may look at them afterwards.</remarks>
/// <param name="Images"><c>[Count, Bands, ChipSize, ChipSize]</c>, row-major.</param>
/// <param name="Items">Index of each chip in its side of the split.</param>
internal abstract record LearnBatch(int Count, int Bands, int ChipSize, float[] Images, int[] Items) : IDisposable
{
    /// <summary>Floats of one chip.</summary>
    public int Length => Bands * ChipSize * ChipSize;

    /// <summary>Takes the arrays back, once, from whichever copy of the batch is disposed first; null where they are nobody's.</summary>
    public IDisposable? Owner { get; init; }

    public void Dispose() => Owner?.Dispose();
}
