namespace ArcLearn.Core.Chips.Plans;

/// <summary>The chips that may be cut from one raster, in the order of their numbers.</summary>
internal interface IChipPlan
{
    long Count { get; }

    ChipPlace this[long index] { get; }
}
