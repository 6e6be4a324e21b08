namespace ArcLearn.Core.Inference;

/// <summary>Tiles of a grid, in the grid's order: a rectangle of them, such as those of an extent, or some of it.</summary>
internal sealed class TileSelection
{
    private readonly int _left;
    private readonly int _top;
    private readonly int _columns;
    private readonly int _rows;
    private readonly int[]? _chosen;

    public TileSelection(TileGrid grid, int left, int right, int top, int bottom)
    {
        (Grid, _left, _top) = (grid, left, top);
        (_columns, _rows) = (Math.Max(0, right - left + 1), Math.Max(0, bottom - top + 1));
        Count = _columns * _rows;
    }

    /// <param name="tiles">Indices in the grid, ascending.</param>
    public TileSelection(TileGrid grid, int[] tiles) => (Grid, _chosen, Count) = (grid, tiles, tiles.Length);

    public TileGrid Grid { get; }

    public int Count { get; }

    /// <summary>The tile at a place of the selection; places ascend with tile indices.</summary>
    public Tile this[int ordinal]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)ordinal, (uint)Count, nameof(ordinal));
            if (_chosen is not null)
            {
                return Grid[_chosen[ordinal]];
            }

            (int row, int column) = Math.DivRem(ordinal, _columns);
            return Grid[((_top + row) * Grid.Columns) + _left + column];
        }
    }

    /// <summary>What two rectangles share.</summary>
    public TileSelection Intersect(TileSelection other) => new(
        Grid,
        Math.Max(_left, other._left),
        Math.Min(_left + _columns, other._left + other._columns) - 1,
        Math.Max(_top, other._top),
        Math.Min(_top + _rows, other._top + other._rows) - 1);

    /// <summary>Those of the tiles that are wanted.</summary>
    public TileSelection Where(Func<Tile, bool> isWanted) =>
        new(Grid, [.. Enumerable.Range(0, Count).Select(ordinal => this[ordinal]).Where(isWanted).Select(tile => tile.Index)]);
}
