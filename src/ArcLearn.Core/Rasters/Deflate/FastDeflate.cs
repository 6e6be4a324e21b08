using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ArcLearn.Core.Rasters.Deflate;

/// <summary>
/// Deflate (RFC 1951) in the zlib format (RFC 1950) for samples of which the neighbour was subtracted: runs of one byte as repetitions, all else by a Huffman code of its own for
/// each block. Noise has no other repetitions: looking for them takes several times as long and finds nothing. The bytes depend on the data alone.
/// </summary>
internal sealed class FastDeflate
{
    private const int BlockLength = 1 << 16;
    private const int StoredLength = ushort.MaxValue;
    private const int EndOfBlock = 256;
    private const int LongestRepetition = 258;

    // Lengths of repetitions: what the shortest of each code is, and how many bits tell the others (RFC 1951, section 3.2.5).
    private static readonly int[] s_shortest =
        [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];

    private static readonly int[] s_extraBits = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

    private static readonly byte[] s_codeOfLength = CodesOfLengths();

    private readonly HuffmanCode _code = new(EndOfBlock + 1 + s_shortest.Length, 15);
    private readonly CodeLengths _header = new();
    private readonly uint[] _literals = new uint[256];
    private readonly int[] _counts = new int[4 * 256];

    private byte[] _encoded = [];

    [ThreadStatic]
    private static FastDeflate? t_own;

    private FastDeflate()
    {
    }

    /// <summary>The zlib stream of <paramref name="data"/>, to be looked at until this thread asks for the next.</summary>
    public static ReadOnlySpan<byte> Encode(ReadOnlySpan<byte> data)
    {
        FastDeflate own = t_own ??= new FastDeflate();
        int most = data.Length + (((data.Length / StoredLength) + 2) * 16);
        if (own._encoded.Length < most)
        {
            own._encoded = new byte[most];
        }

        BitWriter bits = new(own._encoded);
        own.Encode(data, ref bits);
        return own._encoded.AsSpan(0, bits.Length);
    }

    private void Encode(ReadOnlySpan<byte> data, ref BitWriter bits)
    {
        bits.Add(0x0178, 16);       // Deflate with a window of 32 KiB, fastest
        int begin = 0;
        do
        {
            int end = Math.Min(begin + BlockLength, data.Length);
            EncodeBlock(data, begin, end, isLast: end == data.Length, ref bits);
            begin = end;
        }
        while (begin < data.Length);

        Span<byte> sum = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(sum, Adler32.Of(data));
        bits.AddBytes(sum);
    }

    private void EncodeBlock(ReadOnlySpan<byte> data, int begin, int end, bool isLast, ref BitWriter bits)
    {
        Count(data, begin, end);
        _code.Build();
        _header.Build(_code.Lengths);
        if (EncodedBits() > 8L * (end - begin))
        {
            Store(data[begin..end], isLast, ref bits);
            return;
        }

        bits.Flush();
        bits.Add(isLast ? 0b101u : 0b100u, 3);      // a code of its own
        _header.Write(ref bits);
        for (int i = 0; i < _literals.Length; i++)
        {
            _literals[i] = Packed(i);
        }

        for (int at = begin; at < end;)
        {
            int run = FindRun(data, at, end, out int length);
            WriteLiterals(data[at..run], ref bits);
            at = run + length;
            WriteRun(length, ref bits);
        }

        Write(EndOfBlock, ref bits);
        bits.Flush();
    }

