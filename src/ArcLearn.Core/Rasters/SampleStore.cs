using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ArcLearn.Core.Rasters;

/// <summary>Computed values as samples: rounded and cut off as the sample type asks, then in a reader's number type.</summary>
internal static class SampleStore
{
    /// <summary>A computed value as a sample of <paramref name="type"/> holds it; halves go up, no number becomes 0 in whole numbers.</summary>
    public static double Round(double value, SampleType type) => new SampleRounding(type).Apply(value);

    /// <summary>Computed values as samples in memory, little-endian.</summary>
    public static void Write(ReadOnlySpan<double> values, SampleType type, Span<byte> target)
    {
        switch (type)
        {
            case SampleType.UInt8:
                Write<byte>(values, type, target);
                break;
            case SampleType.Int8:
                Write<sbyte>(values, type, target);
                break;
            case SampleType.UInt16:
                Write<ushort>(values, type, target);
                break;
            case SampleType.Int16:
                Write<short>(values, type, target);
                break;
            case SampleType.UInt32:
                Write<uint>(values, type, target);
                break;
            case SampleType.Int32:
                Write<int>(values, type, target);
                break;
            case SampleType.UInt64:
                Write<ulong>(values, type, target);
                break;
            case SampleType.Int64:
                Write<long>(values, type, target);
                break;
            case SampleType.Float32:
                Write<float>(values, type, target);
                break;
            default:
                Write<double>(values, type, target);
                break;
        }
    }

    private static void Write<T>(ReadOnlySpan<double> values, SampleType type, Span<byte> target)
        where T : unmanaged
    {
        Span<T> samples = MemoryMarshal.Cast<byte, T>(target);
        SampleRounding rounding = new(type);
        for (int i = 0; i < values.Length; i++)
        {
            samples[i] = As<T>(rounding.Apply(values[i]));
        }
    }

    /// <summary>A value that fits, in a reader's number type.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T As<T>(double value)
        where T : unmanaged
    {
        if (typeof(T) == typeof(double))
        {
            return Unsafe.BitCast<double, T>(value);
        }

        if (typeof(T) == typeof(float))
        {
            return Unsafe.BitCast<float, T>((float)value);
        }

        if (typeof(T) == typeof(byte))
        {
            return Unsafe.BitCast<byte, T>((byte)value);
        }

        if (typeof(T) == typeof(sbyte))
        {
            return Unsafe.BitCast<sbyte, T>((sbyte)value);
        }

        if (typeof(T) == typeof(ushort))
        {
            return Unsafe.BitCast<ushort, T>((ushort)value);
        }

        if (typeof(T) == typeof(short))
        {
            return Unsafe.BitCast<short, T>((short)value);
        }

        if (typeof(T) == typeof(uint))
        {
            return Unsafe.BitCast<uint, T>((uint)value);
        }

        if (typeof(T) == typeof(int))
        {
            return Unsafe.BitCast<int, T>((int)value);
        }

        return typeof(T) == typeof(ulong) ? Unsafe.BitCast<ulong, T>(ulong.CreateSaturating(value)) : Unsafe.BitCast<long, T>(long.CreateSaturating(value));
    }
}
