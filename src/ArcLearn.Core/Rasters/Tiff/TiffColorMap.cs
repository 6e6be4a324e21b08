namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>The ColorMap field (TIFF 6.0 section 5): all reds, then all greens, then all blues, of 16 bits each.</summary>
internal static class TiffColorMap
{
    public static IReadOnlyList<RasterColor> Read(TiffDirectory directory)
    {
        long[] values = directory.Integers(TiffTag.ColorMap);
        int count = values.Length / 3;
        if (count is 0 or > 65536)
        {
            return [];
        }

        // Old writers put 8 bits where 16 belong.
        int shift = values.Max() > byte.MaxValue ? 8 : 0;
        RasterColor[] colors = new RasterColor[count];
        for (int i = 0; i < count; i++)
        {
            colors[i] = new RasterColor(
                (byte)(values[i] >> shift), (byte)(values[count + i] >> shift), (byte)(values[(2 * count) + i] >> shift));
        }

        return colors;
    }

    /// <summary>The field's values for a table of this many colours; those that are not given are black.</summary>
    public static int[] Values(IReadOnlyList<RasterColor> colors, int count)
    {
        int[] values = new int[3 * count];
        for (int i = 0; i < Math.Min(count, colors.Count); i++)
        {
            (values[i], values[count + i], values[(2 * count) + i]) = (colors[i].Red * 257, colors[i].Green * 257, colors[i].Blue * 257);
        }

        return values;
    }
}