    private static void Store(ReadOnlySpan<byte> data, bool isLast, ref BitWriter bits)
    {
        Span<byte> lengths = stackalloc byte[4];
        do
        {
            ReadOnlySpan<byte> part = data[..Math.Min(StoredLength, data.Length)];
            data = data[part.Length..];
            bits.Flush();
            bits.Add(isLast && data.IsEmpty ? 1u : 0u, 3);
            BinaryPrimitives.WriteUInt16LittleEndian(lengths, (ushort)part.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(lengths[2..], (ushort)~part.Length);
            bits.AddBytes(lengths);
            bits.AddBytes(part);
        }
        while (!data.IsEmpty);
    }

    private void Count(ReadOnlySpan<byte> data, int begin, int end)
    {
        Array.Clear(_counts);
        Array.Clear(_code.Counts);
        _code.Counts[EndOfBlock] = 1;
        for (int at = begin; at < end;)
        {
            int run = FindRun(data, at, end, out int length);
            CountLiterals(data[at..run], _counts);
            at = run + length;
            for (; length > 0; length -= Math.Min(length, LongestRepetition))
            {
                _code.Counts[s_codeOfLength[Math.Min(length, LongestRepetition)] + EndOfBlock + 1]++;
            }
        }

        for (int i = 0; i < 256; i++)
        {
            _code.Counts[i] = _counts[i] + _counts[256 + i] + _counts[512 + i] + _counts[768 + i];
        }
    }

    private long EncodedBits()
    {
        long sum = _header.Bits + 3;
        for (int symbol = 0; symbol < _code.Counts.Length; symbol++)
        {
            int extra = symbol > EndOfBlock ? s_extraBits[symbol - EndOfBlock - 1] + 1 : 0;
            sum += (long)_code.Counts[symbol] * (_code.Lengths[symbol] + extra);
        }

        return sum;
    }

    /// <summary>The next run of bytes that are as the one before it; <paramref name="end"/> and no length where there is none.</summary>
    /// <param name="length">None that repetitions of 3 to 258 cannot add up to.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int FindRun(ReadOnlySpan<byte> data, int begin, int end, out int length)
    {
        ref byte start = ref MemoryMarshal.GetReference(data);
        for (int i = Math.Max(begin, 1); i <= end - sizeof(ulong); i += sizeof(ulong))
        {
            // Eight bytes, and those one before each.
            if (Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, i)) == Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, i - 1)))
            {
                int first = i;
                while (first > Math.Max(begin, 1) && data[first - 1] == data[first - 2])
                {
                    first--;
                }

                int others = data[i..end].IndexOfAnyExcept(data[i]);
                length = (others < 0 ? end : i + others) - first;
                length -= length % LongestRepetition is int rest and < 3 ? rest : 0;
                return first;
            }
        }

        length = 0;
        return end;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CountLiterals(ReadOnlySpan<byte> data, int[] counts)
    {
        // Four tables: neighbours are often alike, and a count would have to wait for the one before it.
        ref int count = ref MemoryMarshal.GetArrayDataReference(counts);
        int i = 0;
        for (; i <= data.Length - 4; i += 4)
        {
            uint four = BinaryPrimitives.ReadUInt32LittleEndian(data[i..]);
            Unsafe.Add(ref count, (int)(four & 255))++;
            Unsafe.Add(ref count, (int)((four >> 8) & 255) + 256)++;
            Unsafe.Add(ref count, (int)((four >> 16) & 255) + 512)++;
            Unsafe.Add(ref count, (int)(four >> 24) + 768)++;
        }

        for (; i < data.Length; i++)
        {
            counts[data[i]]++;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void WriteLiterals(ReadOnlySpan<byte> data, ref BitWriter to)
    {
        BitWriter bits = to;        // a copy can live in registers
        ref uint codes = ref MemoryMarshal.GetArrayDataReference(_literals);
        int i = 0;
        for (; i <= data.Length - 3; i += 3)
        {
            uint first = Unsafe.Add(ref codes, data[i]);
            uint second = Unsafe.Add(ref codes, data[i + 1]);
            uint third = Unsafe.Add(ref codes, data[i + 2]);
            bits.Add(first >> 4, (int)(first & 15));
            bits.Add(second >> 4, (int)(second & 15));
            bits.Add(third >> 4, (int)(third & 15));
            bits.Flush();
        }

        for (; i < data.Length; i++)
        {
            uint code = Unsafe.Add(ref codes, data[i]);
            bits.Add(code >> 4, (int)(code & 15));
            bits.Flush();
        }

        to = bits;
    }

    private void WriteRun(int length, ref BitWriter bits)
    {
        while (length > 0)
        {
            int part = Math.Min(length, LongestRepetition);
            int code = s_codeOfLength[part];
            Write(EndOfBlock + 1 + code, ref bits);
            bits.Add((uint)(part - s_shortest[code]), s_extraBits[code] + 1);   // and the distance: of the one code, whose bit is 0
            bits.Flush();
            length -= part;
        }
    }

    private void Write(int symbol, ref BitWriter bits) => bits.Add(_code.Codes[symbol], _code.Lengths[symbol]);

    private uint Packed(int symbol) => ((uint)_code.Codes[symbol] << 4) | _code.Lengths[symbol];

    private static byte[] CodesOfLengths()
    {
        byte[] codes = new byte[LongestRepetition + 1];
        for (int code = 0; code < s_shortest.Length; code++)
        {
            codes.AsSpan(s_shortest[code]).Fill((byte)code);
        }

        return codes;
    }
}
