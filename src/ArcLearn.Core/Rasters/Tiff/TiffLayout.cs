namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>How the samples of one image lie in the file, checked: whatever stands here is consistent and can be read.</summary>
internal sealed class TiffLayout
{
    private const int MaximumBlockBytes = 1 << 30;
    private const int ChoppedStripBytes = 1 << 18;

    private TiffLayout(TiffDirectory directory)
    {
        Directory = directory;
        Width = Size(TiffTag.ImageWidth, "width");
        Height = Size(TiffTag.ImageLength, "height");
        Compression = (int)directory.Integer(TiffTag.Compression, TiffCompression.None);
        if (!TiffCompression.IsSupported(Compression))
        {
            throw Unsupported($"is compressed with {TiffCompression.Name(Compression)}", "-co COMPRESS=DEFLATE -co TILED=YES");
        }

        Bands = (int)directory.Integer(TiffTag.SamplesPerPixel, 1);
        if (Bands is < 1 or > ushort.MaxValue)
        {
            throw Damaged($"has {Bands} bands.");
        }

        (Bits, SampleType) = ReadSampleType();
        Photometric = (int)directory.Integer(TiffTag.Photometric, 1);
        ReversesBits = directory.Integer(TiffTag.FillOrder, 1) == 2 && Compression != TiffCompression.Jpeg && !TiffCompression.IsRare(Compression);
        IsPlanar = directory.Integer(TiffTag.PlanarConfiguration, 1) == 2 && Bands > 1;
        Predictor = TiffCompression.HasPredictor(Compression) ? (int)directory.Integer(TiffTag.Predictor, 1) : 1;
        if (Predictor is not (1 or 2 or 3)
            || (Predictor == 2 && Bits is not (8 or 16 or 32 or 64))
            || (Predictor == 3 && !SampleType.IsFloatingPoint()))
        {
            throw Unsupported($"uses predictor {Predictor} on {Bits}-bit samples of {SampleType}", "-co COMPRESS=DEFLATE -co PREDICTOR=2");
        }

        if (Photometric == 6 && Bands == 3 && Compression != TiffCompression.Jpeg)
        {
            throw Unsupported("holds YCbCr samples without JPEG compression", "-co PHOTOMETRIC=RGB -b 1 -b 2 -b 3");
        }

        if (Photometric == 5 && Bits == 8)
        {
            throw Unsupported("holds CMYK colours", "-b 1 -b 2 -b 3");
        }

        if (Compression == TiffCompression.WebP && Bands is not (3 or 4))
        {
            throw Unsupported($"has {Bands} band(s) compressed with WebP", "-co COMPRESS=DEFLATE");
        }

        IsTiled = directory.Has(TiffTag.TileWidth);
        ReadBlocks();
    }

    public TiffDirectory Directory { get; }

    public int Width { get; }

    public int Height { get; }

    public int Bands { get; }

    /// <summary>Bits of a stored sample: 1 to 64.</summary>
    public int Bits { get; }

    /// <summary>What samples are read as: whole numbers of odd widths as the next wider type, floating point of 16 and 24 bits as 32.</summary>
    public SampleType SampleType { get; }

    public int SampleBytes => SampleType.Bytes();

    /// <summary>Whether a decoded block's bytes are its samples, but for their order and the predictor.</summary>
    public bool IsWholeBytes => Bits == 8 * SampleBytes;

    /// <summary>Whether the file's bytes are the samples, but for their order: parts of a block can be read without the rest.</summary>
    public bool IsPlain => Compression == TiffCompression.None && !ReversesBits && IsWholeBytes;

    public int Compression { get; }

    public int Photometric { get; }

    public int Predictor { get; }

    public bool ReversesBits { get; }

    /// <summary>Whether each block holds one band only; else it holds all, pixel by pixel.</summary>
    public bool IsPlanar { get; }

    public bool IsTiled { get; }

    public int BlockWidth { get; private set; }

    public int BlockHeight { get; private set; }

    public int BlocksAcross { get; private set; }

    public int BlocksDown { get; private set; }

