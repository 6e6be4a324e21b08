using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ArcLearn.Core.Rasters;

/// <summary>Copies stored samples into a reader's window and number type, values unchanged.</summary>
internal static class WindowCopy
{
    /// <summary>Checks what <see cref="IRaster.Read"/> was asked for.</summary>
    public static void Check<T>(IRaster raster, PixelWindow window, ReadOnlySpan<int> bands, Span<T> destination)
        where T : unmanaged
    {
        if (SampleTypes.Of<T>() is not SampleType type)
        {
            throw new ArgumentException($"Rasters are read as numbers, not as {typeof(T).Name}.");
        }

        if (!SampleTypes.Fits(raster.SampleType, type))
        {
            throw new ArgumentException($"{raster.Path} has {raster.SampleType} samples, which do not fit into {type}.");
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
    /// Copies <paramref name="area"/> (raster pixels, inside both) from a block that covers <paramref name="stored"/> to planes that cover
    /// <paramref name="window"/>, one for each of <paramref name="bands"/> (bands of the block).
    /// </summary>
    public static void Copy<T>(
        DecodedBlock block, SampleType type, PixelWindow stored, PixelWindow area, PixelWindow window, ReadOnlySpan<int> bands, Span<T> destination)
        where T : unmanaged
    {
        switch (type)
        {
            case SampleType.UInt8:
                Copy<byte, T>(block, stored, area, window, bands, destination);
                break;
            case SampleType.UInt16:
                Copy<ushort, T>(block, stored, area, window, bands, destination);
                break;
            case SampleType.Int8:
                Copy<sbyte, T>(block, stored, area, window, bands, destination);
                break;
            case SampleType.Int16:
                Copy<short, T>(block, stored, area, window, bands, destination);
                break;
            case SampleType.UInt32:
                Copy<uint, T>(block, stored, area, window, bands, destination);
                break;
            case SampleType.Int32:
                Copy<int, T>(block, stored, area, window, bands, destination);
                break;
            case SampleType.UInt64:
                Copy<ulong, T>(block, stored, area, window, bands, destination);
                break;
            case SampleType.Int64:
                Copy<long, T>(block, stored, area, window, bands, destination);
                break;
            case SampleType.Float32:
                Copy<float, T>(block, stored, area, window, bands, destination);
                break;
            default:
                Copy<double, T>(block, stored, area, window, bands, destination);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Copy<TSample, T>(
        DecodedBlock block, PixelWindow stored, PixelWindow area, PixelWindow window, ReadOnlySpan<int> bands, Span<T> destination)
        where TSample : unmanaged, INumberBase<TSample>
        where T : unmanaged
    {
        ReadOnlySpan<TSample> samples = MemoryMarshal.Cast<byte, TSample>(block.Samples);
        int plane = window.Width * window.Height;
        bool isSame = typeof(TSample) == typeof(T);
        bool isWholePixel = isSame && block.BandStep == 1 && bands is [0, 1, 2] or [0, 1, 2, 3] && SampleSpread.CanSplit<TSample>(block.PixelStep, bands.Length);
        TSample[]? row = isSame ? null : ArrayPool<TSample>.Shared.Rent(area.Width);
        for (int y = area.Row; y < area.Bottom; y++)
        {
            int source = (((y - stored.Row) * stored.Width) + (area.Column - stored.Column)) * block.PixelStep;
            int target = ((y - window.Row) * window.Width) + (area.Column - window.Column);
            if (isWholePixel)
            {
                SampleSpread.Split(
                    samples.Slice(source, area.Width * block.PixelStep), MemoryMarshal.Cast<T, TSample>(destination)[target..], area.Width, plane, block.PixelStep, bands.Length);
                continue;
            }

            for (int i = 0; i < bands.Length; i++)
            {
                ReadOnlySpan<TSample> from = samples[(source + (bands[i] * block.BandStep))..];
                Span<T> to = destination.Slice((i * plane) + target, area.Width);
                if (row is null)
                {
                    SampleSpread.Gather(from, MemoryMarshal.Cast<T, TSample>(to), block.PixelStep);
                    continue;
                }

                if (block.PixelStep > 1)
                {
                    SampleSpread.Gather(from, row.AsSpan(0, area.Width), block.PixelStep);
                    from = row;
                }

                Convert(from[..area.Width], to);
            }
        }

        if (row is not null)
        {
            ArrayPool<TSample>.Shared.Return(row);
        }
    }

    private static void Convert<TSample, T>(ReadOnlySpan<TSample> source, Span<T> target)
        where TSample : unmanaged, INumberBase<TSample>
        where T : unmanaged
    {
        if (typeof(T) == typeof(float) && typeof(TSample) == typeof(byte))
        {
            Widen(MemoryMarshal.AsBytes(source), MemoryMarshal.Cast<T, float>(target));
        }
        else if (typeof(T) == typeof(float) && typeof(TSample) == typeof(ushort))
        {
            Widen(MemoryMarshal.Cast<TSample, ushort>(source), MemoryMarshal.Cast<T, float>(target));
        }
        else if (typeof(T) == typeof(float))
        {
            TensorPrimitives.ConvertTruncating(source, MemoryMarshal.Cast<T, float>(target));
        }
        else if (typeof(T) == typeof(double))
        {
            TensorPrimitives.ConvertTruncating(source, MemoryMarshal.Cast<T, double>(target));
        }
        else if (typeof(T) == typeof(ushort))
        {
            TensorPrimitives.ConvertTruncating(source, MemoryMarshal.Cast<T, ushort>(target));
        }
        else if (typeof(T) == typeof(short))
        {
            TensorPrimitives.ConvertTruncating(source, MemoryMarshal.Cast<T, short>(target));
        }
        else if (typeof(T) == typeof(int))
        {
            TensorPrimitives.ConvertTruncating(source, MemoryMarshal.Cast<T, int>(target));
        }
        else if (typeof(T) == typeof(uint))
        {
            TensorPrimitives.ConvertTruncating(source, MemoryMarshal.Cast<T, uint>(target));
        }
        else if (typeof(T) == typeof(long))
        {
            TensorPrimitives.ConvertTruncating(source, MemoryMarshal.Cast<T, long>(target));
        }
        else
        {
            TensorPrimitives.ConvertTruncating(source, MemoryMarshal.Cast<T, ulong>(target)); // the rest fit into themselves alone
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
