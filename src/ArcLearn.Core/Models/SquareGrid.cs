namespace ArcLearn.Core.Models;

/// <summary>Maps with channels innermost, cut into squares of 4×4 pixels; those at the lower and right edge may reach beyond.</summary>
internal readonly unsafe struct SquareGrid
{
    private readonly MapShape _shape;
    private readonly int _down;
    private readonly int _across;

    public SquareGrid(MapShape shape)
    {
        _shape = shape;
        (_down, _across) = ((int)Squares(shape.Height), (int)Squares(shape.Width));
    }

    public int Count => _shape.Images * _down * _across;

    /// <summary>Whether at least half of the squares' pixels lie in the map.</summary>
    public static bool IsFilled(long height, long width) =>
        height > 0 && width > 0 && 2 * height * width >= Squares(height) * Squares(width) * WinogradTransform.Square * WinogradTransform.Square;

    /// <summary>Where the pixels in and around a square lie; those beyond the map are an empty one.</summary>
    /// <typeparam name="T">Of the map's numbers.</typeparam>
    /// <param name="square">Its number.</param>
    /// <param name="margin">Pixels around it.</param>
    /// <param name="map">The maps' first number.</param>
    /// <param name="channels">Channels of a pixel.</param>
    /// <param name="empty">So many zeros.</param>
    /// <param name="pixels">Takes the pixels, line by line.</param>
    public void Find<T>(int square, int margin, T* map, int channels, T* empty, T** pixels)
        where T : unmanaged
    {
        (int image, int top, int left, _, _) = Place(square);
        for (int y = top - margin; y < top + WinogradTransform.Square + margin; y++)
        {
            T* line = map + ((((long)image * _shape.Height) + y) * _shape.Width * channels);
            bool isInside = y >= 0 && y < _shape.Height;
            for (int x = left - margin; x < left + WinogradTransform.Square + margin; x++)
            {
                *pixels++ = isInside && x >= 0 && x < _shape.Width ? line + ((long)x * channels) : empty;
            }
        }
    }

    /// <summary>Where a square lies, and how much of it the map has.</summary>
    public (int Image, int Top, int Left, int Height, int Width) Place(int square)
    {
        (int row, int x) = Math.DivRem(square, _across);
        (int image, int y) = Math.DivRem(row, _down);
        (int top, int left) = (y * WinogradTransform.Square, x * WinogradTransform.Square);
        return (image, top, left, Math.Min(WinogradTransform.Square, _shape.Height - top), Math.Min(WinogradTransform.Square, _shape.Width - left));
    }

    private static long Squares(long side) => (side + WinogradTransform.Square - 1) / WinogradTransform.Square;
}
