namespace ArcLearn.Core.Inference;

/// <summary>Tiles of a grid, in the grid's order: a rectangle of them, such as those of an extent, or some of it.</summary>
internal sealed class TileSelection
{
    private readonly int _left;
    private readonly int _top;
    private readonly int _columns;
    private readonly int _rows;
    private readonly int[]? _chosen;

    // Tiles before a sample was taken of them.
    private readonly int _all;

    public TileSelection(TileGrid grid, int left, int right, int top, int bottom)
    {
        (Grid, _left, _top) = (grid, left, top);
        (_columns, _rows) = (Math.Max(0, right - left + 1), Math.Max(0, bottom - top + 1));
        Count = _all = _columns * _rows;
    }

    /// <param name="tiles">Indices in the grid, ascending.</param>
    public TileSelection(TileGrid grid, int[] tiles) => (Grid, _chosen, _all, Count) = (grid, tiles, tiles.Length, tiles.Length);

    public TileGrid Grid { get; }

    public int Count { get; private set; }

    /// <summary>So many tiles that lie evenly in the order; all where there are fewer.</summary>
    public TileSelection Sample(int count)
    {
        TileSelection all = _chosen is null ? new(Grid, _left, _left + _columns - 1, _top, _top + _rows - 1) : new(Grid, _chosen);
        all.Count = Math.Min(count, Count);
        return all;
    }

    /// <summary>What a shard does: rows of tiles, or a stretch of chosen ones. All shards together do each tile once.</summary>
    public TileSelection Part(ShardNumber shard)
    {
        (int first, int end) = (Share(shard.Index - 1), Share(shard.Index));
        return _chosen is null
            ? new TileSelection(Grid, _left, _left + _columns - 1, _top + first, _top + end - 1)
            : new TileSelection(Grid, _chosen[first..end]);

        int Share(int shards) => (int)((long)(_chosen?.Length ?? _rows) * shards / shard.Count);
    }

    /// <summary>The tile at a place of the selection; places ascend with tile indices.</summary>
    public Tile this[int ordinal]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)ordinal, (uint)Count, nameof(ordinal));

            // The middle of each of so many equal stretches; of as many as there are tiles, each tile.
            int place = (int)(((2L * ordinal) + 1) * _all / (2L * Count));
            if (_chosen is not null)
            {
                return Grid[_chosen[place]];
            }

            (int row, int column) = Math.DivRem(place, _columns);
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
