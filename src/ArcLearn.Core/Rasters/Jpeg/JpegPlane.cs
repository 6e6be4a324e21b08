namespace ArcLearn.Core.Rasters.Jpeg;

/// <summary>Where the samples of one component are decoded to, in whole units, and with which tables.</summary>
internal sealed record JpegPlane(
    int Across, int Down, int BlocksAcross, int BlocksDown, int Start, int[] Quantization, JpegHuffmanTable Dc, JpegHuffmanTable Ac)
{
    public int Stride => 8 * BlocksAcross;

    public int Length => 64 * BlocksAcross * BlocksDown;

    /// <summary>The planes of all components, one behind the other.</summary>
    public static JpegPlane[] Of(JpegHeader header)
    {
        // The blocks of a single component come one by one, however often it is said to be sampled.
        bool isAlone = header.Components.Length == 1;
        int across = isAlone ? 1 : header.Components.Max(part => part.Across);
        int down = isAlone ? 1 : header.Components.Max(part => part.Down);
        int unitsAcross = (header.Width + (8 * across) - 1) / (8 * across);
        int unitsDown = (header.Height + (8 * down) - 1) / (8 * down);
        JpegPlane[] planes = new JpegPlane[header.Components.Length];
        int start = 0;
        for (int i = 0; i < planes.Length; i++)
        {
            JpegComponent part = header.Components[i];
            (int x, int y) = isAlone ? (1, 1) : (part.Across, part.Down);
            planes[i] = new JpegPlane(
                x, y, unitsAcross * x, unitsDown * y, start, header.Quantization[part.QuantizationTable]!, header.Dc[part.DcTable]!, header.Ac[part.AcTable]!);
            start += planes[i].Length;
        }

        return planes;
    }
}
