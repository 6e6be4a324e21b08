namespace ArcLearn.Core.Formats;

/// <summary>The values that a pickle has made and not yet used, with marks between them.</summary>
/// <param name="path">The file to blame.</param>
internal sealed class PickleStack(string path)
{
    private readonly List<object?> _values = [];
    private readonly List<int> _marks = [];

    public int Count => _values.Count;

    public void Clear()
    {
        _values.Clear();
        _marks.Clear();
    }

    public void Push(object? value) => _values.Add(value);

    public void Mark() => _marks.Add(_values.Count);

    /// <exception cref="LearnFormatException">Nothing is there since the last mark.</exception>
    public object? Peek() => _values.Count > Floor ? _values[^1] : throw Underflow();

    /// <summary>The last values, in the order in which they came.</summary>
    /// <exception cref="LearnFormatException">There are fewer since the last mark.</exception>
    public object?[] Pop(int count)
    {
        if (_values.Count - count < Floor)
        {
            throw Underflow();
        }

        object?[] items = [.. _values.GetRange(_values.Count - count, count)];
        _values.RemoveRange(_values.Count - count, count);
        return items;
    }

    /// <summary>All values since the last mark, and the mark.</summary>
    /// <exception cref="LearnFormatException">There is no mark.</exception>
    public object?[] PopToMark()
    {
        if (_marks.Count == 0)
        {
            throw Underflow();
        }

        object?[] items = Pop(_values.Count - _marks[^1]);
        _marks.RemoveAt(_marks.Count - 1);
        return items;
    }

    private int Floor => _marks.Count > 0 ? _marks[^1] : 0;

    private LearnFormatException Underflow() => new("the pickle takes more values than it has made.", path);
}
