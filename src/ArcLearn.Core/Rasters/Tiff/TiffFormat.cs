namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>The shape of a TIFF to be written: pixel-interleaved, compressed with the predictor that suits its samples, in tiles or in strips.</summary>
internal sealed record TiffFormat(int Width, int Height, int Bands, SampleType SampleType, bool IsTiled, int BlockWidth, int BlockHeight)
{
    private const int StripBytes = 1 << 16;

    // A classic file ends at 4 GiB. Deflate does not enlarge by more than a few bytes a block; the margin holds those and the directory.
    private const long ClassicLimit = (4L << 30) - (64L << 20);

    /// <summary>Whether the first three bands are red, green and blue; else nothing is said of what they are.</summary>
    public bool IsColor { get; init; }

    /// <summary>One of None, Lzw, AdobeDeflate and Zstd of <see cref="TiffCompression"/>.</summary>
    public int Compression { get; init; } = TiffCompression.AdobeDeflate;

    /// <summary>Whether Deflate looks for neighbours alone (<see cref="Deflate.FastDeflate"/>).</summary>
    public bool IsFast { get; init; }

    /// <summary>2 (differences) for whole numbers, 3 (bytes apart) for floating point, 1 without compression.</summary>
    public int Predictor => Compression == TiffCompression.None ? 1 : SampleType.IsFloatingPoint() ? 3 : 2;

    public int SampleBytes => SampleType.Bytes();

    public int BlocksAcross => (int)(((long)Width + BlockWidth - 1) / BlockWidth);

    public int BlocksDown => (int)(((long)Height + BlockHeight - 1) / BlockHeight);

    public int Blocks => checked(BlocksAcross * BlocksDown);

    /// <summary>Decided from the sizes alone, so that the same raster always gives the same kind of file.</summary>
    public bool IsBigTiff => (long)BlocksAcross * BlockWidth * Height * Bands * SampleBytes > ClassicLimit;

    public static TiffFormat Tiled(int width, int height, int bands, SampleType type, int tileSize)
    {
        Check(width, height, bands);
        return tileSize > 0 && tileSize % 16 == 0
            ? new TiffFormat(width, height, bands, type, true, tileSize, tileSize)
            : throw new ArgumentException($"A tile of {tileSize} pixels is none that TIFF allows: multiples of 16 are.");
    }

    public static TiffFormat Stripped(int width, int height, int bands, SampleType type)
    {
        Check(width, height, bands);
        long row = (long)width * bands * type.Bytes();
        return new TiffFormat(width, height, bands, type, false, width, (int)Math.Clamp(StripBytes / row, 1, height));
    }

    /// <summary>Rows that a block stores: the last strip ends with the image, the last tile is filled up.</summary>
    public int BlockRows(int blockRow) => IsTiled ? BlockHeight : Math.Min(BlockHeight, Height - (blockRow * BlockHeight));

    private static void Check(int width, int height, int bands)
    {
        if (width < 1 || height < 1 || bands is < 1 or > ushort.MaxValue)
        {
            throw new ArgumentException($"A raster of {width} by {height} pixels and {bands} bands cannot be written.");
        }
    }
}
