using System.Runtime.InteropServices;
using ArcLearn.Core.Formats;

namespace ArcLearn.Tests.Unit.Formats;

/// <summary>Numbers of saved tensors as .NET's types.</summary>
internal static class TorchArrayValues
{
    /// <summary>As 32-bit floating point, rounded or widened where the type is another.</summary>
    public static float[] ToSingles(this TorchArray array) => array.DataType switch
    {
        TorchDataType.Float32 => array.Span<float>().ToArray(),
        TorchDataType.Float64 => [.. array.Span<double>().ToArray().Select(value => (float)value)],
        TorchDataType.Float16 => [.. array.Span<Half>().ToArray().Select(value => (float)value)],
        TorchDataType.BFloat16 => [.. array.Span<ushort>().ToArray().Select(value => BitConverter.UInt32BitsToSingle((uint)value << 16))],
        _ => [.. array.ToInt64s().Select(value => (float)value)],
    };

    /// <summary>As 64-bit integers.</summary>
    public static long[] ToInt64s(this TorchArray array) => array.DataType switch
    {
        TorchDataType.Int64 => array.Span<long>().ToArray(),
        TorchDataType.Int32 => [.. array.Span<int>().ToArray().Select(value => (long)value)],
        TorchDataType.Int16 => [.. array.Span<short>().ToArray().Select(value => (long)value)],
        TorchDataType.Int8 => [.. array.Span<sbyte>().ToArray().Select(value => (long)value)],
        TorchDataType.UInt8 or TorchDataType.Bool => [.. array.Bytes.Select(value => (long)value)],
        _ => throw new InvalidOperationException($"{array.DataType} is not a type of integers."),
    };

    private static ReadOnlySpan<T> Span<T>(this TorchArray array)
        where T : struct => MemoryMarshal.Cast<byte, T>(array.Bytes);
}
