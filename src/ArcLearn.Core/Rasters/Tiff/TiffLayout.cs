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

        Bits = SampleBits();
        Photometric = (int)directory.Integer(TiffTag.Photometric, 1);
        ReversesBits = directory.Integer(TiffTag.FillOrder, 1) == 2 && Compression != TiffCompression.Jpeg && !TiffCompression.IsRare(Compression);
        IsPlanar = directory.Integer(TiffTag.PlanarConfiguration, 1) == 2 && Bands > 1;
        Predictor = TiffCompression.HasPredictor(Compression) ? (int)directory.Integer(TiffTag.Predictor, 1) : 1;
        if (Predictor is not (1 or 2) || (Predictor == 2 && Bits is not (8 or 16)))
        {
            throw Unsupported($"uses predictor {Predictor} on {Bits}-bit samples", "-co COMPRESS=DEFLATE -co PREDICTOR=2");
        }

        if (Photometric == 6 && Bands == 3 && Compression != TiffCompression.Jpeg)
        {
            throw Unsupported("holds YCbCr samples without JPEG compression", "-co PHOTOMETRIC=RGB -b 1 -b 2 -b 3");
        }

        if (Photometric == 5 && Bits == 8)
        {
            throw Unsupported("holds CMYK colours", "-b 1 -b 2 -b 3");
        }

        IsTiled = directory.Has(TiffTag.TileWidth);
        ReadBlocks();
    }

    public TiffDirectory Directory { get; }

    public int Width { get; }

    public int Height { get; }

    public int Bands { get; }

    /// <summary>Bits of a stored sample: 1 to 16. Up to 8 are read as bytes, more as 16-bit numbers, values unchanged.</summary>
    public int Bits { get; }

    public SampleType SampleType => Bits <= 8 ? SampleType.UInt8 : SampleType.UInt16;

    public int SampleBytes => Bits <= 8 ? 1 : 2;

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

    private int SampleBits()
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

        long format = formats.Length == 0 || formats[0] == 4 ? 1 : formats[0];
        if (format != 1 || width is < 1 or > 16)
        {
            string name = format switch { 1 => "unsigned", 2 => "signed", 3 => "floating-point", _ => "complex" };
            throw new LearnFormatException(
                $"has {width}-bit {name} samples, which are not read here; 8 and 16 bits unsigned are. A model knows the values it was trained on, so every raster, for "
                + "training and for detection, has to be converted by one fixed rule, never stretched to its own range (gdal_translate -scale without numbers). "
                + "Whole numbers from 0 to 65535 stay as they are with 'gdal_translate -ot UInt16'; others by a rule such as reflectance 0 to 1 as 0 to 10000: "
                + "'gdal_translate -ot UInt16 -scale 0 1 0 10000'.",
                Directory.Source.Path);
        }

        if (Compression == TiffCompression.Jpeg && width != 8)
        {
            throw Unsupported($"has {width}-bit JPEG samples", "-co COMPRESS=DEFLATE");
        }

        if (TiffCompression.IsRare(Compression) && (Bands != 1 || width != (Compression == TiffCompression.ThunderScan ? 4 : 1)))
        {
            throw Unsupported($"has {Bands} bands of {width} bits compressed with {TiffCompression.Name(Compression)}", "-co COMPRESS=DEFLATE");
        }

        return (int)width;
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
        if (across * down * (IsPlanar ? Bands : 1) > Directory.Source.Length)
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
