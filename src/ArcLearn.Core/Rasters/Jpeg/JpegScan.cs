using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace ArcLearn.Core.Rasters.Jpeg;

/// <summary>Reads the coefficients of a baseline scan block by block (ITU-T T.81, annex F.2).</summary>
internal ref struct JpegScan(ReadOnlySpan<byte> data)
{
    private readonly ReadOnlySpan<byte> _data = data;
    private int _position;
    private ulong _bits;
    private int _count;
    private int _missing;

    /// <summary>Whether bits were taken that are not in the file.</summary>
    public readonly bool IsExhausted => _missing > _count;

    /// <summary>Reads one block of 64 zeros; answers the place of the last coefficient in zigzag order, or -1 for codes that are none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int ReadBlock(JpegHuffmanTable dcTable, JpegHuffmanTable acTable, ref int prediction, scoped Span<short> block)
    {
        ReadOnlySpan<byte> places = JpegHeader.ZigZag;
        int[] values = acTable.Values;
        int size = ReadSymbol(dcTable);
        if (size is < 0 or > 15)
        {
            return -1;
        }

        prediction += ReadValue(size);
        block[0] = (short)prediction;
        int last = 0;
        for (int k = 1; k < 64;)
        {
            if (_count < 32)
            {
                Refill();
            }

            int known = values[(int)(_bits >> (64 - JpegHuffmanTable.LookBits))];
            if (known != 0)
            {
                k += (known >> 8) & 255;
                _bits <<= known & 255;
                _count -= known & 255;
                if (k > 63)
                {
                    return -1;
                }

                block[places[k]] = (short)(known >> 16);
                last = k++;
                continue;
            }

            int symbol = ReadSymbol(acTable);
            if (symbol < 0)
            {
                return -1;
            }

            int zeros = symbol >> 4;
            size = symbol & 15;
            if (size == 0)
            {
                if (zeros < 15)
                {
                    break;
                }

                k += 16;
                continue;
            }

            k += zeros;
            if (k > 63)
            {
                return -1;
            }

            block[places[k]] = (short)ReadValue(size);
            last = k++;
        }

        return last;
    }

    /// <summary>Goes to the next restart marker, which must be here.</summary>
    public bool Restart()
    {
        bool isGood = !IsExhausted && _position + 2 <= _data.Length && _data[_position] == 0xFF && _data[_position + 1] is >= 0xD0 and <= 0xD7;
        _position += 2;
        (_bits, _count, _missing) = (0, 0, 0);
        return isGood;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int ReadSymbol(JpegHuffmanTable table)
    {
        if (_count < 32)
        {
            Refill();
        }

        int entry = table.Symbols[(int)(_bits >> (64 - JpegHuffmanTable.LookBits))];
        int length = entry >> 8;
        if (length > 0)
        {
            _bits <<= length;
            _count -= length;
            return entry & 255;
        }

        int next = (int)(_bits >> 48);
        length = JpegHuffmanTable.LookBits + 1;
        while (next >= table.Limits[length])
        {
            length++;
        }

        if (length > 16)
        {
            return -1;
        }

        int place = (next >> (16 - length)) + table.Places[length];
        _bits <<= length;
        _count -= length;
        return (uint)place < (uint)table.Order.Length ? table.Order[place] : -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int ReadValue(int size)
    {
        if (size == 0)
        {
            return 0;
        }

        if (_count < size)
        {
            Refill();
        }

        int value = (int)(_bits >> (64 - size));
        _bits <<= size;
        _count -= size;
        return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
    }

    /// <summary>At least 56 bits; behind the data they are zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Refill()
    {
        if (_position + 8 <= _data.Length)
        {
            ulong next = BinaryPrimitives.ReadUInt64BigEndian(_data[_position..]);
            if (((~next - 0x0101010101010101UL) & next & 0x8080808080808080UL) == 0)
            {
                // No byte is 255, so none has to be looked at alone. Bits of the last byte that do not fit come again.
                _bits |= next >> _count;
                _position += (63 - _count) >> 3;
                _count |= 56;
                return;
            }
        }

        // What came of a byte that did not fit whole goes.
        _bits = _count == 0 ? 0 : _bits & (ulong.MaxValue << (64 - _count));
        while (_count <= 56)
        {
            if (_position >= _data.Length || (_data[_position] == 0xFF && (_position + 1 >= _data.Length || _data[_position + 1] != 0)))
            {
                _missing += 8;
                _count += 8;
                continue;
            }

            byte value = _data[_position++];
            _position += value == 0xFF ? 1 : 0;
            _bits |= (ulong)value << (56 - _count);
            _count += 8;
        }
    }
}
