namespace ArcLearn.Core.Rasters;

/// <summary>A small raster in memory.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Bands">Bands.</param>
/// <param name="SampleType">The number type; samples are little-endian.</param>
/// <param name="Samples">Band after band: sample <c>(band·Height + row)·Width + column</c>.</param>
internal sealed record RasterImage(int Width, int Height, int Bands, SampleType SampleType, byte[] Samples)
{
    /// <summary>Whether the first three bands are red, green and blue: the file will say so.</summary>
    public bool IsColor { get; init; }

    /// <summary>Bytes of a sample.</summary>
    public int SampleBytes => SampleType.Bytes();

    /// <exception cref="ArgumentException">The sizes do not give as many bytes as there are.</exception>
    public void Check()
    {
        if (Width < 1 || Height < 1 || Bands < 1 || (long)Width * Height * Bands * SampleBytes != Samples.Length)
        {
            throw new ArgumentException($"{Samples.Length} bytes are no {Width} by {Height} pixels of {Bands} bands of {SampleType}.");
        }
    }
}