    /// <summary>Blocks of one band (planar) or of all bands together.</summary>
    public int BlocksPerPlane => BlocksAcross * BlocksDown;

    /// <summary>Samples of a pixel that a block stores together.</summary>
    public int BlockBands => IsPlanar ? 1 : Bands;

    /// <summary>Byte position of each block; 0 with a length of 0 for blocks that were never written.</summary>
    public long[] Offsets { get; private set; } = [];

    public long[] Lengths { get; private set; } = [];

    public static TiffLayout Read(TiffDirectory directory) => new(directory);

    /// <summary>Bytes of one stored row of a block, padded to a whole byte.</summary>
    public long RowBytes => (((long)BlockWidth * BlockBands * Bits) + 7) / 8;

    /// <summary>Rows that a block stores: the last strip is cut off at the image's end, a tile never.</summary>
    public int BlockRows(int block)
    {
        int row = block % BlocksPerPlane / BlocksAcross * BlockHeight;
        return IsTiled ? BlockHeight : Math.Min(BlockHeight, Height - row);
    }

    public LearnFormatException Damaged(string message) => Directory.Damaged(message);

    private int Size(ushort tag, string what)
    {
        long value = Directory.Integer(tag, 0);
        return value is > 0 and <= int.MaxValue ? (int)value : throw Damaged($"has a {what} of {value} pixels.");
    }

    private (int Bits, SampleType Type) ReadSampleType()
    {
        long[] formats = Directory.Integers(TiffTag.SampleFormat);
        long[] bits = Directory.Integers(TiffTag.BitsPerSample);
        long width = bits.Length == 0 ? 1 : bits[0];
        foreach (long other in bits.AsSpan(0, Math.Min(bits.Length, Bands)))
        {
            if (other != width)
            {
                throw Unsupported($"has bands of {width} and of {other} bits", "-ot UInt16");
            }
        }

        // 4 says "undefined", which others read as whole numbers too.
        long format = formats.Length == 0 || formats[0] == 4 ? 1 : formats[0];
        if (format is 5 or 6)
        {
            throw Unsupported($"has complex samples of {width} bits", "-ot Float32");
        }

        if (format is not (1 or 2 or 3) || width is < 1 or > 64 || (format == 3 && width is not (16 or 24 or 32 or 64)))
        {
            throw Damaged($"has samples of {width} bits and sample format {format}, which TIFF does not know.");
        }

        if (Compression is TiffCompression.Jpeg or TiffCompression.WebP && (width != 8 || format != 1))
        {
            throw Unsupported($"has {width}-bit {TiffCompression.Name(Compression)} samples", "-co COMPRESS=DEFLATE");
        }

        if (TiffCompression.IsRare(Compression) && (Bands != 1 || width != (Compression == TiffCompression.ThunderScan ? 4 : 1)))
        {
            throw Unsupported($"has {Bands} bands of {width} bits compressed with {TiffCompression.Name(Compression)}", "-co COMPRESS=DEFLATE");
        }

        SampleType type = (format, width) switch
        {
            (3, <= 32) => SampleType.Float32,
            (3, _) => SampleType.Float64,
            (2, <= 8) => SampleType.Int8,
            (2, <= 16) => SampleType.Int16,
            (2, <= 32) => SampleType.Int32,
            (2, _) => SampleType.Int64,
            (_, <= 8) => SampleType.UInt8,
            (_, <= 16) => SampleType.UInt16,
            (_, <= 32) => SampleType.UInt32,
            _ => SampleType.UInt64,
        };
        return ((int)width, type);
    }

    private LearnFormatException Unsupported(string found, string options) =>
        RasterFile.Unsupported(Directory.Source.Path, found, options);

