using System.Buffers.Binary;

namespace ArcLearn.Core.Rasters.Jpeg;

/// <summary>One component of a frame: how often it is sampled, and its tables.</summary>
internal sealed record JpegComponent(int Id, int Across, int Down, int QuantizationTable)
{
    public int DcTable { get; set; }

    public int AcTable { get; set; }
}

/// <summary>What stands before the entropy-coded data of a baseline JPEG (ITU-T T.81, annex B).</summary>
internal sealed class JpegHeader
{
    /// <summary>Place of the nth coefficient, in zigzag order, in a block of eight rows.</summary>
    public static ReadOnlySpan<byte> ZigZag =>
    [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    ];

    /// <param name="tables">Whose tables hold until others are read, or null.</param>
    public JpegHeader(JpegHeader? tables = null)
    {
        tables?.Quantization.CopyTo(Quantization, 0);
        tables?.Dc.CopyTo(Dc, 0);
        tables?.Ac.CopyTo(Ac, 0);
    }

    public int Width { get; private set; }

    public int Height { get; private set; }

    public JpegComponent[] Components { get; private set; } = [];

    /// <summary>Row by row, not in zigzag order.</summary>
    public int[]?[] Quantization { get; } = new int[4][];

    public JpegHuffmanTable?[] Dc { get; } = new JpegHuffmanTable[4];

    public JpegHuffmanTable?[] Ac { get; } = new JpegHuffmanTable[4];

    /// <summary>Units between two restarts; 0 for none.</summary>
    public int RestartInterval { get; private set; }

    /// <summary>Where the entropy-coded data begins, once a scan was found.</summary>
    public int ScanStart { get; private set; }

    /// <summary>Reads segments up to a scan or the end; false for what is damaged or no baseline JPEG of 8 bits with all components in one scan.</summary>
    public bool Read(ReadOnlySpan<byte> stream)
    {
        int position = 2;
        while (position + 4 <= stream.Length && stream[position] == 0xFF)
        {
            int marker = stream[position + 1];
            if (marker == 0xFF)
            {
                position++;
                continue;
            }

            if (marker == 0xD9)
            {
                return true;
            }

            int size = BinaryPrimitives.ReadUInt16BigEndian(stream[(position + 2)..]);
            if (size < 2 || position + 2 + size > stream.Length)
            {
                return false;
            }

            ReadOnlySpan<byte> segment = stream.Slice(position + 4, size - 2);
            position += 2 + size;
            bool isGood = marker switch
            {
                0xC0 or 0xC1 => ReadFrame(segment),
                0xC4 => ReadHuffman(segment),
                0xDB => ReadQuantization(segment),
                0xDD => ReadInterval(segment),
                0xDA => ReadScan(segment),
                >= 0xE0 or 0xC8 => true,
                _ => false, // another process: progressive, lossless, arithmetic
            };
            if (!isGood || marker == 0xDA)
            {
                ScanStart = position;
                return isGood;
            }
        }

        return position >= stream.Length - 2;
    }

    private bool ReadFrame(ReadOnlySpan<byte> segment)
    {
        if (segment.Length < 6 || segment[0] != 8 || Components.Length > 0)
        {
            return false;
        }

        Height = BinaryPrimitives.ReadUInt16BigEndian(segment[1..]);
        Width = BinaryPrimitives.ReadUInt16BigEndian(segment[3..]);
        int count = segment[5];
        if (Width == 0 || Height == 0 || count is not (1 or 3) || segment.Length < 6 + (3 * count))
        {
            return false;
        }

        Components = new JpegComponent[count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> one = segment.Slice(6 + (3 * i), 3);
            Components[i] = new JpegComponent(one[0], one[1] >> 4, one[1] & 15, one[2] & 3);
        }

        return true;
    }

    private bool ReadScan(ReadOnlySpan<byte> segment)
    {
        if (segment.Length < 1 || segment[0] != Components.Length || Components.Length == 0 || segment.Length < 4 + (2 * Components.Length))
        {
            return false;
        }

        for (int i = 0; i < Components.Length; i++)
        {
            if (segment[1 + (2 * i)] != Components[i].Id)
            {
                return false;
            }

            Components[i].DcTable = (segment[2 + (2 * i)] >> 4) & 3;
            Components[i].AcTable = segment[2 + (2 * i)] & 3;
        }

        return Array.TrueForAll(Components, c => Quantization[c.QuantizationTable] is not null && Dc[c.DcTable] is not null && Ac[c.AcTable] is not null);
    }

    private bool ReadInterval(ReadOnlySpan<byte> segment)
    {
        RestartInterval = segment.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(segment) : 0;
        return segment.Length >= 2;
    }

    private bool ReadQuantization(ReadOnlySpan<byte> segment)
    {
        while (segment.Length > 0)
        {
            bool isWide = segment[0] >> 4 != 0;
            int length = isWide ? 128 : 64;
            if (segment.Length < 1 + length)
            {
                return false;
            }

            int[] table = new int[64];
            for (int i = 0; i < 64; i++)
            {
                table[ZigZag[i]] = isWide ? BinaryPrimitives.ReadUInt16BigEndian(segment[(1 + (2 * i))..]) : segment[1 + i];
            }

            Quantization[segment[0] & 3] = table;
            segment = segment[(1 + length)..];
        }

        return true;
    }

    private bool ReadHuffman(ReadOnlySpan<byte> segment)
    {
        while (segment.Length >= 17)
        {
            int count = 0;
            foreach (byte one in segment.Slice(1, 16))
            {
                count += one;
            }

            if (count > 256 || segment.Length < 17 + count || JpegHuffmanTable.Create(segment.Slice(1, 16), segment.Slice(17, count)) is not JpegHuffmanTable table)
            {
                return false;
            }

            (segment[0] >> 4 == 0 ? Dc : Ac)[segment[0] & 3] = table;
            segment = segment[(17 + count)..];
        }

        return segment.Length == 0;
    }
}
