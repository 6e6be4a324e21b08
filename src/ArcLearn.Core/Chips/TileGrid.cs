using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Chips;

/// <summary>
/// The tiles of a raster, row by row from its upper-left corner. A side has tiles until one reaches the raster's end;
/// that one may reach beyond it, so a tile larger than the raster is the only one of its side.
/// </summary>
internal sealed class TileGrid
{
    private readonly int _tileWidth;
    private readonly int _tileHeight;
    private readonly int _strideX;
    private readonly int _strideY;

    public TileGrid(int width, int height, int tileWidth, int tileHeight, int strideX, int strideY)
    {
        (_tileWidth, _tileHeight, _strideX, _strideY) = (tileWidth, tileHeight, strideX, strideY);
        Columns = Count(width, tileWidth, strideX);
        Rows = Count(height, tileHeight, strideY);
    }

    public int Columns { get; }

    public int Rows { get; }

    public long Count() => (long)Columns * Rows;

    public PixelWindow this[int index] =>
        new(index % Columns * _strideX, index / Columns * _strideY, _tileWidth, _tileHeight);

    private static int Count(int length, int tile, int stride)
    {
        if (length <= tile)
        {
            return 1;
        }

        int toTheEnd = (int)(((long)length - tile + stride - 1) / stride) + 1;
        int withinRaster = (int)(((long)length + stride - 1) / stride);       // a stride beyond the tile leaves gaps, the last maybe at the end
        return Math.Min(toTheEnd, withinRaster);
    }
}
