using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ArcLearn.Core.Rasters.Jpeg;

/// <summary>
/// The inverse cosine transform of 8 by 8 coefficients in whole numbers, after Loeffler, Ligtenberg and Moschytz (ICASSP 1989), with the scale of constants
/// (13 bits) and the rounding (2 bits kept between the passes) that the Independent JPEG Group's library uses, so that samples agree with its.
/// Eight columns at a time; needs AVX2.
/// </summary>
internal static class JpegTransform
{
    private const int ConstantBits = 13;
    private const int KeptBits = 2;

    public static bool IsSupported => Avx2.IsSupported;

    /// <summary>Writes eight rows of eight samples, <paramref name="stride"/> apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply(ReadOnlySpan<short> block, ReadOnlySpan<int> quantization, Span<byte> target, int stride)
    {
        ref short from = ref MemoryMarshal.GetReference(block[..64]);
        ref int factor = ref MemoryMarshal.GetReference(quantization[..64]);
        Vector256<int> r0 = Row(ref from, ref factor, 0);
        Vector256<int> r1 = Row(ref from, ref factor, 8);
        Vector256<int> r2 = Row(ref from, ref factor, 16);
        Vector256<int> r3 = Row(ref from, ref factor, 24);
        Vector256<int> r4 = Row(ref from, ref factor, 32);
        Vector256<int> r5 = Row(ref from, ref factor, 40);
        Vector256<int> r6 = Row(ref from, ref factor, 48);
        Vector256<int> r7 = Row(ref from, ref factor, 56);
        Pass(ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7, ConstantBits - KeptBits);
        Transpose(ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7);
        Pass(ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7, ConstantBits + KeptBits + 3);
        Transpose(ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7);
        _ = target[..((7 * stride) + 8)];
        ref byte to = ref MemoryMarshal.GetReference(target);
        Store(r0, r1, ref to, 0, stride);
        Store(r2, r3, ref to, 2 * stride, stride);
        Store(r4, r5, ref to, 4 * stride, stride);
        Store(r6, r7, ref to, 6 * stride, stride);
    }

    /// <summary>What <see cref="Apply"/> gives where all coefficients but the first are zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte Flat(int first, int quantization) => (byte)Math.Clamp((((first * quantization) + 4) >> 3) + 128, 0, 255);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Row(ref short from, ref int factor, nuint at) =>
        Avx2.ConvertToVector256Int32(Vector128.LoadUnsafe(ref from, at)) * Vector256.LoadUnsafe(ref factor, at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pass(
        ref Vector256<int> r0, ref Vector256<int> r1, ref Vector256<int> r2, ref Vector256<int> r3,
        ref Vector256<int> r4, ref Vector256<int> r5, ref Vector256<int> r6, ref Vector256<int> r7, int shift)
    {
        // Even part: a rotation by 3π/8 of the second and sixth, sums of the others.
        Vector256<int> turn = (r2 + r6) * Vector256.Create(4433);
        Vector256<int> low = turn - (r6 * Vector256.Create(15137));
        Vector256<int> high = turn + (r2 * Vector256.Create(6270));
        Vector256<int> sum = (r0 + r4) << ConstantBits;
        Vector256<int> difference = (r0 - r4) << ConstantBits;
        Vector256<int> half = Vector256.Create(1 << (shift - 1));
        Vector256<int> even0 = sum + high + half;
        Vector256<int> even3 = sum - high + half;
        Vector256<int> even1 = difference + low + half;
        Vector256<int> even2 = difference - low + half;

        // Odd part.
        Vector256<int> a = (r7 + r1) * Vector256.Create(-7373);
        Vector256<int> b = (r5 + r3) * Vector256.Create(-20995);
        Vector256<int> both = (r7 + r3 + r5 + r1) * Vector256.Create(9633);
        Vector256<int> c = ((r7 + r3) * Vector256.Create(-16069)) + both;
        Vector256<int> d = ((r5 + r1) * Vector256.Create(-3196)) + both;
        Vector256<int> odd0 = (r1 * Vector256.Create(12299)) + a + d;
        Vector256<int> odd1 = (r3 * Vector256.Create(25172)) + b + c;
        Vector256<int> odd2 = (r5 * Vector256.Create(16819)) + b + d;
        Vector256<int> odd3 = (r7 * Vector256.Create(2446)) + a + c;
        (r0, r7) = ((even0 + odd0) >> shift, (even0 - odd0) >> shift);
        (r1, r6) = ((even1 + odd1) >> shift, (even1 - odd1) >> shift);
        (r2, r5) = ((even2 + odd2) >> shift, (even2 - odd2) >> shift);
        (r3, r4) = ((even3 + odd3) >> shift, (even3 - odd3) >> shift);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(
        ref Vector256<int> r0, ref Vector256<int> r1, ref Vector256<int> r2, ref Vector256<int> r3,
        ref Vector256<int> r4, ref Vector256<int> r5, ref Vector256<int> r6, ref Vector256<int> r7)
    {
        Quarter(r0, r1, r2, r3, out Vector256<long> a0, out Vector256<long> a1, out Vector256<long> a2, out Vector256<long> a3);
        Quarter(r4, r5, r6, r7, out Vector256<long> b0, out Vector256<long> b1, out Vector256<long> b2, out Vector256<long> b3);
        (r0, r4) = (Avx2.Permute2x128(a0, b0, 0x20).AsInt32(), Avx2.Permute2x128(a0, b0, 0x31).AsInt32());
        (r1, r5) = (Avx2.Permute2x128(a1, b1, 0x20).AsInt32(), Avx2.Permute2x128(a1, b1, 0x31).AsInt32());
        (r2, r6) = (Avx2.Permute2x128(a2, b2, 0x20).AsInt32(), Avx2.Permute2x128(a2, b2, 0x31).AsInt32());
        (r3, r7) = (Avx2.Permute2x128(a3, b3, 0x20).AsInt32(), Avx2.Permute2x128(a3, b3, 0x31).AsInt32());
    }

    /// <summary>Transposes the left and the right four columns of four rows, each in its half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quarter(
        Vector256<int> r0, Vector256<int> r1, Vector256<int> r2, Vector256<int> r3,
        out Vector256<long> c0, out Vector256<long> c1, out Vector256<long> c2, out Vector256<long> c3)
    {
        Vector256<long> low01 = Avx2.UnpackLow(r0, r1).AsInt64();
        Vector256<long> high01 = Avx2.UnpackHigh(r0, r1).AsInt64();
        Vector256<long> low23 = Avx2.UnpackLow(r2, r3).AsInt64();
        Vector256<long> high23 = Avx2.UnpackHigh(r2, r3).AsInt64();
        (c0, c1) = (Avx2.UnpackLow(low01, low23), Avx2.UnpackHigh(low01, low23));
        (c2, c3) = (Avx2.UnpackLow(high01, high23), Avx2.UnpackHigh(high01, high23));
    }

    /// <summary>Two rows: 128 is added, what lies beyond a byte is cut off.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<int> first, Vector256<int> second, ref byte to, int at, int stride)
    {
        // Packed within halves: 0-3 of the first, 0-3 of the second, then 4-7 of each.
        Vector256<short> words = Avx2.AddSaturate(Avx2.PackSignedSaturate(first, second), Vector256.Create((short)128));
        Vector256<uint> bytes = Avx2.PackUnsignedSaturate(words, words).AsUInt32();
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, at), bytes[0] | ((ulong)bytes[4] << 32));
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, at + stride), bytes[1] | ((ulong)bytes[5] << 32));
    }
}
