using System.Numerics;
using System.Runtime.InteropServices;

namespace ArcLearn.Core.Rasters;

/// <summary>Copies rows of stored samples (bytes, or 16-bit in this machine's order) into a reader's number type, values unchanged.</summary>
internal static class WindowCopy
{
    /// <summary>Checks what <see cref="IRaster.Read"/> was asked for.</summary>
    public static void Check<T>(IRaster raster, PixelWindow window, ReadOnlySpan<int> bands, Span<T> destination)
        where T : unmanaged
    {
        if (typeof(T) != typeof(byte) && typeof(T) != typeof(ushort) && typeof(T) != typeof(float))
        {
            throw new ArgumentException($"Rasters are read as byte, ushort or float, not as {typeof(T).Name}.");
        }

        if (typeof(T) == typeof(byte) && raster.SampleType != SampleType.UInt8)
        {
            throw new ArgumentException($"{raster.Path} has 16-bit samples, which do not fit into bytes.");
        }

        if (window.Width < 0 || window.Height < 0 || destination.Length != window.Area * bands.Length)
        {
            throw new ArgumentException(
                $"A window of {window.Width} by {window.Height} pixels and {bands.Length} bands does not fill {destination.Length} samples.");
        }

        foreach (int band in bands)
        {
            if (band < 0 || band >= raster.Bands)
            {
                throw new ArgumentOutOfRangeException(nameof(bands), band, $"{raster.Path} has bands 0 to {raster.Bands - 1}.");
            }
        }
    }

    /// <summary>
    /// Copies <paramref name="area"/> (raster pixels, inside both) from a plane that covers <paramref name="stored"/> to a plane that covers <paramref name="window"/>.
    /// </summary>
    public static void Copy<T>(
        ReadOnlySpan<byte> plane, int sampleBytes, PixelWindow stored, PixelWindow area, PixelWindow window, Span<T> destination)
        where T : unmanaged
    {
        for (int row = area.Row; row < area.Bottom; row++)
        {
            int source = (((row - stored.Row) * stored.Width) + (area.Column - stored.Column)) * sampleBytes;
            int target = ((row - window.Row) * window.Width) + (area.Column - window.Column);
            Convert(plane.Slice(source, area.Width * sampleBytes), sampleBytes, destination.Slice(target, area.Width));
        }
    }

    private static void Convert<T>(ReadOnlySpan<byte> source, int sampleBytes, Span<T> target)
        where T : unmanaged
    {
        if (typeof(T) == typeof(byte) || (typeof(T) == typeof(ushort) && sampleBytes == 2))
        {
            source.CopyTo(MemoryMarshal.AsBytes(target));
        }
        else if (typeof(T) == typeof(ushort))
        {
            Widen(source, MemoryMarshal.Cast<T, ushort>(target));
        }
        else if (sampleBytes == 1)
        {
            Widen(source, MemoryMarshal.Cast<T, float>(target));
        }
        else
        {
            Widen(MemoryMarshal.Cast<byte, ushort>(source), MemoryMarshal.Cast<T, float>(target));
        }
    }

    private static void Widen(ReadOnlySpan<byte> source, Span<ushort> target)
    {
        int i = 0;
        for (int step = Vector<byte>.Count, half = step / 2; i <= source.Length - step; i += step)
        {
            Vector.Widen(new Vector<byte>(source[i..]), out Vector<ushort> low, out Vector<ushort> high);
            low.CopyTo(target[i..]);
            high.CopyTo(target[(i + half)..]);
        }

        for (; i < source.Length; i++)
        {
            target[i] = source[i];
        }
    }

    private static void Widen(ReadOnlySpan<byte> source, Span<float> target)
    {
        int i = 0;
        for (int step = Vector<byte>.Count; i <= source.Length - step; i += step)
        {
            Vector.Widen(new Vector<byte>(source[i..]), out Vector<ushort> low, out Vector<ushort> high);
            Store(low, target[i..]);
            Store(high, target[(i + (step / 2))..]);
        }

        for (; i < source.Length; i++)
        {
            target[i] = source[i];
        }
    }

    private static void Widen(ReadOnlySpan<ushort> source, Span<float> target)
    {
        int i = 0;
        for (int step = Vector<ushort>.Count; i <= source.Length - step; i += step)
        {
            Store(new Vector<ushort>(source[i..]), target[i..]);
        }

        for (; i < source.Length; i++)
        {
            target[i] = source[i];
        }
    }

    // Through signed numbers: the conversion from unsigned ones has no instruction before AVX-512.
    private static void Store(Vector<ushort> values, Span<float> target)
    {
        Vector.Widen(values, out Vector<uint> low, out Vector<uint> high);
        Vector.ConvertToSingle(Vector.AsVectorInt32(low)).CopyTo(target);
        Vector.ConvertToSingle(Vector.AsVectorInt32(high)).CopyTo(target[Vector<uint>.Count..]);
    }
}
