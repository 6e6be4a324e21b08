namespace ArcLearn.Core.Inference;

/// <summary>Counts pixels and ground of each score's place as rows pass by.</summary>
/// <param name="length">Values that a place can have.</param>
internal sealed class ClassTally(int channels, int length, RowAreas areas)
{
    private readonly int[] _row = new int[length];
    private readonly long[] _pixels = new long[channels];
    private readonly double[] _metres = new double[channels];

    /// <summary>Counts of the row that is at hand, by place; the caller adds to them.</summary>
    public Span<int> Row => _row;

    /// <summary>Ends a row.</summary>
    public void EndRow(int row)
    {
        double area = areas.At(row);
        for (int place = 0; place < channels; place++)
        {
            _pixels[place] += _row[place];
            _metres[place] += _row[place] * area;
        }

        Array.Clear(_row);
    }

    /// <summary>The result, in the order of the raster's classes.</summary>
    public ClassArea[] Result(ClassCodes codes) =>
    [
        .. codes.Classes.Select(known =>
        {
            int[] places = [.. Enumerable.Range(0, channels).Where(place => codes.Values[place] == known.Value)];
            return new ClassArea(known.Value, known.Name, places.Sum(place => _pixels[place]), areas.IsKnown ? places.Sum(place => _metres[place]) : null) { Color = known.Color };
        }),
    ];
}
