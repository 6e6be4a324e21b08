namespace ArcLearn.Core.Chips.Plans;

/// <summary>A chip for each tile of a grid.</summary>
internal sealed class GridPlan(TileGrid grid) : IChipPlan
{
    public long Count => grid.Count();

    public ChipPlace this[long index] => new(grid[(int)index]);
}
