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
}
