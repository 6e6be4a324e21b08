using System.Buffers;
using System.Runtime.InteropServices;

namespace ArcLearn.Core.Formats.Onnx;

/// <summary>Numbers of a file (TensorProto).</summary>
internal sealed record OnnxTensor(string Name, OnnxDataType DataType, IReadOnlyList<long> Shape)
{
    /// <summary>The numbers in little-endian order; null where they lie in a list of their type, or elsewhere.</summary>
    public ReadOnlyMemory<byte>? Raw { get; init; }

    /// <summary>How many numbers lie in lists of their type.</summary>
    public long Listed { get; init; }

    /// <summary>The first of them, as many as a shape has.</summary>
    public IReadOnlyList<double> FirstListed { get; init; } = [];

    /// <summary>Where in another file the numbers lie; empty where they lie in this one.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> External { get; init; } = [];

    public bool IsExternal { get; init; }

    /// <summary>Whether it is a piece of a tensor, which no program writes.</summary>
    public bool IsSegment { get; init; }

    /// <summary>How many numbers the shape asks for; null where that is more than can be counted.</summary>
    public long? Count
    {
        get
        {
            Int128 count = 1;
            foreach (long side in Shape)
            {
                count *= side;
                if (count > long.MaxValue)
                {
                    return null;
                }
            }

            return (long)count;
        }
    }

    /// <summary>Of 32-bit numbers.</summary>
    public static OnnxTensor Of(string name, float[] values, params IReadOnlyList<long> shape) =>
        new(name, OnnxDataType.Float, shape) { Raw = new ArrayBytes<float>(values).Memory };

    /// <summary>Of 64-bit whole numbers.</summary>
    public static OnnxTensor Of(string name, long[] values, params IReadOnlyList<long> shape) =>
        new(name, OnnxDataType.Int64, shape) { Raw = new ArrayBytes<long>(values).Memory };

    /// <summary>Few numbers of the types that shapes, scales and counts have.</summary>
    /// <param name="raw">They, where they lie in one run; else those that are listed.</param>
    /// <returns>Null for more of them, or for other types.</returns>
    public IReadOnlyList<double>? ToNumbers(ReadOnlyMemory<byte>? raw)
    {
        if (Count is not <= OnnxConstant.MostNumbers)
        {
            return null;
        }

        return (DataType, raw) switch
        {
            (OnnxDataType.Int64, { } bytes) => [.. MemoryMarshal.Cast<byte, long>(bytes.Span).ToArray().Select(number => (double)number)],
            (OnnxDataType.Int32, { } bytes) => [.. MemoryMarshal.Cast<byte, int>(bytes.Span).ToArray().Select(number => (double)number)],
            (OnnxDataType.Float, { } bytes) => [.. MemoryMarshal.Cast<byte, float>(bytes.Span).ToArray().Select(number => (double)number)],
            (OnnxDataType.Double, { } bytes) => MemoryMarshal.Cast<byte, double>(bytes.Span).ToArray(),
            (OnnxDataType.Int64 or OnnxDataType.Int32 or OnnxDataType.Float or OnnxDataType.Double, null) => FirstListed,
            _ => null,
        };
    }

    /// <summary>An array's numbers as bytes, without a copy: large models have gigabytes. Every machine that .NET and libtorch share is little-endian.</summary>
    private sealed class ArrayBytes<T>(T[] values) : MemoryManager<byte>
        where T : struct
    {
        public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(values.AsSpan());

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException("The bytes are read, not pinned.");

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
