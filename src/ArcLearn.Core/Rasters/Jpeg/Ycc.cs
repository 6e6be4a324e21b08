using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ArcLearn.Core.Rasters.Jpeg;

/// <summary>
/// YCbCr to RGB (ITU-T T.871, section 7) in whole numbers, rounded as the Independent JPEG Group's library rounds. Sixteen pixels at a time where the processor
/// has AVX2.
/// </summary>
internal static class Ycc
{
    /// <summary>Rows of each component to a row in each of three planes that lie <paramref name="plane"/> samples apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToRgb(ReadOnlySpan<byte> luma, ReadOnlySpan<byte> blueness, ReadOnlySpan<byte> redness, Span<byte> target, int pixels, int plane)
    {
        luma = luma[..pixels];
        blueness = blueness[..pixels];
        redness = redness[..pixels];
        _ = target[..((2 * plane) + pixels)];
        int i = 0;
        if (Avx2.IsSupported)
        {
            ref byte to = ref MemoryMarshal.GetReference(target);
            for (; i <= pixels - 16; i += 16)
            {
                Store(
                    Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(luma), (nuint)i), Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(blueness), (nuint)i),
                    Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(redness), (nuint)i), ref to, i, plane);
            }
        }

        for (; i < pixels; i++)
        {
            Store(luma[i], blueness[i], redness[i], target[i..], plane);
        }
    }

    /// <summary>Sixteen pixels; needs AVX2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<byte> luma, Vector128<byte> blueness, Vector128<byte> redness, ref byte to, int at, int plane)
    {
        Vector256<short> middle = Vector256.Create((short)128);
        Vector256<short> y = Avx2.ConvertToVector256Int16(luma);
        Vector256<short> cb = Avx2.ConvertToVector256Int16(blueness) - middle;
        Vector256<short> cr = Avx2.ConvertToVector256Int16(redness) - middle;

        // Products of 16 bits keep the upper half: of 1.402 and 1.772 the parts beyond 1 and 2, of 0.714 what is missing to 1.
        Vector256<short> r = y + cr + Half(Avx2.MultiplyHigh(cr + cr, Vector256.Create((short)26345)));
        Vector256<short> b = y + cb + cb + Half(Avx2.MultiplyHigh(cb + cb, Vector256.Create((short)-14942)));
        Vector256<short> green = Vector256.Create((-22554 & 0xFFFF) | (18734 << 16)).AsInt16();
        Vector256<int> low = Avx2.MultiplyAddAdjacent(Avx2.UnpackLow(cb, cr), green) + Vector256.Create(1 << 15);
        Vector256<int> high = Avx2.MultiplyAddAdjacent(Avx2.UnpackHigh(cb, cr), green) + Vector256.Create(1 << 15);
        Vector256<short> g = y - cr + Avx2.PackSignedSaturate(low >> 16, high >> 16);
        Sse2.PackUnsignedSaturate(r.GetLower(), r.GetUpper()).StoreUnsafe(ref to, (nuint)at);
        Sse2.PackUnsignedSaturate(g.GetLower(), g.GetUpper()).StoreUnsafe(ref to, (nuint)(plane + at));
        Sse2.PackUnsignedSaturate(b.GetLower(), b.GetUpper()).StoreUnsafe(ref to, (nuint)((2 * plane) + at));

        static Vector256<short> Half(Vector256<short> twice) => Vector256.ShiftRightArithmetic(twice + Vector256<short>.One, 1);
    }

    /// <summary>One pixel.</summary>
    public static void Store(int luma, int blueness, int redness, Span<byte> target, int plane)
    {
        int cb = blueness - 128;
        int cr = redness - 128;
        target[0] = (byte)Math.Clamp(luma + (((91881 * cr) + 32768) >> 16), 0, 255);
        target[plane] = (byte)Math.Clamp(luma + (((-22554 * cb) - (46802 * cr) + 32768) >> 16), 0, 255);
        target[2 * plane] = (byte)Math.Clamp(luma + (((116130 * cb) + 32768) >> 16), 0, 255);
    }
}
