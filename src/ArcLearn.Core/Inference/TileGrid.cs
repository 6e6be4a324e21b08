using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>
/// The fixed tiles of a raster. They follow from raster size, chip size and padding alone, so that a run over a part,
/// a resumed run and a shard all speak of the same tiles.
/// </summary>
internal sealed class TileGrid
{
    private readonly TileAxis _x;
    private readonly TileAxis _y;

    /// <param name="width">Columns of the raster.</param>
    /// <param name="height">Rows of the raster.</param>
    /// <param name="chipSize">Side of the model's chip in pixels.</param>
    /// <param name="padding">Context on each side of a core, in pixels: less than half a chip.</param>
    /// <exception cref="LearnArgumentException">The padding leaves no core, or there are more tiles than can be counted.</exception>
    public TileGrid(int width, int height, int chipSize, int padding)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(chipSize, 1);
        CheckPadding(padding, chipSize);
        (Width, Height, ChipSize, Padding) = (width, height, chipSize, padding);
        _x = new TileAxis(width, chipSize, padding);
        _y = new TileAxis(height, chipSize, padding);
        long count = (long)_x.Count * _y.Count;
        Count = count <= int.MaxValue
            ? (int)count
            : throw new LearnArgumentException("Context", $"{width} by {height} cells make {count} tiles; at most {int.MaxValue} can be searched. Is cellSize given in another unit than that of the coordinates?");
    }

    public int Width { get; }

    public int Height { get; }

    public int ChipSize { get; }

    public int Padding { get; }

    public int Columns => _x.Count;

    public int Rows => _y.Count;

    public int Count { get; }

    public Tile this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            (int row, int column) = Math.DivRem(index, Columns);
            int left = _x.CoreStart(column);
            int top = _y.CoreStart(row);
            return new Tile(
                index,
                column,
                row,
                new PixelWindow(left, top, _x.CoreEnd(column) - left, _y.CoreEnd(row) - top),
                new PixelWindow(_x.WindowStart(column), _y.WindowStart(row), ChipSize, ChipSize));
        }
    }

    /// <exception cref="LearnArgumentException">The padding is negative or leaves no core.</exception>
    public static void CheckPadding(int padding, int chipSize)
    {
        if (padding < 0 || padding * 2L >= chipSize)
        {
            throw new LearnArgumentException(
                "ModelArguments",
                $"padding is {padding}; it must be 0 or more and less than half the model's chip of {chipSize} pixels.");
        }
    }

    /// <summary>All tiles.</summary>
    public TileSelection SelectAll() => new(this, 0, Columns - 1, 0, Rows - 1);

    /// <summary>Tiles whose core, grown on each side, reaches the rectangle, in pixels of the raster.</summary>
    public TileSelection Select(double xMin, double yMin, double xMax, double yMax, int grow)
    {
        (int left, int right) = _x.Reaching(xMin, xMax, grow);
        (int top, int bottom) = _y.Reaching(yMin, yMax, grow);
        return new TileSelection(this, left, right, top, bottom);
    }
}
