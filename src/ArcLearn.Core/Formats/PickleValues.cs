namespace ArcLearn.Core.Formats;

/// <summary>Python's dict or OrderedDict: entries in the order in which they were first set.</summary>
internal sealed class PickleDict
{
    private readonly List<KeyValuePair<object, object?>> _entries = [];

    // Made at need: a hostile pickle makes millions of empty ones.
    private Dictionary<object, int>? _places;

    public IReadOnlyList<KeyValuePair<object, object?>> Entries => _entries;

    public object? this[object key]
    {
        get => _places is not null && _places.TryGetValue(key, out int place) ? _entries[place].Value : null;
        set
        {
            _places ??= new(Keys.Instance);
            if (_places.TryAdd(key, _entries.Count))
            {
                _entries.Add(new(key, value));
            }
            else
            {
                _entries[_places[key]] = new(key, value);
            }
        }
    }

    /// <summary>.NET's own hashes of long and double can be chosen to be all the same, so that a few megabytes of keys would take hours.</summary>
    private sealed class Keys : IEqualityComparer<object>
    {
        public static readonly Keys Instance = new();

        public new bool Equals(object? x, object? y) => object.Equals(x, y);

        public int GetHashCode(object obj) => obj switch
        {
            long number => Spread(number),
            double number => Spread(BitConverter.DoubleToInt64Bits(number)),
            _ => obj.GetHashCode(),
        };

        private static int Spread(long bits) => HashCode.Combine((int)bits, (int)(bits >> 32));
    }
}

/// <summary>Python's tuple.</summary>
internal sealed record PickleTuple(IReadOnlyList<object?> Items);

/// <summary>A run of numbers that tensors are views of; where it lies is the file's affair.</summary>
/// <param name="Count">Numbers in the storage.</param>
internal sealed record TorchStorage(string Key, TorchDataType DataType, long Count);

/// <summary>A view of a storage, checked to lie within it.</summary>
/// <param name="Offset">Of the first number, in numbers.</param>
/// <param name="Strides">Distance of neighbours along each dimension, in numbers.</param>
internal sealed record TorchTensor(TorchStorage Storage, long Offset, IReadOnlyList<long> Shape, IReadOnlyList<long> Strides)
{
    /// <summary>A view of a whole storage, row-major.</summary>
    public static TorchTensor Whole(TorchStorage storage, IReadOnlyList<long> shape) => new(storage, 0, shape, RowMajor(shape));

    /// <summary>Distances of neighbours along each dimension where the last one's lie side by side.</summary>
    public static long[] RowMajor(IReadOnlyList<long> shape)
    {
        long[] strides = new long[shape.Count];
        long step = 1;
        for (int d = shape.Count - 1; d >= 0; d--)
        {
            strides[d] = step;
            step *= Math.Max(1, shape[d]);
        }

        return strides;
    }

    /// <summary>How many numbers.</summary>
    public long Count => Shape.Aggregate(1L, (product, side) => product * side);

    /// <summary>From the first number to the last in the storage, both included; 0 where there are none.</summary>
    public long Extent => Count == 0 ? 0 : 1 + Shape.Zip(Strides, (side, step) => (side - 1) * step).Sum();

    public bool IsContiguous
    {
        get
        {
            long expected = 1;
            for (int d = Shape.Count - 1; d >= 0; d--)
            {
                if (Shape[d] != 1 && Strides[d] != expected)
                {
                    return false;
                }

                expected *= Shape[d];
            }

            return true;
        }
    }
}
