using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace ArcLearn.Core.Rasters.Jpeg;

/// <summary>Puts the codes of a scan into bytes, the first bit the highest; a byte of ones gets a zero after it (ITU T.81, section F.1.2.3).</summary>
/// <param name="target">Where they go.</param>
internal ref struct JpegBitWriter(Span<byte> target)
{
    private readonly Span<byte> _target = target;
    private ulong _bits;
    private int _count;

    /// <summary>Bytes in the target.</summary>
    public int Length { get; private set; }

    /// <summary>Begins at the target's start again.</summary>
    public void Clear() => Length = 0;

    /// <summary>Codes a block.</summary>
    /// <param name="coefficients">64, column by column.</param>
    /// <param name="last">The first coefficient of the component's block before; becomes that of this one.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddBlock(scoped ReadOnlySpan<short> coefficients, scoped ReadOnlySpan<byte> order, JpegCodes first, JpegCodes others, ref int last)
    {
        int value = coefficients[0];
        Add(first, value - last, zeros: 0);
        last = value;
        int zeros = 0;
        for (int i = 1; i < 64; i++)
        {
            value = coefficients[order[i]];
            if (value == 0)
            {
                zeros++;
                continue;
            }

            for (; zeros >= 16; zeros -= 16)
            {
                (uint code, int length) = others[0xF0];     // sixteen zeros
                Add(code, length);
            }

            Add(others, value, zeros);
            zeros = 0;
        }

        if (zeros > 0)
        {
            (uint code, int length) = others[0];            // no more
            Add(code, length);
        }
    }

    /// <summary>Fills the last byte with ones.</summary>
    public void Complete()
    {
        Add(0x7F, 7);
        while (_count >= 8)
        {
            _count -= 8;
            PutByte((byte)(_bits >> _count));
        }
    }

    /// <summary>The code of a size and of the zeros before, then as many bits that tell the value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(JpegCodes codes, int value, int zeros)
    {
        int sign = value >> 31;
        int size = 32 - BitOperations.LeadingZeroCount((uint)((value ^ sign) - sign));
        (uint code, int length) = codes[(zeros << 4) | size];
        Add((code << size) | (uint)((value + sign) & ((1 << size) - 1)), length + size);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(uint bits, int count)
    {
        _bits = (_bits << count) | bits;
        _count += count;
        if (_count >= 32)
        {
            _count -= 32;
            Put((uint)(_bits >> _count));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Put(uint four)
    {
        if ((four & 0x80808080 & ~(four + 0x01010101)) == 0)        // no byte of ones, as a rule
        {
            BinaryPrimitives.WriteUInt32BigEndian(_target[Length..], four);
            Length += 4;
            return;
        }

        for (int shift = 24; shift >= 0; shift -= 8)
        {
            PutByte((byte)(four >> shift));
        }
    }

    private void PutByte(byte value)
    {
        _target[Length++] = value;
        if (value == 0xFF)
        {
            _target[Length++] = 0;
        }
    }
}
