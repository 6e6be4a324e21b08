using System.Runtime.InteropServices;

namespace ArcLearn.Core.Formats;

/// <summary>A tensor's numbers: row-major, little-endian.</summary>
internal sealed record TorchArray
{
    /// <exception cref="ArgumentException">The bytes are not as many as type and shape ask for.</exception>
    public TorchArray(TorchDataType dataType, IReadOnlyList<long> shape, byte[] bytes)
    {
        long count = shape.Aggregate(1L, (product, side) => checked(product * side));
        if (bytes.LongLength != count * dataType.Size())
        {
            throw new ArgumentException($"[{string.Join(", ", shape)}] of {dataType} is not {bytes.LongLength} bytes.", nameof(bytes));
        }

        (DataType, Shape, Bytes, Count) = (dataType, shape, bytes, count);
    }

    public TorchDataType DataType { get; }

    public IReadOnlyList<long> Shape { get; }

    public byte[] Bytes { get; }

    /// <summary>How many numbers.</summary>
    public long Count { get; }

    /// <summary>As 32-bit floating point, rounded or widened where the type is another.</summary>
    public float[] ToSingles()
    {
        float[] result = new float[Count];
        switch (DataType)
        {
            case TorchDataType.Float32:
                Span<float>().CopyTo(result);
                break;
            case TorchDataType.Float64:
                Convert(Span<double>(), result, static value => (float)value);
                break;
            case TorchDataType.Float16:
                Convert(Span<Half>(), result, static value => (float)value);
                break;
            case TorchDataType.BFloat16:
                Convert(Span<ushort>(), result, static value => BitConverter.UInt32BitsToSingle((uint)value << 16));
                break;
            default:
                Convert(ToInt64s().AsSpan(), result, static value => (float)value);
                break;
        }

        return result;
    }

    /// <summary>As 64-bit integers.</summary>
    /// <exception cref="InvalidOperationException">The numbers are floating-point ones.</exception>
    public long[] ToInt64s()
    {
        long[] result = new long[Count];
        switch (DataType)
        {
            case TorchDataType.Int64:
                Span<long>().CopyTo(result);
                break;
            case TorchDataType.Int32:
                Convert(Span<int>(), result, static value => value);
                break;
            case TorchDataType.Int16:
                Convert(Span<short>(), result, static value => value);
                break;
            case TorchDataType.Int8:
                Convert(Span<sbyte>(), result, static value => value);
                break;
            case TorchDataType.UInt8 or TorchDataType.Bool:
                Convert(Span<byte>(), result, static value => value);
                break;
            default:
                throw new InvalidOperationException($"{DataType} is not a type of integers.");
        }

        return result;
    }

    // torch writes in the machine's order, and every machine that .NET and libtorch share is little-endian.
    private ReadOnlySpan<T> Span<T>()
        where T : struct => MemoryMarshal.Cast<byte, T>(Bytes);

    private static void Convert<TFrom, TTo>(ReadOnlySpan<TFrom> from, TTo[] to, Func<TFrom, TTo> convert)
    {
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = convert(from[i]);
        }
    }
}
