using System.Buffers.Binary;
using System.Text;

namespace ArcLearn.Core.Formats;

/// <summary>
/// Writes pickles (protocol 2) of what <see cref="PickleReader"/> reads: null, bool, int, long, double, string, lists,
/// <see cref="PickleTuple"/>, <see cref="PickleDict"/> (as OrderedDict) and <see cref="TorchArray"/> (as a tensor).
/// </summary>
internal sealed class PickleWriter(Stream stream, Func<TorchArray, string> storageKey)
{
    public void Write(object? root)
    {
        Code(0x80);
        Code(2);
        Value(root);
        Code('.');
    }

    private void Value(object? value)
    {
        switch (value)
        {
            case null: Code('N'); break;
            case bool truth: Code(truth ? 0x88 : 0x89); break;
            case int number: Number(number); break;
            case long number: Number(number); break;
            case double number: Real(number); break;
            case string text: Text(text); break;
            case PickleTuple tuple: Tuple(tuple.Items); break;
            case PickleDict dict: Dict(dict); break;
            case TorchArray array: Tensor(array); break;
            case IReadOnlyList<object?> list:
                Code(']');
                Code('(');
                Each(list);
                Code('e');
                break;
            default: throw new ArgumentException($"A value of type {value.GetType().Name} has no place in a file of weights.");
        }
    }

    private void Dict(PickleDict dict)
    {
        EmptyDict();
        Code('(');
        foreach ((object key, object? value) in dict.Entries)
        {
            Value(key);
            Value(value);
        }

        Code('u');
    }

    /// <summary>_rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, backward_hooks).</summary>
    private void Tensor(TorchArray array)
    {
        Global("torch._utils", "_rebuild_tensor_v2");
        Code('(');
        Code('(');
        Text("storage");
        Global("torch", array.DataType.StorageName());
        Text(storageKey(array));
        Text("cpu");
        Number(array.Count);
        Code('t');
        Code('Q');
        Number(0);
        Tuple([.. array.Shape.Cast<object?>()]);
        Tuple([.. TorchTensor.RowMajor(array.Shape).Cast<object?>()]);
        Code(0x89);
        EmptyDict();
        Code('t');
        Code('R');
    }

    private void EmptyDict()
    {
        Global("collections", "OrderedDict");
        Code(')');
        Code('R');
    }

    private void Tuple(IReadOnlyList<object?> items)
    {
        if (items.Count == 0)
        {
            Code(')');
            return;
        }

        Code('(');
        Each(items);
        Code('t');
    }

    private void Each(IReadOnlyList<object?> items)
    {
        foreach (object? item in items)
        {
            Value(item);
        }
    }

    private void Number(long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        if (value is >= int.MinValue and <= int.MaxValue)
        {
            Code('J');
            stream.Write(bytes[..4]);
            return;
        }

        Code(0x8a);
        Code(8);
        stream.Write(bytes);
    }

    private void Real(double value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleBigEndian(bytes, value);
        Code('G');
        stream.Write(bytes);
    }

    private void Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        Code('X');
        stream.Write(length);
        stream.Write(bytes);
    }

    private void Global(string module, string name)
    {
        Code('c');
        stream.Write(Encoding.ASCII.GetBytes($"{module}\n{name}\n"));
    }

    private void Code(int code) => stream.WriteByte((byte)code);
}
