using ArcLearn.Core.Chips.Labels;

namespace ArcLearn.Core.Chips;

/// <summary>An object as it lies in a chip: its box in the chip's pixels (corner coordinates, y down), clipped to the chip.</summary>
/// <param name="Area">Of the part within the chip, in square map units.</param>
internal readonly record struct ChipObject(int ClassValue, double XMin, double YMin, double XMax, double YMax, double Area)
{
    /// <summary>The object's pixels; null where only its box counts.</summary>
    public IChipShape? Shape { get; init; }
}
