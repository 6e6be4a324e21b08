namespace ArcLearn.Core.Models;

/// <summary>
/// How many training steps the chips of a batch make. A chip holds thousands of labelled pixels, so that a few chips say enough for a step, and where an epoch of whole batches has a
/// handful of steps the training ends before the weights have moved far.
/// </summary>
internal static class StepPlan
{
    /// <summary>Steps that an epoch has at least, as far as the chips allow.</summary>
    public const int LeastSteps = 16;

    // Fewer chips are too much alike.
    private const int LeastChips = 4;

    // Batch norm takes mean and deviation of so many numbers in the body's last map.
    private const int LeastNumbers = 64;

    /// <summary>Steps that a batch is cut into, in parts as equal as can be.</summary>
    /// <param name="chipsPerStep">Chips of a step at least; null to choose.</param>
    public static int PerBatch(int? chipsPerStep, int batchSize, int trainingChips, int chipSize) =>
        Math.Max(1, batchSize / (chipsPerStep ?? Math.Max(LeastOf(chipSize), trainingChips / LeastSteps)));

    private static int LeastOf(int chipSize)
    {
        int side = Math.Max(1, chipSize / UnetOptions.LeastChipSize);
        return Math.Max(LeastChips, LeastNumbers / (side * side));
    }
}
