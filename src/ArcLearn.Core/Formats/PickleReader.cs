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
    /// <summary>In bytes: a tensor takes about 300.</summary>
    public const int LongestPickle = 1 << 26;

    /// <summary>Instructions and pairs of dicts made of lists: what bounds memory and time.</summary>
    private const int MostSteps = 4_000_000;

    /// <summary>Numbers that a view may have beyond those of its storage.</summary>
    private const int MostRepeated = 1 << 24;

    private const int NewestProtocol = 5;
    private const int MostDimensions = 16;

    private readonly PickleStack _stack = new(path);
    private readonly Dictionary<uint, object?> _memo = [];
    private readonly long _length = stream.Length;
    private long _end;
    private int _steps;

    /// <summary>Reads one pickle; the stream stands behind it afterwards.</summary>
    /// <exception cref="LearnFormatException">Something that is none of the above, or an end too early.</exception>
    public object? Read()
    {
        _stack.Clear();
        _memo.Clear();
        _end = Math.Min(_length, stream.Position + LongestPickle);
        _steps = 0;
        while (true)
        {
            Count(1);
            byte code = Byte();
            if (code == (byte)'.')
            {
                return _stack.Pop(1)[0];
            }

            Step(code);
        }
    }

    /// <summary>An error at the place read so far.</summary>
    private LearnFormatException Fail(string message) => new(message, path);

    private void Step(byte code)
    {
        switch ((char)code)
        {
            case '\u0080': RequireKnown(Byte()); break;                                                    // PROTO
            case '\u0095': Require(BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8))); break;                 // FRAME
            case '(': _stack.Mark(); break;
            case 'N': _stack.Push(null); break;
            case '\u0088': _stack.Push(true); break;
            case '\u0089': _stack.Push(false); break;
            case 'J': _stack.Push((long)BinaryPrimitives.ReadInt32LittleEndian(Bytes(4))); break;
            case 'K': _stack.Push((long)Byte()); break;
            case 'M': _stack.Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2))); break;
            case '\u008a': PushInteger(new BigInteger(Bytes(Byte()))); break;
            case 'G': _stack.Push(BinaryPrimitives.ReadDoubleBigEndian(Bytes(8))); break;
            case 'X': _stack.Push(Text(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4)))); break;        // BINUNICODE
            case '\u008c': _stack.Push(Text(Byte())); break;                                         // SHORT_BINUNICODE
            case 'T': _stack.Push(Text(BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4)))); break;        // BINSTRING, of Python 2
            case 'U': _stack.Push(Text(Byte())); break;                                              // SHORT_BINSTRING
            case 'q': _memo[Byte()] = _stack.Peek(); break;
            case 'r': _memo[BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4))] = _stack.Peek(); break;
            case '\u0094': _memo[(uint)_memo.Count] = _stack.Peek(); break;                                     // MEMOIZE
            case 'h': _stack.Push(Recall(Byte())); break;
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
            default: throw Fail($"the pickle has the instruction {PickleOpcodes.Show(code)}, which tensors and plain containers do not need; nothing of it was run.");
        }
    }

    /// <summary>Bounds the work: what one instruction makes is of its own size, but for what it takes from lists made before.</summary>
    private void Count(int steps)
    {
        _steps += steps;
        if (_steps > MostSteps)
        {
            throw Fail($"the pickle has more than {MostSteps} instructions, which no weights need.");
        }
    }

    private void RequireKnown(byte protocol)
    {
        if (protocol > NewestProtocol)
        {
            throw Fail($"the pickle is of protocol {protocol}; the newest known is {NewestProtocol}.");
        }
    }

    private PickleGlobal Global(string module, string name)
    {
        if (PickleGlobal.Find(module, name) is PickleGlobal known)
        {
            return known;
        }

        string shown = $"{SafeText.Show(module)}.{SafeText.Show(name)}";
        throw Fail(module == "torch" && name.EndsWith("Storage", StringComparison.Ordinal)
            ? $"the pickle holds numbers of the type {shown}, which no model here has; nothing of it was run."
            : $"the pickle asks for {shown}, which is neither a tensor nor a plain container; nothing of it was run. Save the weights alone: torch.save(model.state_dict(), path).");
    }

    private void StackGlobal()
    {
        object?[] names = _stack.Pop(2);
        _stack.Push(names is [string module, string name] ? Global(module, name) : throw Fail("the name that the instruction STACK_GLOBAL asks for is not text; nothing of it was run."));
    }

    private void Reduce()
    {
        object?[] call = _stack.Pop(2);
        if (call is not [PickleGlobal callee, PickleTuple arguments])
        {
            throw Fail("the instruction REDUCE calls something that is no function; nothing of it was run.");
        }

        _stack.Push((callee, arguments.Items) switch
        {
            (PickleGlobal.OrderedDict, []) => new PickleDict(),
            (PickleGlobal.OrderedDict, [List<object?> pairs]) => FromPairs(pairs),
            (PickleGlobal.Size, [PickleTuple sides]) => sides,
            (PickleGlobal.Parameter, [TorchTensor tensor, ..]) => tensor,
            (PickleGlobal.Tensor, [TorchStorage storage, long offset, PickleTuple shape, PickleTuple strides, ..]) => View(storage, offset, shape, strides),
            _ => throw Fail($"the instruction REDUCE calls {callee.GetType().Name} with arguments of another kind; nothing of it was run."),
        });
    }

    private PickleDict FromPairs(List<object?> pairs)
    {
        Count(pairs.Count);
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
        if (shape.Items.Count > MostDimensions || shape.Items.Count != strides.Items.Count)
        {
            throw Fail($"a tensor has {shape.Items.Count} sides and {strides.Items.Count} strides.");
        }

        long[] sides = Longs(shape);
        long[] steps = Longs(strides);
        if (offset < 0 || sides.Any(side => side < 0) || steps.Any(step => step < 0))
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

            // A part of an empty tensor may begin anywhere: PyTorch does not look.
            if (count == 0)
            {
                return TorchTensor.Whole(storage, sides);
            }

            // Repetition (a stride of 0) must not turn a small file into a flood.
            if (last < storage.Count && count <= Math.Max(storage.Count, MostRepeated))
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
        if (_stack.Pop(1)[0] is not PickleDict || _stack.Peek() is not PickleDict)
        {
            throw Fail("the instruction BUILD sets the state of something that is no dict; nothing of it was run.");
        }
    }

    private TorchStorage Persistent() => persistent is not null && _stack.Pop(1)[0] is PickleTuple id
        ? persistent(id)
        : throw Fail("the instruction BINPERSID refers to data outside the pickle in an unknown way.");

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

    private string Text(uint length) => Encoding.UTF8.GetString(Bytes(length));

    private string Line()
    {
        List<byte> line = [];
        for (byte next = Byte(); next != (byte)'\n'; next = Byte())
        {
            line.Add(next);
            if (line.Count > 1024)
            {
                throw Fail("a name in the pickle has no end.");
            }
        }

        return Encoding.UTF8.GetString([.. line]);
    }

    private byte Byte()
    {
        Require(1);
        return (byte)stream.ReadByte();
    }

    private byte[] Bytes(uint count)
    {
        Require(count);
        byte[] bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>What follows is compared with what is there before any memory is taken.</summary>
    private void Require(ulong count)
    {
        if (count > (ulong)(_end - stream.Position))
        {
            throw Fail(_end < _length
                ? $"the pickle is longer than {LongestPickle} bytes, which no weights need."
                : "the pickle ends early: the file is cut off or is no PyTorch file.");
        }
    }
}
