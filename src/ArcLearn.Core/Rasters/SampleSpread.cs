using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ArcLearn.Core.Rasters.Jpeg;

namespace ArcLearn.Core.Rasters;

/// <summary>
/// Takes pixels apart: from samples that lie pixel by pixel to one row for each band. The loops are compiled in full at once: until a runtime finds
/// them busy, a raster of ordinary size is read.
/// </summary>
internal static class SampleSpread
{
    /// <summary>Whether <see cref="Split"/> knows pixels of this size.</summary>
    public static bool CanSplit<T>(int pixelStep, int bands)
        where T : unmanaged =>
        (Unsafe.SizeOf<T>() == 1 && pixelStep is 3 or 4 && bands <= pixelStep) || (Unsafe.SizeOf<T>() == 2 && pixelStep == 4 && bands == 4);

    /// <summary>Takes every <paramref name="step"/>th sample, from the first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gather<T>(ReadOnlySpan<T> source, Span<T> target, int step)
        where T : unmanaged
    {
        if (step == 1)
        {
            source[..target.Length].CopyTo(target);
            return;
        }

        if (target.IsEmpty)
        {
            return;
        }

        _ = source[(target.Length - 1) * step];
        ref T from = ref MemoryMarshal.GetReference(source);
        for (int i = 0; i < target.Length; i++, from = ref Unsafe.Add(ref from, step))
        {
            target[i] = from;
        }
    }

    /// <summary>Spreads <paramref name="pixels"/> pixels over rows that lie <paramref name="plane"/> samples apart, one for each of the first bands.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Split<T>(ReadOnlySpan<T> source, Span<T> target, int pixels, int plane, int pixelStep, int bands)
        where T : unmanaged
    {
        int done = Unsafe.SizeOf<T>() == 1
            ? SplitBytes(MemoryMarshal.AsBytes(source), MemoryMarshal.AsBytes(target), pixels, plane, pixelStep, bands)
            : SplitWords(MemoryMarshal.Cast<T, ushort>(source), MemoryMarshal.Cast<T, ushort>(target), pixels, plane);
        for (int band = 0; band < bands; band++)
        {
            Gather(source[Math.Min((done * pixelStep) + band, source.Length)..], target.Slice((band * plane) + done, pixels - done), pixelStep);
        }
    }

