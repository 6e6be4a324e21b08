using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ArcLearn.Core.Rasters.Jpeg;

/// <summary>
/// Baseline JPEG of one band or of three as red, green and blue, colours as fine as brightness (ITU T.81; JFIF 1.01). Quality scales the tables of section K.1 as the Independent JPEG Group's
/// library does. The bytes depend on the samples alone.
/// </summary>
internal static class JpegWriter
{
    private const int MostBytes = 64 * 4;       // of a block: 63 coefficients of 26 bits and one of 20, were each byte followed by a zero

    private static readonly byte[] s_luma =
    [
        16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
        18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
    ];

    private static readonly byte[] s_chroma =
    [
        17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99,
        99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    ];

    /// <summary>Places of coefficients that lie column by column, from the lowest frequency on.</summary>
    private static readonly byte[] s_order = [.. JpegHeader.ZigZag.ToArray().Select(place => (byte)((place % 8 * 8) + (place / 8)))];

    /// <param name="image">Of bytes, 65,535 pixels a side at most.</param>
    /// <param name="quality">50 to 100.</param>
    /// <exception cref="LearnArgumentException">ChipFormat: the image is too large for JPEG.</exception>
    public static void Write(Stream stream, RasterImage image, int quality)
    {
        if (image.Width > ushort.MaxValue || image.Height > ushort.MaxValue)
        {
            throw new LearnArgumentException("ChipFormat", $"JPEG ends at 65535 pixels a side, and a chip has {image.Width} by {image.Height}. Use -ChipFormat TIFF, or a smaller -TileSize.");
        }

        byte[] luma = Scale(s_luma, quality);
        byte[] chroma = Scale(s_chroma, quality);
        WriteHead(stream, image, luma, chroma);
        int blocks = (image.Width + 7) / 8 * image.Bands;
        byte[] row = ArrayPool<byte>.Shared.Rent((blocks * MostBytes * 2) + 16);
        try
        {
            WriteScan(stream, image, luma, chroma, row);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(row);
        }

        stream.Write([0xFF, 0xD9]);
    }

    private static byte[] Scale(byte[] table, int quality) => [.. table.Select(step => (byte)Math.Clamp(((step * (200 - (2 * quality))) + 50) / 100, 1, 255))];

