namespace ArcLearn.Core.Data;

/// <summary>Samples of a chip, or of a part of it, band by band as the file has them.</summary>
/// <param name="Column">Of the part within the chip.</param>
/// <param name="Row">Of the part within the chip.</param>
/// <param name="Bytes">8-bit samples, <c>[Bands, Height, Width]</c>; empty for 16-bit ones.</param>
/// <param name="Words">16-bit samples; empty for 8-bit ones.</param>
/// <param name="Fill">What stands for samples beyond the chip: its nodata value, or 0.</param>
internal sealed record DecodedChip(
    int Column, int Row, int Width, int Height, int WholeWidth, int WholeHeight, int Bands, byte[] Bytes, ushort[] Words, int Fill)
{
    /// <summary>Samples of every other type, with NaN for those that are missing; empty for the two above.</summary>
    public float[] Floats { get; init; } = [];

    public static DecodedChip Whole(int width, int height, int bands, byte[] bytes, ushort[] words, int fill = 0) =>
        new(0, 0, width, height, width, height, bands, bytes, words, fill);

    /// <summary>One band of <see cref="Bytes"/> or <see cref="Words"/>.</summary>
    public ReadOnlySpan<T> Plane<T>(T[] samples, int band) => samples.AsSpan(band * Width * Height, Width * Height);
}
