namespace ArcLearn.Core.Formats;

/// <summary>Python's dict or OrderedDict: entries in the order in which they were first set.</summary>
internal sealed class PickleDict
{
    private readonly List<KeyValuePair<object, object?>> _entries = [];
    private readonly Dictionary<object, int> _places = [];

    public IReadOnlyList<KeyValuePair<object, object?>> Entries => _entries;

    public object? this[object key]
    {
        get => _places.TryGetValue(key, out int place) ? _entries[place].Value : null;
        set
        {
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
    /// <summary>How many numbers.</summary>
    public long Count => Shape.Aggregate(1L, (product, side) => product * side);

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