    /// <summary>As <see cref="Split"/>, of YCbCr pixels of four bytes to the planes of red, green and blue.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SplitYcc(ReadOnlySpan<byte> source, Span<byte> target, int pixels, int plane)
    {
        _ = source[..(4 * pixels)];
        _ = target[..((2 * plane) + pixels)];
        int i = 0;
        if (Avx2.IsSupported)
        {
            Vector128<byte> order = Vector128.Create((byte)0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
            for (; i <= pixels - 16; i += 16)
            {
                Quarters(
                    ref MemoryMarshal.GetReference(source), (nuint)(4 * i), 16, order, out Vector128<byte> luma, out Vector128<byte> blueness, out Vector128<byte> redness, out _);
                Ycc.Store(luma, blueness, redness, ref MemoryMarshal.GetReference(target), i, plane);
            }
        }

        for (; i < pixels; i++)
        {
            Ycc.Store(source[4 * i], source[(4 * i) + 1], source[(4 * i) + 2], target[i..], plane);
        }
    }

    /// <summary>Sixteen pixels at a time: each quarter is sorted by band, then the quarters of a band are put together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int SplitBytes(ReadOnlySpan<byte> source, Span<byte> target, int pixels, int plane, int pixelStep, int bands)
    {
        Vector128<byte> order = pixelStep == 3
            ? Vector128.Create((byte)0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11, 255, 255, 255, 255)
            : Vector128.Create((byte)0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
        int quarter = 4 * pixelStep;

        // The last load of a step reaches to sixteen bytes after its quarter begins.
        int last = Math.Min(pixels - 16, (source.Length - (3 * quarter) - 16) / pixelStep);
        ref byte from = ref MemoryMarshal.GetReference(source);
        ref byte to = ref MemoryMarshal.GetReference(target);
        _ = target[Math.Max(0, ((bands - 1) * plane) + pixels - 1)];
        int i = 0;
        for (; i <= last; i += 16)
        {
            nuint at = (nuint)(i * pixelStep);
            Quarters(ref from, at, (nuint)quarter, order, out Vector128<byte> first, out Vector128<byte> second, out Vector128<byte> third, out Vector128<byte> fourth);
            first.StoreUnsafe(ref to, (nuint)i);
            second.StoreUnsafe(ref to, (nuint)(plane + i));
            third.StoreUnsafe(ref to, (nuint)((2 * plane) + i));
            if (bands == 4)
            {
                fourth.StoreUnsafe(ref to, (nuint)((3 * plane) + i));
            }
        }

        return i;
    }

    /// <summary>Four pixels of four 16-bit samples at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int SplitWords(ReadOnlySpan<ushort> source, Span<ushort> target, int pixels, int plane)
    {
        // Two pixels come in; their samples of one band go side by side.
        Vector128<byte> order = Vector128.Create((byte)0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15);
        ref ushort from = ref MemoryMarshal.GetReference(source);
        ref ushort to = ref MemoryMarshal.GetReference(target);
        _ = source[..(pixels * 4)];
        _ = target[Math.Max(0, (3 * plane) + pixels - 1)];
        int i = 0;
        for (; i <= pixels - 8; i += 8)
        {
            nuint at = (nuint)(4 * i);
            Vector128<uint> a = Vector128.Shuffle(Vector128.LoadUnsafe(ref from, at).AsByte(), order).AsUInt32();
            Vector128<uint> b = Vector128.Shuffle(Vector128.LoadUnsafe(ref from, at + 8).AsByte(), order).AsUInt32();
            Vector128<uint> c = Vector128.Shuffle(Vector128.LoadUnsafe(ref from, at + 16).AsByte(), order).AsUInt32();
            Vector128<uint> d = Vector128.Shuffle(Vector128.LoadUnsafe(ref from, at + 24).AsByte(), order).AsUInt32();
            Transpose(a, b, c, d, out Vector128<ulong> first, out Vector128<ulong> second, out Vector128<ulong> third, out Vector128<ulong> fourth);
            first.AsUInt16().StoreUnsafe(ref to, (nuint)i);
            second.AsUInt16().StoreUnsafe(ref to, (nuint)(plane + i));
            third.AsUInt16().StoreUnsafe(ref to, (nuint)((2 * plane) + i));
            fourth.AsUInt16().StoreUnsafe(ref to, (nuint)((3 * plane) + i));
        }

        return i;
    }

    /// <summary>Sixteen pixels, in four quarters that <paramref name="order"/> sorts by band, to sixteen samples of each band.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quarters(
        ref byte from, nuint at, nuint quarter, Vector128<byte> order, out Vector128<byte> first, out Vector128<byte> second, out Vector128<byte> third, out Vector128<byte> fourth)
    {
        Vector128<uint> a = Vector128.Shuffle(Vector128.LoadUnsafe(ref from, at), order).AsUInt32();
        Vector128<uint> b = Vector128.Shuffle(Vector128.LoadUnsafe(ref from, at + quarter), order).AsUInt32();
        Vector128<uint> c = Vector128.Shuffle(Vector128.LoadUnsafe(ref from, at + (2 * quarter)), order).AsUInt32();
        Vector128<uint> d = Vector128.Shuffle(Vector128.LoadUnsafe(ref from, at + (3 * quarter)), order).AsUInt32();
        Transpose(a, b, c, d, out Vector128<ulong> one, out Vector128<ulong> two, out Vector128<ulong> three, out Vector128<ulong> four);
        (first, second, third, fourth) = (one.AsByte(), two.AsByte(), three.AsByte(), four.AsByte());
    }

    /// <summary>The first parts of four vectors to one, the second parts to the next, and so on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(
        Vector128<uint> a, Vector128<uint> b, Vector128<uint> c, Vector128<uint> d,
        out Vector128<ulong> first, out Vector128<ulong> second, out Vector128<ulong> third, out Vector128<ulong> fourth)
    {
        if (Sse2.IsSupported)
        {
            Vector128<ulong> abLow = Sse2.UnpackLow(a, b).AsUInt64();
            Vector128<ulong> abHigh = Sse2.UnpackHigh(a, b).AsUInt64();
            Vector128<ulong> cdLow = Sse2.UnpackLow(c, d).AsUInt64();
            Vector128<ulong> cdHigh = Sse2.UnpackHigh(c, d).AsUInt64();
            (first, second) = (Sse2.UnpackLow(abLow, cdLow), Sse2.UnpackHigh(abLow, cdLow));
            (third, fourth) = (Sse2.UnpackLow(abHigh, cdHigh), Sse2.UnpackHigh(abHigh, cdHigh));
            return;
        }

        first = Vector128.Create(a[0], b[0], c[0], d[0]).AsUInt64();
        second = Vector128.Create(a[1], b[1], c[1], d[1]).AsUInt64();
        third = Vector128.Create(a[2], b[2], c[2], d[2]).AsUInt64();
        fourth = Vector128.Create(a[3], b[3], c[3], d[3]).AsUInt64();
    }
}
