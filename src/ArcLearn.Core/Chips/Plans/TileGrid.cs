using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Chips.Plans;

/// <summary>
/// The tiles of an area of a raster, row by row from its upper-left corner. A side that ends with the raster has tiles until one reaches
/// that end; the last may reach beyond it, so a tile larger than the raster is the only one of its side. A side that ends within
/// the raster has whole tiles only: no chip shows what lies beyond an extent.
/// </summary>
internal sealed class TileGrid
{
    private readonly int _left;
    private readonly int _top;
    private readonly int _tileWidth;
    private readonly int _tileHeight;
    private readonly int _strideX;
    private readonly int _strideY;

    /// <param name="area">Within the raster.</param>
    /// <param name="width">Columns of the raster.</param>
    /// <param name="height">Rows of the raster.</param>
    public TileGrid(PixelWindow area, int width, int height, int tileWidth, int tileHeight, int strideX, int strideY)
    {
        (_left, _top) = (area.Column, area.Row);
        (_tileWidth, _tileHeight, _strideX, _strideY) = (tileWidth, tileHeight, strideX, strideY);
        Columns = Count(area.Width, tileWidth, strideX, area.Right == width);
        Rows = Count(area.Height, tileHeight, strideY, area.Bottom == height);
    }

    public int Columns { get; }

    public int Rows { get; }

    public long Count() => (long)Columns * Rows;

    public PixelWindow this[int index] =>
        new(_left + (index % Columns * _strideX), _top + (index / Columns * _strideY), _tileWidth, _tileHeight);

    private static int Count(int length, int tile, int stride, bool endsWithRaster)
    {
        if (!endsWithRaster)
        {
            return length < tile ? 0 : ((length - tile) / stride) + 1;
        }

        if (length <= tile)
        {
            return 1;
        }

        int toTheEnd = (int)(((long)length - tile + stride - 1) / stride) + 1;
        int withinRaster = (int)(((long)length + stride - 1) / stride);       // a stride beyond the tile leaves gaps, the last maybe at the end
        return Math.Min(toTheEnd, withinRaster);
    }
}