    private static void WriteHead(Stream stream, RasterImage image, byte[] luma, byte[] chroma)
    {
        bool isColour = image.Bands == 3;
        stream.Write([0xFF, 0xD8]);
        WriteSegment(stream, 0xE0, [.. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 0, 0]);     // pixels are square, of no size
        WriteTable(stream, 0, luma);
        if (isColour)
        {
            WriteTable(stream, 1, chroma);
        }

        byte[] frame = [8, 0, 0, 0, 0, (byte)image.Bands, .. Enumerable.Range(1, image.Bands).SelectMany(i => new byte[] { (byte)i, 0x11, (byte)(i == 1 ? 0 : 1) })];
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(1), (ushort)image.Height);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(3), (ushort)image.Width);
        WriteSegment(stream, 0xC0, frame);
        WriteCodes(stream, 0x00, JpegCodes.LumaFirst);
        WriteCodes(stream, 0x10, JpegCodes.LumaOthers);
        if (isColour)
        {
            WriteCodes(stream, 0x01, JpegCodes.ChromaFirst);
            WriteCodes(stream, 0x11, JpegCodes.ChromaOthers);
        }

        WriteSegment(stream, 0xDA, [(byte)image.Bands, .. Enumerable.Range(1, image.Bands).SelectMany(i => new byte[] { (byte)i, (byte)(i == 1 ? 0x00 : 0x11) }), 0, 63, 0]);
    }

    private static void WriteTable(Stream stream, byte number, byte[] table)
    {
        byte[] ordered = new byte[65];
        ordered[0] = number;
        for (int i = 0; i < 64; i++)
        {
            ordered[i + 1] = table[JpegHeader.ZigZag[i]];
        }

        WriteSegment(stream, 0xDB, ordered);
    }

    private static void WriteCodes(Stream stream, byte number, JpegCodes codes) => WriteSegment(stream, 0xC4, [number, .. codes.Counts, .. codes.Symbols]);

    private static void WriteSegment(Stream stream, byte marker, byte[] content)
    {
        byte[] head = [0xFF, marker, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(2), (ushort)(content.Length + 2));
        stream.Write(head);
        stream.Write(content);
    }

    /// <summary>A row of blocks at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WriteScan(Stream stream, RasterImage image, byte[] luma, byte[] chroma, byte[] row)
    {
        JpegForwardTransform[] transforms = [new(luma), new(chroma), new(chroma)];
        JpegCodes[] firsts = [JpegCodes.LumaFirst, JpegCodes.ChromaFirst, JpegCodes.ChromaFirst];
        JpegCodes[] others = [JpegCodes.LumaOthers, JpegCodes.ChromaOthers, JpegCodes.ChromaOthers];
        Span<int> last = stackalloc int[3];
        last.Clear();
        Span<float> samples = stackalloc float[3 * 64];
        Span<short> coefficients = stackalloc short[64];
        JpegBitWriter bits = new(row);
        for (int y = 0; y < image.Height; y += 8)
        {
            for (int x = 0; x < image.Width; x += 8)
            {
                Load(image, x, y, samples);
                for (int i = 0; i < image.Bands; i++)
                {
                    transforms[i].Apply(samples.Slice(i * 64, 64), coefficients);
                    bits.AddBlock(coefficients, s_order, firsts[i], others[i], ref last[i]);
                }
            }

            if (y + 8 >= image.Height)
            {
                bits.Complete();
            }

            stream.Write(row, 0, bits.Length);
            bits.Clear();
        }
    }

    /// <summary>A block of each component around 0; what lies beyond the image is as its last column and row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Load(RasterImage image, int x, int y, Span<float> samples)
    {
        int plane = image.Width * image.Height;
        Span<byte> edge = stackalloc byte[24];
        bool isWhole = x + 8 <= image.Width;
        ref float to = ref MemoryMarshal.GetReference(samples);
        for (int row = 0; row < 8; row++)
        {
            int at = (Math.Min(y + row, image.Height - 1) * image.Width) + x;
            if (!isWhole)
            {
                for (int i = 0; i < 8 * image.Bands; i++)
                {
                    edge[i] = image.Samples[(i / 8 * plane) + at + Math.Min(i % 8, image.Width - 1 - x)];
                }
            }

            Vector256<float> first = Eight(isWhole ? image.Samples.AsSpan(at) : edge);
            if (image.Bands == 1)
            {
                (first - Vector256.Create(128f)).StoreUnsafe(ref to, (nuint)(row * 8));
                continue;
            }

            Vector256<float> second = Eight(isWhole ? image.Samples.AsSpan(plane + at) : edge[8..]);
            Vector256<float> third = Eight(isWhole ? image.Samples.AsSpan((2 * plane) + at) : edge[16..]);

            // JFIF: the shares of red, green and blue in brightness, and how far blue and red are from it.
            Vector256<float> luma = (first * Vector256.Create(0.299f)) + (second * Vector256.Create(0.587f)) + (third * Vector256.Create(0.114f));
            (luma - Vector256.Create(128f)).StoreUnsafe(ref to, (nuint)(row * 8));
            ((third - luma) * Vector256.Create((float)(0.5 / (1 - 0.114)))).StoreUnsafe(ref to, (nuint)((row * 8) + 64));
            ((first - luma) * Vector256.Create((float)(0.5 / (1 - 0.299)))).StoreUnsafe(ref to, (nuint)((row * 8) + 128));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Eight(ReadOnlySpan<byte> bytes)
    {
        Vector128<ushort> words = Vector128.WidenLower(Vector128.CreateScalar(BinaryPrimitives.ReadUInt64LittleEndian(bytes)).AsByte());
        return Vector256.ConvertToSingle(Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words)).AsInt32());
    }
}
