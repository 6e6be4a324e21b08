namespace ArcLearn.Core.Inference;

/// <summary>The samples of a batch are one array, which can hold a number of them only.</summary>
internal static class BatchSamples
{
    /// <summary>How many they are.</summary>
    /// <exception cref="LearnArgumentException">batch_size: more than an array holds.</exception>
    public static int Count(int batch, int bands, int side)
    {
        Int128 count = (Int128)batch * bands * side * side;
        return count <= Array.MaxLength
            ? (int)count
            : throw new LearnArgumentException(
                "batch_size", $"{batch} chips of {bands} bands and {side} x {side} pixels are {count} samples, more than one array holds: give a smaller batch size.");
    }
}
