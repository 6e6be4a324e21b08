namespace ArcLearn.Core.Inference;

/// <summary>One of the eight ways to turn and mirror a square: rows and columns exchanged or not, then each mirrored or not.</summary>
/// <param name="number">0, which leaves it as it is, to 7.</param>
/// <param name="side">Of the square, in pixels.</param>
internal readonly struct SquareTurn(int number, int side)
{
    public const int Count = 8;

    private bool FlipsX => (number & 1) != 0;

    private bool FlipsY => (number & 2) != 0;

    private bool Exchanges => (number & 4) != 0;

    /// <summary>Turns squares that follow each other, such as the bands of the chips of a batch.</summary>
    public void Apply(ReadOnlySpan<float> squares, Span<float> turned)
    {
        int area = side * side;
        (int start, int across, int down) = Steps();
        for (int square = 0; square < squares.Length; square += area)
        {
            for (int row = 0; row < side; row++)
            {
                int at = square + start + (row * down);
                Span<float> line = turned.Slice(square + (row * side), side);
                for (int column = 0; column < side; column++, at += across)
                {
                    line[column] = squares[at];
                }
            }
        }
    }

    /// <summary>Turned squares as they were.</summary>
    public void Undo(ReadOnlySpan<float> turned, Span<float> squares)
    {
        int area = side * side;
        (int start, int across, int down) = Steps();
        for (int square = 0; square < squares.Length; square += area)
        {
            for (int row = 0; row < side; row++)
            {
                int at = square + start + (row * down);
                ReadOnlySpan<float> line = turned.Slice(square + (row * side), side);
                for (int column = 0; column < side; column++, at += across)
                {
                    squares[at] = line[column];
                }
            }
        }
    }

    /// <summary>Where the first pixel of a turned square comes from, and the steps there along its columns and its rows.</summary>
    private (int Start, int Across, int Down) Steps()
    {
        int start = (FlipsX ? side - 1 : 0) + (FlipsY ? (side * side) - side : 0);
        int x = FlipsX ? -1 : 1;
        int y = FlipsY ? -side : side;
        return Exchanges ? (start, y, x) : (start, x, y);
    }

    /// <summary>A box of the turned square in the square as it was.</summary>
    public ChipDetection Back(in ChipDetection box)
    {
        (float left, float top, float right, float bottom) = Exchanges ? (box.YMin, box.XMin, box.YMax, box.XMax) : (box.XMin, box.YMin, box.XMax, box.YMax);
        if (FlipsX)
        {
            (left, right) = (side - right, side - left);
        }

        if (FlipsY)
        {
            (top, bottom) = (side - bottom, side - top);
        }

        return box with { XMin = left, YMin = top, XMax = right, YMax = bottom };
    }
}
