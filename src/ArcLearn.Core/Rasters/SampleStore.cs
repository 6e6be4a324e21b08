using System.Runtime.CompilerServices;

namespace ArcLearn.Core.Rasters;

/// <summary>Computed values as samples: rounded and cut off as the sample type asks, then in a reader's number type.</summary>
internal static class SampleStore
{
    /// <summary>A computed value as a sample of <paramref name="type"/> holds it; halves go up, no number becomes 0 in whole numbers.</summary>
    public static double Round(double value, SampleType type)
    {
        if (type.IsFloatingPoint())
        {
            return type == SampleType.Float32 ? (float)value : value;
        }

        (double least, double most) = SampleTypes.Range(type);
        return double.IsNaN(value) ? 0 : Math.Clamp(Math.Floor(value + 0.5), least, most);
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
