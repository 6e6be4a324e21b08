namespace ArcLearn.Core.Chips.Labels;

/// <summary>
/// What lies on a chip, as objects and as a class for each pixel: labels that are objects are drawn when pixels are asked for, the later over the
/// earlier; of labels that are pixels, regions of one class become objects.
/// </summary>
internal sealed class ChipLabels
{
    private readonly ChipPlace _place;
    private IReadOnlyList<ChipObject>? _objects;
    private int[]? _classValues;

    private ChipLabels(ChipPlace place, IReadOnlyList<ChipObject>? objects, int[]? classValues, double pixelArea) =>
        (_place, _objects, _classValues, PixelArea) = (place, objects, classValues, pixelArea);

    /// <summary>Square map units of a pixel.</summary>
    public double PixelArea { get; }

    /// <summary>Objects in the order drawn.</summary>
    public IReadOnlyList<ChipObject> Objects => _objects ??= PixelRegions.Find(_classValues!, _place.Width, _place.Height, PixelArea);

    /// <summary>Row by row; 0 is background.</summary>
    public int[] ClassValues => _classValues ??= Draw();

    /// <param name="pixelArea">Square map units of a pixel.</param>
    public static ChipLabels OfObjects(ChipPlace place, IReadOnlyList<ChipObject> objects, double pixelArea) => new(place, objects, null, pixelArea);

    /// <param name="classValues">Row by row; 0 is background.</param>
    /// <param name="pixelArea">Square map units of a pixel.</param>
    public static ChipLabels OfPixels(ChipPlace place, int[] classValues, double pixelArea) => new(place, null, classValues, pixelArea);

    /// <summary>Pixels of each class but background, by value.</summary>
    public SortedDictionary<int, long> CountPixels()
    {
        SortedDictionary<int, long> counts = [];
        int[] values = ClassValues;
        for (int i = 0; i < values.Length;)
        {
            // Neighbours are mostly alike.
            int end = values.AsSpan(i).IndexOfAnyExcept(values[i]);
            end = end < 0 ? values.Length : i + end;
            if (values[i] != 0)
            {
                counts[values[i]] = counts.GetValueOrDefault(values[i]) + end - i;
            }

            i = end;
        }

        return counts;
    }

    /// <summary>The class with the most pixels, of equals the lowest; 0 where all is background.</summary>
    public int Majority() => CountPixels().OrderByDescending(pair => pair.Value).Select(pair => pair.Key).FirstOrDefault();

    private int[] Draw()
    {
        int[] values = new int[_place.Width * _place.Height];
        foreach (ChipObject item in _objects!)
        {
            item.Shape?.Fill((row, from, to) => values.AsSpan((row * _place.Width) + from, to - from).Fill(item.ClassValue));
        }

        return values;
    }
}
