using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace ArcLearn.Core.Formats;

/// <summary>
/// Reads Python pickles of plain containers, numbers, text and tensors. Any other instruction or name ends the reading with an
/// error that tells it: nothing is ever called, so a hostile file can do no more than be refused.
/// Instructions: Python's Lib/pickletools.py. Results: null, bool, long, <see cref="BigInteger"/>, double, string,
/// List&lt;object?&gt;, <see cref="PickleTuple"/>, <see cref="PickleDict"/>, <see cref="TorchTensor"/>.
/// </summary>
internal sealed class PickleReader(Stream stream, string path, Func<PickleTuple, TorchStorage>? persistent = null)
{
    private const int MostItems = 10_000_000;

    private readonly PickleStack _stack = new(path);
    private readonly Dictionary<uint, object?> _memo = [];

    /// <summary>Reads one pickle; the stream stands behind it afterwards.</summary>
    /// <exception cref="LearnFormatException">Something that is none of the above, or an end too early.</exception>
    public object? Read()
    {
        _stack.Clear();
        _memo.Clear();
        while (true)
        {
            byte code = Bytes(1)[0];
            if (code == (byte)'.')
            {
                return _stack.Pop(1)[0];
            }

            Step(code);
            if (_stack.Count > MostItems)
            {
                throw Fail($"holds more than {MostItems} values.");
            }
        }
    }

    /// <summary>An error at the place read so far.</summary>
    private LearnFormatException Fail(string message) => new(message, path);

