using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ArcLearn.Core.Models;

/// <summary>Products of matrices, 6 rows by 16 columns of sums at a time: they fill twelve of the sixteen registers.</summary>
internal static unsafe class SumTile
{
    public const int Rows = 6;
    public const int Columns = 16;
    public const int Lanes = 8;

    /// <summary>Whether this processor has the instructions.</summary>
    public static bool IsSupported => Fma.IsSupported && Avx2.IsSupported;

    /// <summary>Units that so many channels take.</summary>
    public static int Units(int channels, int unit) => (channels + unit - 1) / unit;

    /// <summary>The product of <c>[6, count]</c> and <c>[count, 16]</c>; the second's rows follow each other.</summary>
    /// <param name="row">From one row of the first to the next.</param>
    /// <param name="to">Takes the sums.</param>
    /// <param name="stride">From one row of the sums to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(float* a, long row, float* b, int count, float* to, long stride)
    {
        Vector256<float> s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default;
        Vector256<float> s30 = default, s31 = default, s40 = default, s41 = default, s50 = default, s51 = default;
        float* a1 = a + row;
        float* a2 = a1 + row;
        float* a3 = a2 + row;
        float* a4 = a3 + row;
        float* a5 = a4 + row;
        for (nint k = 0; k < count; k++, b += Columns)
        {
            Vector256<float> low = Vector256.Load(b);
            Vector256<float> high = Vector256.Load(b + Lanes);
            Vector256<float> one = Avx.BroadcastScalarToVector256(a + k);
            s00 = Fma.MultiplyAdd(one, low, s00);
            s01 = Fma.MultiplyAdd(one, high, s01);
            one = Avx.BroadcastScalarToVector256(a1 + k);
            s10 = Fma.MultiplyAdd(one, low, s10);
            s11 = Fma.MultiplyAdd(one, high, s11);
            one = Avx.BroadcastScalarToVector256(a2 + k);
            s20 = Fma.MultiplyAdd(one, low, s20);
            s21 = Fma.MultiplyAdd(one, high, s21);
            one = Avx.BroadcastScalarToVector256(a3 + k);
            s30 = Fma.MultiplyAdd(one, low, s30);
            s31 = Fma.MultiplyAdd(one, high, s31);
            one = Avx.BroadcastScalarToVector256(a4 + k);
            s40 = Fma.MultiplyAdd(one, low, s40);
            s41 = Fma.MultiplyAdd(one, high, s41);
            one = Avx.BroadcastScalarToVector256(a5 + k);
            s50 = Fma.MultiplyAdd(one, low, s50);
            s51 = Fma.MultiplyAdd(one, high, s51);
        }

        Store(to, s00, s01);
        Store(to + stride, s10, s11);
        Store(to + (2 * stride), s20, s21);
        Store(to + (3 * stride), s30, s31);
        Store(to + (4 * stride), s40, s41);
        Store(to + (5 * stride), s50, s51);
    }

    /// <summary>Adds the products of 6 and 16 numbers, summed over so many places.</summary>
    /// <param name="step">From one place's 6 numbers to the next.</param>
    /// <param name="other">From one place's 16 numbers to the next.</param>
    /// <param name="to">Takes the sums on top of what is there.</param>
    /// <param name="stride">From one row of the sums to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Accumulate(float* a, long step, float* b, long other, int count, float* to, long stride)
    {
        Vector256<float> s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default;
        Vector256<float> s30 = default, s31 = default, s40 = default, s41 = default, s50 = default, s51 = default;
        for (int k = 0; k < count; k++, a += step, b += other)
        {
            Vector256<float> low = Vector256.Load(b);
            Vector256<float> high = Vector256.Load(b + Lanes);
            Vector256<float> one = Avx.BroadcastScalarToVector256(a);
            s00 = Fma.MultiplyAdd(one, low, s00);
            s01 = Fma.MultiplyAdd(one, high, s01);
            one = Avx.BroadcastScalarToVector256(a + 1);
            s10 = Fma.MultiplyAdd(one, low, s10);
            s11 = Fma.MultiplyAdd(one, high, s11);
            one = Avx.BroadcastScalarToVector256(a + 2);
            s20 = Fma.MultiplyAdd(one, low, s20);
            s21 = Fma.MultiplyAdd(one, high, s21);
            one = Avx.BroadcastScalarToVector256(a + 3);
            s30 = Fma.MultiplyAdd(one, low, s30);
            s31 = Fma.MultiplyAdd(one, high, s31);
            one = Avx.BroadcastScalarToVector256(a + 4);
            s40 = Fma.MultiplyAdd(one, low, s40);
            s41 = Fma.MultiplyAdd(one, high, s41);
            one = Avx.BroadcastScalarToVector256(a + 5);
            s50 = Fma.MultiplyAdd(one, low, s50);
            s51 = Fma.MultiplyAdd(one, high, s51);
        }

        Add(to, s00, s01);
        Add(to + stride, s10, s11);
        Add(to + (2 * stride), s20, s21);
        Add(to + (3 * stride), s30, s31);
        Add(to + (4 * stride), s40, s41);
        Add(to + (5 * stride), s50, s51);
    }

