using System.Runtime.CompilerServices;

namespace ArcLearn.Core.Rasters.Jpeg;

/// <summary>
/// A Huffman table (ITU-T T.81, annexes C and F) as a look-up by the next bits. For coefficients whose code and value lie in the bits looked at, one look
/// gives zeros before it, value and length.
/// </summary>
internal sealed class JpegHuffmanTable
{
    /// <summary>Bits that a look takes; longer codes are found by comparison.</summary>
    public const int LookBits = 10;

    private JpegHuffmanTable()
    {
    }

    /// <summary>By the next bits: symbol in the low byte, length of its code above; 0 for longer codes.</summary>
    public ushort[] Symbols { get; } = new ushort[1 << LookBits];

    /// <summary>By the next bits: length in the low byte, zeros before the coefficient above, the coefficient in the upper half; 0 where they do not say.</summary>
    public int[] Values { get; } = new int[1 << LookBits];

    /// <summary>For each length: one more than the greatest code of it, moved to the upper end of 16 bits; 0 where there is none.</summary>
    public int[] Limits { get; } = new int[18];

    /// <summary>For each length: what to add to a code for the place of its symbol.</summary>
    public int[] Places { get; } = new int[17];

    /// <summary>The symbols by rising code.</summary>
    public byte[] Order { get; private set; } = [];

    /// <summary>From the counts of codes of 1 to 16 bits and their symbols; null where there are more codes than bits have room for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static JpegHuffmanTable? Create(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        JpegHuffmanTable table = new() { Order = symbols.ToArray() };
        int code = 0;
        int at = 0;
        for (int length = 1; length <= 16; length++)
        {
            table.Places[length] = at - code;
            for (int i = 0; i < counts[length - 1]; i++, code++, at++)
            {
                if (code >= 1 << length)
                {
                    return null;
                }

                if (length <= LookBits)
                {
                    int first = code << (LookBits - length);
                    table.Symbols.AsSpan(first, 1 << (LookBits - length)).Fill((ushort)((length << 8) | symbols[at]));
                }
            }

            table.Limits[length] = code << (16 - length);
            code <<= 1;
        }

        table.Limits[17] = int.MaxValue;
        table.FindValues();
        return table;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FindValues()
    {
        for (int bits = 0; bits < Symbols.Length; bits++)
        {
            int length = Symbols[bits] >> 8;
            int size = Symbols[bits] & 15;
            if (length == 0 || size == 0 || length + size > LookBits)
            {
                continue;
            }

            int magnitude = (bits >> (LookBits - length - size)) & ((1 << size) - 1);
            int value = magnitude < 1 << (size - 1) ? magnitude - (1 << size) + 1 : magnitude;
            Values[bits] = (value << 16) | (((Symbols[bits] >> 4) & 15) << 8) | (length + size);
        }
    }
}
