namespace ArcLearn.Core.Data;

/// <summary>Samples of a chip, or of a part of it, band by band as the file has them.</summary>
/// <param name="Column">Of the part within the chip.</param>
/// <param name="Row">Of the part within the chip.</param>
/// <param name="Bytes">8-bit samples, <c>[Bands, Height, Width]</c>; empty for 16-bit ones.</param>
/// <param name="Words">16-bit samples; empty for 8-bit ones.</param>
internal sealed record DecodedChip(
    int Column, int Row, int Width, int Height, int WholeWidth, int WholeHeight, int Bands, byte[] Bytes, ushort[] Words)
{
    public static DecodedChip Whole(int width, int height, int bands, byte[] bytes, ushort[] words) =>
        new(0, 0, width, height, width, height, bands, bytes, words);
}
