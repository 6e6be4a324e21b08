using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace ArcLearn.Core.Rasters.Deflate;

/// <summary>Puts bits into bytes, the first the lowest.</summary>
/// <param name="target">Eight bytes more than what is written.</param>
internal ref struct BitWriter(Span<byte> target)
{
    private readonly Span<byte> _target = target;
    private ulong _bits;
    private int _count;

    /// <summary>Whole bytes so far.</summary>
    public int Length { get; private set; }

    /// <summary>Adds bits; what has come since <see cref="Flush"/> must stay below 57.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(uint bits, int count)
    {
        _bits |= (ulong)bits << _count;
        _count += count;
    }

    /// <summary>Moves whole bytes to the target.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Flush()
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_target[Length..], _bits);
        int bytes = _count >> 3;
        Length += bytes;
        _bits >>= bytes << 3;
        _count &= 7;
    }

    /// <summary>Fills the byte that was begun with zeros.</summary>
    public void Align()
    {
        _count = (_count + 7) & ~7;
        Flush();
    }

    public void AddBytes(scoped ReadOnlySpan<byte> bytes)
    {
        Align();
        bytes.CopyTo(_target[Length..]);
        Length += bytes.Length;
    }
}
