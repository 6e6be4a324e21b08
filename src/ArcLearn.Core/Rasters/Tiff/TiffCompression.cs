namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>The values of the compression tag that are decoded here, and the names of those that are not.</summary>
internal static class TiffCompression
{
    public const int None = 1;
    public const int Lzw = 5;
    public const int Jpeg = 7;
    public const int AdobeDeflate = 8;
    public const int ThunderScan = 32809;
    public const int PackBits = 32773;
    public const int Deflate = 32946;
    public const int Zstd = 50000;
    public const int WebP = 50001;

    public static bool IsSupported(int compression) => compression is None or Lzw or Jpeg or AdobeDeflate or PackBits or Deflate or Zstd or WebP || IsRare(compression);

    /// <summary>Whether blocks go through LibTiff.NET: fax (2 to 4, 32771), which is 1-bit, and ThunderScan, which is 4-bit.</summary>
    public static bool IsRare(int compression) => compression is 2 or 3 or 4 or 32771 or ThunderScan;

    public static bool HasPredictor(int compression) => compression is Lzw or AdobeDeflate or Deflate or Zstd;

    /// <summary>
    /// The most that one compressed byte can become, rounded up: a block that claims more is damaged, which is known before memory is taken for it.
    /// Deflate: 258 bytes from two bits; LZW: a string of at most 3838 bytes from twelve bits; PackBits: 128 bytes from two; Zstandard: a block of
    /// 128 KiB from four bytes; WebP: pictures of one colour are all header.
    /// </summary>
    public static long MaximumRatio(int compression) => compression switch
    {
        None => 1,
        PackBits => 64,
        Lzw => 2600,
        Jpeg => 1024,
        2 or 3 or 4 or 32771 => 1 << 16, // a row of any width can be one bit: the same as the row above
        ThunderScan => 64,
        Zstd => 1 << 15,
        WebP => 1 << 22,
        _ => 1040,
    };

    public static string Name(int compression) => compression switch
    {
        None => "none",
        2 => "CCITT RLE",
        3 => "CCITT fax 3",
        4 => "CCITT fax 4",
        Lzw => "LZW",
        6 => "old-style JPEG",
        Jpeg => "JPEG",
        AdobeDeflate or Deflate => "Deflate",
        32771 => "CCITT RLE/W",
        PackBits => "PackBits",
        ThunderScan => "ThunderScan",
        34661 => "JBIG",
        34676 or 34677 => "SGILog",
        34712 or 33003 or 33004 or 33005 => "JPEG 2000",
        34887 => "LERC",
        34925 => "LZMA",
        Zstd => "Zstandard",
        WebP => "WebP",
        50002 => "JPEG XL",
        _ => $"compression {compression}",
    };
}