    /// <summary>Turns 8 rows of 8 numbers into columns.</summary>
    /// <param name="row">From one row to the next.</param>
    /// <param name="column">From where one of these rows goes, as a column's numbers, to where the next number of it goes.</param>
    public static void Transpose(float* from, long row, float* to, long column)
    {
        Vector256<float> r0 = Vector256.Load(from);
        Vector256<float> r1 = Vector256.Load(from + row);
        Vector256<float> r2 = Vector256.Load(from + (2 * row));
        Vector256<float> r3 = Vector256.Load(from + (3 * row));
        Vector256<float> r4 = Vector256.Load(from + (4 * row));
        Vector256<float> r5 = Vector256.Load(from + (5 * row));
        Vector256<float> r6 = Vector256.Load(from + (6 * row));
        Vector256<float> r7 = Vector256.Load(from + (7 * row));
        (Vector256<float> t0, Vector256<float> t1) = (Avx.UnpackLow(r0, r1), Avx.UnpackHigh(r0, r1));
        (Vector256<float> t2, Vector256<float> t3) = (Avx.UnpackLow(r2, r3), Avx.UnpackHigh(r2, r3));
        (Vector256<float> t4, Vector256<float> t5) = (Avx.UnpackLow(r4, r5), Avx.UnpackHigh(r4, r5));
        (Vector256<float> t6, Vector256<float> t7) = (Avx.UnpackLow(r6, r7), Avx.UnpackHigh(r6, r7));
        const byte First = 0x44;
        const byte Second = 0xEE;
        (r0, r1) = (Avx.Shuffle(t0, t2, First), Avx.Shuffle(t0, t2, Second));
        (r2, r3) = (Avx.Shuffle(t1, t3, First), Avx.Shuffle(t1, t3, Second));
        (r4, r5) = (Avx.Shuffle(t4, t6, First), Avx.Shuffle(t4, t6, Second));
        (r6, r7) = (Avx.Shuffle(t5, t7, First), Avx.Shuffle(t5, t7, Second));
        const byte Lower = 0x20;
        const byte Upper = 0x31;
        Vector256.Store(Avx.Permute2x128(r0, r4, Lower), to);
        Vector256.Store(Avx.Permute2x128(r1, r5, Lower), to + column);
        Vector256.Store(Avx.Permute2x128(r2, r6, Lower), to + (2 * column));
        Vector256.Store(Avx.Permute2x128(r3, r7, Lower), to + (3 * column));
        Vector256.Store(Avx.Permute2x128(r0, r4, Upper), to + (4 * column));
        Vector256.Store(Avx.Permute2x128(r1, r5, Upper), to + (5 * column));
        Vector256.Store(Avx.Permute2x128(r2, r6, Upper), to + (6 * column));
        Vector256.Store(Avx.Permute2x128(r3, r7, Upper), to + (7 * column));
    }

    public static void Store(float* to, Vector256<float> low, Vector256<float> high)
    {
        Vector256.Store(low, to);
        Vector256.Store(high, to + Lanes);
    }

    public static void Add(float* to, Vector256<float> low, Vector256<float> high) => Store(to, Vector256.Load(to) + low, Vector256.Load(to + Lanes) + high);
}