    private void ReadBlocks()
    {
        BlockWidth = IsTiled ? Size(TiffTag.TileWidth, "tile width") : Width;
        long blockHeight = IsTiled ? Size(TiffTag.TileLength, "tile height") : Directory.Integer(TiffTag.RowsPerStrip, Height);
        if (blockHeight <= 0)
        {
            throw Damaged($"has strips of {blockHeight} rows.");
        }

        BlockHeight = IsTiled ? (int)blockHeight : (int)Math.Min(blockHeight, Height);
        Count();

        // Some writers name tiles' places in the strips' fields.
        bool hasTileFields = IsTiled && Directory.Has(TiffTag.TileOffsets);
        Offsets = Directory.Integers(hasTileFields ? TiffTag.TileOffsets : TiffTag.StripOffsets);
        Lengths = Directory.Integers(hasTileFields ? TiffTag.TileByteCounts : TiffTag.StripByteCounts);
        int blocks = BlocksPerPlane * (IsPlanar ? Bands : 1);
        if (Offsets.Length < blocks)
        {
            throw Damaged($"names {Offsets.Length} of its {blocks} {(IsTiled ? "tiles" : "strips")}.");
        }

        if (Lengths.Length < blocks)
        {
            EstimateLengths(blocks);
        }

        if (Compression == TiffCompression.None && !IsTiled && BlocksDown == 1)
        {
            ChopStrips();
        }

        long bytes = RowBytes * BlockHeight;
        if (bytes > MaximumBlockBytes || (long)BlockWidth * BlockHeight * BlockBands * SampleBytes > MaximumBlockBytes)
        {
            throw Unsupported($"is stored in blocks of {BlockWidth} by {BlockHeight} pixels and {BlockBands} bands, too large to read in parts", "-co TILED=YES");
        }
    }

    private void Count()
    {
        long across = (Width + (long)BlockWidth - 1) / BlockWidth;
        long down = (Height + (long)BlockHeight - 1) / BlockHeight;
        if ((Int128)across * down * (IsPlanar ? Bands : 1) > Directory.Source.Length)
        {
            throw Damaged($"is truncated or damaged: {Width} by {Height} pixels in blocks of {BlockWidth} by {BlockHeight} do not fit into {Directory.Source.Length} bytes.");
        }

        BlocksAcross = (int)across;
        BlocksDown = (int)down;
    }

    // A field that TIFF 6.0 asks for and early writers left out.
    private void EstimateLengths(int blocks)
    {
        if (Compression != TiffCompression.None && blocks > 1)
        {
            throw Damaged($"gives the lengths of {Lengths.Length} of its {blocks} {(IsTiled ? "tiles" : "strips")}.");
        }

        Lengths = new long[blocks];
        for (int i = 0; i < blocks; i++)
        {
            long rest = Math.Max(0, Directory.Source.Length - Offsets[i]);
            Lengths[i] = Compression == TiffCompression.None ? Math.Min(rest, RowBytes * BlockRows(i)) : rest;
        }
    }

    /// <summary>One uncompressed strip for the whole image would be read whole for every window: cut it at row ends.</summary>
    private void ChopStrips()
    {
        long rows = Math.Clamp(ChoppedStripBytes / RowBytes, 1, BlockHeight);
        if (rows == BlockHeight)
        {
            return;
        }

        // Also keeps a damaged header from asking for endless lists of pieces.
        long rowBytes = RowBytes;
        int planes = IsPlanar ? Bands : 1;
        if (rowBytes * Height > Directory.Source.Length / planes)
        {
            throw Damaged($"is truncated: {Directory.Source.Length} bytes cannot hold {Width} by {Height} pixels of {Bands} bands.");
        }

        long[] offsets = Offsets;
        long[] lengths = Lengths;
        BlockHeight = (int)rows;
        BlocksDown = (int)((Height + rows - 1) / rows);
        Offsets = new long[BlocksDown * planes];
        Lengths = new long[Offsets.Length];
        for (int i = 0; i < Offsets.Length; i++)
        {
            long start = i % BlocksDown * rows * rowBytes;
            int strip = i / BlocksDown;
            bool isSparse = offsets[strip] == 0 && lengths[strip] == 0;
            Offsets[i] = isSparse ? 0 : offsets[strip] + start;
            Lengths[i] = Math.Clamp(lengths[strip] - start, 0, rowBytes * BlockRows(i));
        }
    }
}
