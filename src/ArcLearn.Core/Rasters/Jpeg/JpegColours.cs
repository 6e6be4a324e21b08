using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ArcLearn.Core.Rasters.Jpeg;

/// <summary>
/// Brings components of half size to full size by the triangle filter of the Independent JPEG Group's library: three quarters of the nearer sample, one of the
/// farther, in each direction, with its rounding. Lines have one place before their first sample and one behind the last.
/// </summary>
internal static class JpegColours
{
    /// <summary>Three times the nearer row and once the farther, for <see cref="Widen"/> to spread; needs 16 places behind the last sample.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Blend(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far, Span<ushort> sums, int width)
    {
        ref byte first = ref MemoryMarshal.GetReference(near);
        ref byte second = ref MemoryMarshal.GetReference(far);
        ref ushort to = ref MemoryMarshal.GetReference(sums[1..]);
        int i = 0;
        for (int end = Math.Min(near.Length, Math.Min(far.Length, sums.Length - 1)); i < width && i + 16 <= end; i += 16)
        {
            Vector256<ushort> a = Avx2.ConvertToVector256Int16(Vector128.LoadUnsafe(ref first, (nuint)i)).AsUInt16();
            Vector256<ushort> b = Avx2.ConvertToVector256Int16(Vector128.LoadUnsafe(ref second, (nuint)i)).AsUInt16();
            (a + a + a + b).StoreUnsafe(ref to, (nuint)i);
        }

        for (; i < width; i++)
        {
            sums[1 + i] = (ushort)((3 * near[i]) + far[i]);
        }

        (sums[0], sums[width + 1]) = (sums[1], sums[width]);
    }

    /// <summary>Two samples of each of <paramref name="width"/>; <paramref name="line"/> has room for 16 pairs more.</summary>
    /// <param name="sums">From <see cref="Blend"/>, of four parts in all.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(ReadOnlySpan<ushort> sums, Span<byte> line, int width)
    {
        // Of sixteen parts: the left of a pair is rounded up at the half, the right one down.
        _ = sums[..(width + 18)];
        _ = line[..(2 * (width + 15))];
        ref ushort from = ref MemoryMarshal.GetReference(sums);
        ref byte to = ref MemoryMarshal.GetReference(line);
        Vector256<ushort> eight = Vector256.Create((ushort)8);
        Vector256<ushort> seven = Vector256.Create((ushort)7);
        for (int i = 0; i < width; i += 16)
        {
            Vector256<ushort> middle = Vector256.LoadUnsafe(ref from, (nuint)(i + 1));
            Vector256<ushort> three = middle + middle + middle;
            Vector256<ushort> left = (three + Vector256.LoadUnsafe(ref from, (nuint)i) + eight) >>> 4;
            Vector256<ushort> right = (three + Vector256.LoadUnsafe(ref from, (nuint)(i + 2)) + seven) >>> 4;
            (left | (right << 8)).AsByte().StoreUnsafe(ref to, (nuint)(2 * i));
        }
    }

    /// <summary>Two samples of each of one row, where rows have their full number: of four parts, the left one rounded down, the right one up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WidenOnly(ReadOnlySpan<byte> row, Span<byte> line, int width)
    {
        for (int i = 0; i < width; i++)
        {
            int three = 3 * row[i];
            line[2 * i] = i == 0 ? row[0] : (byte)((three + row[i - 1] + 1) >> 2);
            line[(2 * i) + 1] = i == width - 1 ? row[i] : (byte)((three + row[i + 1] + 2) >> 2);
        }
    }
}
