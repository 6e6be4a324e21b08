namespace ArcLearn.Core.Chips.Labels;

/// <summary>The labels of one raster, found by chip. Safe from any number of threads.</summary>
internal interface ILabelSource
{
    /// <summary>What lies on a chip.</summary>
    /// <param name="minShare">Least share of an object's area that must lie in the chip, 0 to 1.</param>
    /// <param name="belowShare">Objects that were left out for that share.</param>
    ChipLabels Find(ChipPlace place, double minShare, out int belowShare);
}
