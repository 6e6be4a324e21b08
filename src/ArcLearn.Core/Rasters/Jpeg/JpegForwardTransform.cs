using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ArcLearn.Core.Rasters.Jpeg;

/// <summary>
/// The cosine transform of 8 by 8 samples and the division by a quantization table, after Arai, Agui and Nakajima (IEICE Transactions E71, 1988): its outputs are the coefficients times
/// factors, which the division takes out. Eight columns at a time.
/// </summary>
internal sealed class JpegForwardTransform
{
    /// <summary>Beyond this no code says an AC coefficient (ITU T.81, table F.2); rounding alone can lead there.</summary>
    private const int Greatest = 1023;

    private readonly float[] _factors = new float[64];

    /// <param name="quantization">Row by row.</param>
    public JpegForwardTransform(ReadOnlySpan<byte> quantization)
    {
        for (int row = 0; row < 8; row++)
        {
            for (int column = 0; column < 8; column++)
            {
                _factors[(column * 8) + row] = (float)(1 / (8 * Scale(row) * Scale(column) * quantization[(row * 8) + column]));
            }
        }

        static double Scale(int frequency) => frequency == 0 ? 1 : Math.Sqrt(2) * Math.Cos(frequency * Math.PI / 16);
    }

    /// <param name="samples">64, row by row, around 0.</param>
    /// <param name="coefficients">Gets 64, column by column.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Apply(ReadOnlySpan<float> samples, Span<short> coefficients)
    {
        ref float from = ref MemoryMarshal.GetReference(samples[..64]);
        Vector256<float> r0 = Vector256.LoadUnsafe(ref from);
        Vector256<float> r1 = Vector256.LoadUnsafe(ref from, 8);
        Vector256<float> r2 = Vector256.LoadUnsafe(ref from, 16);
        Vector256<float> r3 = Vector256.LoadUnsafe(ref from, 24);
        Vector256<float> r4 = Vector256.LoadUnsafe(ref from, 32);
        Vector256<float> r5 = Vector256.LoadUnsafe(ref from, 40);
        Vector256<float> r6 = Vector256.LoadUnsafe(ref from, 48);
        Vector256<float> r7 = Vector256.LoadUnsafe(ref from, 56);
        Pass(ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7);
        Transpose(ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7);
        Pass(ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7);
        ref float factor = ref MemoryMarshal.GetArrayDataReference(_factors);
        ref short to = ref MemoryMarshal.GetReference(coefficients[..64]);
        Store(r0, r1, ref factor, ref to, 0);
        Store(r2, r3, ref factor, ref to, 16);
        Store(r4, r5, ref factor, ref to, 32);
        Store(r6, r7, ref factor, ref to, 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<float> first, Vector256<float> second, ref float factor, ref short to, nuint at) =>
        Vector256.Narrow(Quantize(first, ref factor, at), Quantize(second, ref factor, at + 8)).StoreUnsafe(ref to, at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Quantize(Vector256<float> values, ref float factor, nuint at)
    {
        Vector256<float> scaled = values * Vector256.LoadUnsafe(ref factor, at);
        Vector256<int> whole = Vector256.ConvertToInt32(Vector256.Floor(scaled + Vector256.Create(0.5f)));
        return Vector256.Min(Vector256.Max(whole, Vector256.Create(-Greatest)), Vector256.Create(Greatest));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pass(
        ref Vector256<float> r0, ref Vector256<float> r1, ref Vector256<float> r2, ref Vector256<float> r3,
        ref Vector256<float> r4, ref Vector256<float> r5, ref Vector256<float> r6, ref Vector256<float> r7)
    {
        (Vector256<float> s0, Vector256<float> d0) = (r0 + r7, r0 - r7);
        (Vector256<float> s1, Vector256<float> d1) = (r1 + r6, r1 - r6);
        (Vector256<float> s2, Vector256<float> d2) = (r2 + r5, r2 - r5);
        (Vector256<float> s3, Vector256<float> d3) = (r3 + r4, r3 - r4);

        // Even frequencies, of the sums.
        Vector256<float> half = Vector256.Create(0.70710678f);       // cos π/4
        (Vector256<float> outer, Vector256<float> inner) = (s0 + s3, s1 + s2);
        (Vector256<float> outerApart, Vector256<float> innerApart) = (s0 - s3, s1 - s2);
        Vector256<float> turned = (innerApart + outerApart) * half;
        (r0, r4) = (outer + inner, outer - inner);
        (r2, r6) = (outerApart + turned, outerApart - turned);

        // Odd ones, of the differences.
        (Vector256<float> a, Vector256<float> b, Vector256<float> c) = (d3 + d2, d2 + d1, d1 + d0);
        Vector256<float> common = (a - c) * Vector256.Create(0.38268343f);                  // cos 3π/8
        Vector256<float> low = (a * Vector256.Create(0.54119610f)) + common;                // cos π/8 − cos 3π/8
        Vector256<float> high = (c * Vector256.Create(1.30656296f)) + common;               // cos π/8 + cos 3π/8
        Vector256<float> middle = b * half;
        (Vector256<float> plus, Vector256<float> minus) = (d0 + middle, d0 - middle);
        (r5, r3) = (minus + low, minus - low);
        (r1, r7) = (plus + high, plus - high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(
        ref Vector256<float> r0, ref Vector256<float> r1, ref Vector256<float> r2, ref Vector256<float> r3,
        ref Vector256<float> r4, ref Vector256<float> r5, ref Vector256<float> r6, ref Vector256<float> r7)
    {
        if (Avx2.IsSupported)
        {
            (Vector256<int> i0, Vector256<int> i1, Vector256<int> i2, Vector256<int> i3) = (r0.AsInt32(), r1.AsInt32(), r2.AsInt32(), r3.AsInt32());
            (Vector256<int> i4, Vector256<int> i5, Vector256<int> i6, Vector256<int> i7) = (r4.AsInt32(), r5.AsInt32(), r6.AsInt32(), r7.AsInt32());
            JpegTransform.Transpose(ref i0, ref i1, ref i2, ref i3, ref i4, ref i5, ref i6, ref i7);
            (r0, r1, r2, r3) = (i0.AsSingle(), i1.AsSingle(), i2.AsSingle(), i3.AsSingle());
            (r4, r5, r6, r7) = (i4.AsSingle(), i5.AsSingle(), i6.AsSingle(), i7.AsSingle());
            return;
        }

        Span<Vector256<float>> rows = [r0, r1, r2, r3, r4, r5, r6, r7];
        Span<Vector256<float>> columns = stackalloc Vector256<float>[8];
        Span<float> source = MemoryMarshal.Cast<Vector256<float>, float>(rows);
        Span<float> target = MemoryMarshal.Cast<Vector256<float>, float>(columns);
        for (int i = 0; i < 64; i++)
        {
            target[(i % 8 * 8) + (i / 8)] = source[i];
        }

        (r0, r1, r2, r3) = (columns[0], columns[1], columns[2], columns[3]);
        (r4, r5, r6, r7) = (columns[4], columns[5], columns[6], columns[7]);
    }
}
