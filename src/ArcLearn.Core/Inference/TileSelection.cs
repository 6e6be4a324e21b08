namespace ArcLearn.Core.Inference;

/// <summary>A rectangle of tiles of a grid, in the grid's order: those of an extent now, those of a shard later.</summary>
internal sealed class TileSelection
{
    private readonly int _left;
    private readonly int _top;
    private readonly int _columns;

    public TileSelection(TileGrid grid, int left, int right, int top, int bottom)
    {
        (Grid, _left, _top) = (grid, left, top);
        _columns = Math.Max(0, right - left + 1);
        Count = _columns * Math.Max(0, bottom - top + 1);
    }

    public TileGrid Grid { get; }

    public int Count { get; }

    /// <summary>The tile at a place of the selection; places ascend with tile indices.</summary>
    public Tile this[int ordinal]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)ordinal, (uint)Count, nameof(ordinal));
            (int row, int column) = Math.DivRem(ordinal, _columns);
            return Grid[((_top + row) * Grid.Columns) + _left + column];
        }
    }
}