    private void Step(byte code)
    {
        switch ((char)code)
        {
            case '\u0080': Bytes(1); break;                                                              // PROTO
            case '\u0095': Bytes(8); break;                                                              // FRAME
            case '(': _stack.Mark(); break;
            case 'N': _stack.Push(null); break;
            case '\u0088': _stack.Push(true); break;
            case '\u0089': _stack.Push(false); break;
            case 'J': _stack.Push((long)BinaryPrimitives.ReadInt32LittleEndian(Bytes(4))); break;
            case 'K': _stack.Push((long)Bytes(1)[0]); break;
            case 'M': _stack.Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2))); break;
            case '\u008a': PushInteger(new BigInteger(Bytes(Bytes(1)[0]))); break;
            case 'G': _stack.Push(BinaryPrimitives.ReadDoubleBigEndian(Bytes(8))); break;
            case 'X': _stack.Push(Text(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4)))); break;        // BINUNICODE
            case '\u008c': _stack.Push(Text(Bytes(1)[0])); break;                                         // SHORT_BINUNICODE
            case 'T': _stack.Push(Text(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4)))); break;        // BINSTRING, of Python 2
            case 'U': _stack.Push(Text(Bytes(1)[0])); break;                                              // SHORT_BINSTRING
            case 'q': _memo[Bytes(1)[0]] = _stack.Peek(); break;
            case 'r': _memo[BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4))] = _stack.Peek(); break;
            case '\u0094': _memo[(uint)_memo.Count] = _stack.Peek(); break;                                     // MEMOIZE
            case 'h': _stack.Push(Recall(Bytes(1)[0])); break;
            case 'j': _stack.Push(Recall(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4)))); break;
            case ')': _stack.Push(new PickleTuple([])); break;
            case 't': _stack.Push(new PickleTuple(_stack.PopToMark())); break;
            case '\u0085': _stack.Push(new PickleTuple(_stack.Pop(1))); break;
            case '\u0086': _stack.Push(new PickleTuple(_stack.Pop(2))); break;
            case '\u0087': _stack.Push(new PickleTuple(_stack.Pop(3))); break;
            case ']': _stack.Push(new List<object?>()); break;
            case 'a': Append(_stack.Pop(1)); break;
            case 'e': Append(_stack.PopToMark()); break;
            case '}': _stack.Push(new PickleDict()); break;
            case 's': Set(_stack.Pop(2)); break;
            case 'u': Set(_stack.PopToMark()); break;
            case 'c': _stack.Push(Global(Line(), Line())); break;
            case '\u0093': StackGlobal(); break;
            case 'R': Reduce(); break;
            case 'b': Build(); break;
            case 'Q': _stack.Push(Persistent()); break;
            default: throw Fail($"the pickle has the instruction 0x{code:x2}, which tensors and plain containers do not need; nothing of it was run.");
        }
    }

    private PickleGlobal Global(string module, string name) => PickleGlobal.Find(module, name)
        ?? throw Fail($"the pickle asks for {module}.{name}, which is neither a tensor nor a plain container; nothing of it was run. Save the weights alone: torch.save(model.state_dict(), path).");

    private void StackGlobal()
    {
        object?[] names = _stack.Pop(2);
        _stack.Push(names is [string module, string name] ? Global(module, name) : throw Fail("a name in the pickle is not text."));
    }

    private void Reduce()
    {
        object?[] call = _stack.Pop(2);
        if (call is not [PickleGlobal callee, PickleTuple arguments])
        {
            throw Fail("the pickle calls something that is no function.");
        }

        _stack.Push((callee, arguments.Items) switch
        {
            (PickleGlobal.OrderedDict, []) => new PickleDict(),
            (PickleGlobal.OrderedDict, [List<object?> pairs]) => FromPairs(pairs),
            (PickleGlobal.Size, [PickleTuple sides]) => sides,
            (PickleGlobal.Parameter, [TorchTensor tensor, ..]) => tensor,
            (PickleGlobal.Tensor, [TorchStorage storage, long offset, PickleTuple shape, PickleTuple strides, ..]) => View(storage, offset, shape, strides),
            _ => throw Fail($"the pickle calls {callee.GetType().Name} with arguments of another kind."),
        });
    }

    private PickleDict FromPairs(List<object?> pairs)
    {
        PickleDict result = new();
        foreach (object? pair in pairs)
        {
            IReadOnlyList<object?> items = pair as List<object?> ?? (pair as PickleTuple)?.Items ?? [];
            result[items is [{ } key, _] ? key : throw Fail("an OrderedDict is made of something else than pairs.")] = items[1];
        }

        return result;
    }

    private TorchTensor View(TorchStorage storage, long offset, PickleTuple shape, PickleTuple strides)
    {
        long[] sides = Longs(shape);
        long[] steps = Longs(strides);
        if (offset < 0 || sides.Length != steps.Length || sides.Length > 16 || sides.Any(side => side < 0) || steps.Any(step => step < 0))
        {
            throw Fail("a tensor's shape makes no sense.");
        }

        try
        {
            long count = sides.Aggregate(1L, (product, side) => checked(product * side));
            long last = offset;
            for (int d = 0; d < sides.Length; d++)
            {
                last = checked(last + (Math.Max(0, sides[d] - 1) * steps[d]));
            }

            // Repetition (a stride of 0) must not turn a small file into a flood.
            bool fits = count == 0 ? offset <= storage.Count : last < storage.Count;
            if (fits && count <= Math.Max(storage.Count, 1 << 24))
            {
                return new TorchTensor(storage, offset, sides, steps);
            }
        }
        catch (OverflowException)
        {
            // Told below.
        }

        throw Fail($"a tensor of shape [{string.Join(", ", sides)}] leads outside its storage of {storage.Count} numbers.");
    }

    private long[] Longs(PickleTuple tuple) => [.. tuple.Items.Select(item => item is long value ? value : throw Fail("a tensor's shape is not made of integers."))];

    /// <summary>The state of an object: of a dict these are attributes such as _metadata, which weights do not need.</summary>
    private void Build()
    {
        _stack.Pop(1);
        if (_stack.Peek() is not PickleDict)
        {
            throw Fail("the pickle sets the state of something that is no dict; nothing of it was run.");
        }
    }

    private TorchStorage Persistent() => persistent is not null && _stack.Pop(1)[0] is PickleTuple id
        ? persistent(id)
        : throw Fail("the pickle refers to data outside it where there are none.");

    private void Append(object?[] items)
    {
        if (_stack.Peek() is not List<object?> list)
        {
            throw Fail("the pickle appends to something that is no list.");
        }

        list.AddRange(items);
    }

    private void Set(object?[] items)
    {
        if (_stack.Peek() is not PickleDict dict || items.Length % 2 != 0)
        {
            throw Fail("the pickle sets items of something that is no dict.");
        }

        for (int i = 0; i < items.Length; i += 2)
        {
            dict[items[i] ?? throw Fail("a dict has None for a key.")] = items[i + 1];
        }
    }

    private object? Recall(uint index) => _memo.TryGetValue(index, out object? value) ? value : throw Fail("the pickle refers to a value that it has not made yet.");

    private void PushInteger(BigInteger value)
    {
        if (value >= long.MinValue && value <= long.MaxValue)
        {
            _stack.Push((long)value);
        }
        else
        {
            _stack.Push(value);
        }
    }

    private string Text(long length) => Encoding.UTF8.GetString(Bytes(length));

    private string Line()
    {
        List<byte> line = [];
        for (byte next = Bytes(1)[0]; next != (byte)'\n'; next = Bytes(1)[0])
        {
            line.Add(next);
            if (line.Count > 1024)
            {
                throw Fail("a name in the pickle has no end.");
            }
        }

        return Encoding.UTF8.GetString([.. line]);
    }

    /// <summary>The next bytes; how many is checked against the file's length before any memory is taken.</summary>
    private byte[] Bytes(long count)
    {
        if (count > stream.Length - stream.Position)
        {
            throw Fail("the pickle ends early: the file is cut off or is no PyTorch file.");
        }

        byte[] bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
