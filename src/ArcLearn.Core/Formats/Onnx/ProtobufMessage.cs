using System.Buffers.Binary;
using System.Text;

namespace ArcLearn.Core.Formats.Onnx;

/// <summary>
/// A message of Protocol Buffers in the making (protobuf.dev, "Encoding"). Long runs of bytes and messages within it are kept by reference and copied
/// once, into the stream.
/// </summary>
internal sealed class ProtobufMessage
{
    private const int KeptFrom = 4096;      // bytes

    private readonly List<ReadOnlyMemory<byte>> _parts = [];
    private readonly List<byte> _tail = [];

    /// <summary>Bytes of the whole message.</summary>
    public long Length { get; private set; }

    public void Add(int field, long value)
    {
        Key(field, ProtobufWire.Varint);
        Varint((ulong)value);
    }

    public void Add(int field, float value)
    {
        Key(field, ProtobufWire.Fixed32);
        Span<byte> bytes = stackalloc byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        Append(bytes);
    }

    public void Add(int field, string text) => Add(field, Encoding.UTF8.GetBytes(text));

    public void Add(int field, ReadOnlyMemory<byte> bytes)
    {
        Key(field, ProtobufWire.Length);
        Varint((ulong)bytes.Length);
        if (bytes.Length < KeptFrom)
        {
            Append(bytes.Span);
            return;
        }

        EndTail();
        _parts.Add(bytes);
        Length += bytes.Length;
    }

    public void Add(int field, ProtobufMessage message)
    {
        Key(field, ProtobufWire.Length);
        Varint((ulong)message.Length);
        EndTail();
        message.EndTail();
        _parts.AddRange(message._parts);
        Length += message.Length;
    }

    /// <summary>Whole numbers as one run.</summary>
    public void AddPacked(int field, IEnumerable<long> values)
    {
        ProtobufMessage run = new();
        foreach (long value in values)
        {
            run.Varint((ulong)value);
        }

        Add(field, run);
    }

    public void WriteTo(Stream stream)
    {
        EndTail();
        foreach (ReadOnlyMemory<byte> part in _parts)
        {
            stream.Write(part.Span);
        }
    }

    private void Key(int field, ProtobufWire wire) => Varint(((ulong)field << 3) | (uint)wire);

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _tail.Add((byte)(value | 0x80));
            Length++;
        }

        _tail.Add((byte)value);
        Length++;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        _tail.AddRange(bytes);
        Length += bytes.Length;
    }

    private void EndTail()
    {
        if (_tail.Count > 0)
        {
            _parts.Add(_tail.ToArray());
            _tail.Clear();
        }
    }
}

/// <summary>How a field's value lies in a message.</summary>
internal enum ProtobufWire
{
    Varint = 0,
    Fixed64 = 1,
    Length = 2,
    Fixed32 = 5,
}
