namespace ArcLearn.Core.Inference;

/// <summary>A rectangle of tiles of a grid, in the grid's order: those of an extent, or of a shard of them.</summary>
internal sealed class TileSelection
{
    private readonly int _left;
    private readonly int _top;
    private readonly int _columns;
    private readonly int _rows;

    public TileSelection(TileGrid grid, int left, int right, int top, int bottom)
    {
        (Grid, _left, _top) = (grid, left, top);
        _columns = Math.Max(0, right - left + 1);
        _rows = Math.Max(0, bottom - top + 1);
        Count = _columns * _rows;
    }

    public TileGrid Grid { get; }

    public int Count { get; private init; }

    /// <summary>So many tiles that lie evenly in the order; all where there are fewer.</summary>
    public TileSelection Sample(int count) =>
        new(Grid, _left, _left + _columns - 1, _top, _top + _rows - 1) { Count = Math.Min(count, Count) };

    /// <summary>The rows of tiles that a shard does: all shards together do each once.</summary>
    public TileSelection Part(ShardNumber shard)
    {
        int first = (int)((long)_rows * (shard.Index - 1) / shard.Count);
        int end = (int)((long)_rows * shard.Index / shard.Count);
        return new TileSelection(Grid, _left, _left + _columns - 1, _top + first, _top + end - 1);
    }

    /// <summary>The tile at a place of the selection; places ascend with tile indices.</summary>
    public Tile this[int ordinal]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)ordinal, (uint)Count, nameof(ordinal));

            // The middle of each of so many equal stretches; of as many as there are tiles, each tile.
            int place = (int)(((2L * ordinal) + 1) * _columns * _rows / (2L * Count));
            (int row, int column) = Math.DivRem(place, _columns);
            return Grid[((_top + row) * Grid.Columns) + _left + column];
        }
    }
}
