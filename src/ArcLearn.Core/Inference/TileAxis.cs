namespace ArcLearn.Core.Inference;

/// <summary>
/// The tiles along one axis. Windows start at 0 and follow each other by chip − 2·padding; a core begins a padding after its window
/// and ends where the next one begins. The first core starts at the raster's edge and the last ends there: nothing lies beyond.
/// </summary>
internal readonly struct TileAxis
{
    private readonly int _length;
    private readonly int _chipSize;
    private readonly int _padding;

    public TileAxis(int length, int chipSize, int padding)
    {
        (_length, _chipSize, _padding) = (length, chipSize, padding);
        Count = length <= chipSize ? 1 : 1 + (int)(((long)length - chipSize + Stride - 1) / Stride);
    }

    public int Count { get; }

    public int Stride => _chipSize - (2 * _padding);

    public int WindowStart(int tile) => checked(tile * Stride);

    public int CoreStart(int tile) => tile == 0 ? 0 : WindowStart(tile) + _padding;

    public int CoreEnd(int tile) => tile == Count - 1 ? _length : CoreStart(tile + 1);

    /// <summary>Tiles whose core, grown by <paramref name="grow"/>, shares a position with [from, to]; Last &lt; First for none.</summary>
    public (int First, int Last) Reaching(double from, double to, int grow)
    {
        if (to < 0 || from > _length)
        {
            return (0, -1);
        }

        // Both borders ascend with the tile: the first that ends late enough, the last that begins early enough.
        int first = 0;
        for (int end = Count - 1; first < end;)
        {
            int middle = first + ((end - first) / 2);
            (first, end) = CoreEnd(middle) + grow < from ? (middle + 1, end) : (first, middle);
        }

        int last = Count - 1;
        for (int start = first; start < last;)
        {
            int middle = last - ((last - start) / 2);
            (start, last) = CoreStart(middle) - grow > to ? (start, middle - 1) : (middle, last);
        }

        return (first, last);
    }
}
