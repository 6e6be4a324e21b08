using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace ArcLearn.Core.Formats.Onnx;

/// <summary>Walks over the fields of a message of Protocol Buffers (protobuf.dev, "Encoding") in memory; never beyond its end.</summary>
/// <param name="message">The bytes.</param>
/// <param name="path">What to blame.</param>
internal ref struct ProtobufReader(ReadOnlyMemory<byte> message, string path)
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private int _at;

    /// <summary>The number of the field that <see cref="Next"/> came to.</summary>
    public int Field { get; private set; }

    public ProtobufWire Wire { get; private set; }

    /// <summary>Goes to the next field, whose value must then be read or skipped.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="LearnFormatException">The bytes are no message.</exception>
    public bool Next()
    {
        if (_at == message.Length)
        {
            return false;
        }

        ulong key = Number();
        (Field, Wire) = ((int)Math.Min(key >> 3, int.MaxValue), (ProtobufWire)(key & 7));
        return Field != 0 ? true : throw Damaged("has a field without a number");
    }

    public long Integer()
    {
        Require(ProtobufWire.Varint);
        return (long)Number();
    }

    public float Single()
    {
        Require(ProtobufWire.Fixed32);
        return BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float)).Span);
    }

    public ReadOnlyMemory<byte> Bytes()
    {
        Require(ProtobufWire.Length);
        ulong length = Number();
        return length <= (ulong)(message.Length - _at) ? Take((int)length) : throw Damaged($"names {length} bytes where {message.Length - _at} are left");
    }

    public string Text()
    {
        try
        {
            return s_strict.GetString(Bytes().Span);
        }
        catch (DecoderFallbackException e)
        {
            throw new LearnFormatException("is no sound ONNX file: it holds text that is not UTF-8.", path, inner: e);
        }
    }

    /// <summary>Whole numbers, in one run or one by one.</summary>
    /// <param name="take">Takes each.</param>
    public void Integers(Action<long> take)
    {
        if (Wire != ProtobufWire.Length)
        {
            take(Integer());
            return;
        }

        ProtobufReader run = new(Bytes(), path);
        while (run._at < run.Length)
        {
            take((long)run.Number());
        }
    }

    /// <summary>Numbers of a fixed size, in one run or a single one, in little-endian order.</summary>
    public ReadOnlySpan<T> Fixed<T>()
        where T : unmanaged
    {
        int size = Unsafe.SizeOf<T>();
        if (Wire != ProtobufWire.Length)
        {
            Require(size == sizeof(uint) ? ProtobufWire.Fixed32 : ProtobufWire.Fixed64);
            return MemoryMarshal.Cast<byte, T>(Take(size).Span);
        }

        ReadOnlySpan<byte> run = Bytes().Span;
        return run.Length % size == 0 ? MemoryMarshal.Cast<byte, T>(run) : throw Damaged($"has {run.Length} bytes of numbers of {size} bytes each");
    }

    public void Skip()
    {
        switch (Wire)
        {
            case ProtobufWire.Varint:
                _ = Number();
                break;
            case ProtobufWire.Fixed64:
                _ = Take(sizeof(ulong));
                break;
            case ProtobufWire.Length:
                _ = Bytes();
                break;
            case ProtobufWire.Fixed32:
                _ = Take(sizeof(uint));
                break;
            default:
                throw Damaged($"has a field of an unknown kind ({(int)Wire})");
        }
    }

    private readonly int Length => message.Length;

    private ulong Number()
    {
        ReadOnlySpan<byte> bytes = message.Span[_at..];
        ulong value = 0;
        for (int i = 0; i < bytes.Length && i < 10; i++)
        {
            value |= (ulong)(bytes[i] & 0x7F) << (7 * i);
            if (bytes[i] < 0x80)
            {
                _at += i + 1;
                return value;
            }
        }

        throw Damaged(bytes.Length < 10 ? "ends within a number" : "has a number of more than 64 bits");
    }

    private ReadOnlyMemory<byte> Take(int length)
    {
        if (length > message.Length - _at)
        {
            throw Damaged("ends within a number");
        }

        _at += length;
        return message.Slice(_at - length, length);
    }

    private readonly void Require(ProtobufWire wire)
    {
        if (Wire != wire)
        {
            throw Damaged($"has a {Wire} where a {wire} belongs, in field {Field}");
        }
    }

    private readonly LearnFormatException Damaged(string what) => new($"is no sound ONNX file: it {what}.", path);
}
