namespace ArcLearn.Core.Rasters;

/// <summary>A rectangle of pixels; it may reach beyond the raster.</summary>
internal readonly record struct PixelWindow(int Column, int Row, int Width, int Height)
{
    public int Right => Column + Width;

    public int Bottom => Row + Height;

    public long Area => (long)Width * Height;

    public PixelWindow Intersect(PixelWindow other)
    {
        int left = Math.Max(Column, other.Column);
        int top = Math.Max(Row, other.Row);
        return new PixelWindow(left, top, Math.Max(0, Math.Min(Right, other.Right) - left), Math.Max(0, Math.Min(Bottom, other.Bottom) - top));
    }
}
