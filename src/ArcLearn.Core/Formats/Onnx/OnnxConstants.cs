namespace ArcLearn.Core.Formats.Onnx;

/// <summary>
/// The values of a graph that are known before it runs, as far as they decide how large others become: computed with the operators that exporters make shapes with. Of a constant that
/// another operator computes is known that it is one. Graphs within see those around them; what they add goes when they end.
/// </summary>
internal sealed class OnnxConstants
{
    private readonly Dictionary<string, OnnxConstant?> _values = new(StringComparer.Ordinal);
    private readonly Stack<(string Name, OnnxConstant? Before)> _changes = [];

    /// <summary>Null for a value that depends on what goes in, and for one that is left out.</summary>
    public OnnxConstant? this[string name]
    {
        get => _values.GetValueOrDefault(name);
        set
        {
            _changes.Push((name, this[name]));
            _values[name] = value;
        }
    }

    /// <summary>Begins a graph.</summary>
    /// <returns>What <see cref="Leave"/> takes.</returns>
    public int Enter() => _changes.Count;

    public void Leave(int mark)
    {
        while (_changes.Count > mark)
        {
            (string name, OnnxConstant? before) = _changes.Pop();
            _values[name] = before;
        }
    }

    /// <summary>What an operator gives; null where it depends on what goes in.</summary>
    /// <param name="tensor">The value of an attribute.</param>
    public OnnxConstant? Of(OnnxNode node, Func<OnnxTensor, OnnxConstant> tensor)
    {
        if (node.OpType == "Constant")
        {
            return Literal(node, tensor);
        }

        OnnxConstant?[] inputs = [.. node.Inputs.Where(name => name.Length > 0).Select(name => this[name])];
        if (inputs.Length == 0 || node.Attributes.Any(attribute => attribute.Graphs.Count > 0) || inputs.Contains(null))
        {
            return null;
        }

        OnnxConstant first = inputs[0]!;
        IReadOnlyList<double>?[] numbers = [.. inputs.Select(input => input!.Numbers)];
        return (node.OpType, numbers) switch
        {
            ("Shape", _) when first.Shape is { } shape && node.Attributes.Count == 0 => OnnxConstant.Of([.. shape.Select(side => (double)side)]),
            ("Size", _) when first.Count is double count => new OnnxConstant([], [count]),
            ("ConstantOfShape", [{ } sides]) => Filled(sides, node, tensor),
            ("Reshape", [{ } kept, { } target, ..]) => new OnnxConstant(target.All(side => side > 0) ? [.. target.Select(side => (long)side)] : null, kept),
            ("Reshape", [_, { } target, ..]) when target.All(side => side > 0) => new OnnxConstant([.. target.Select(side => (long)side)], null),
            ("Identity" or "Cast", _) => first,
            ("Squeeze" or "Unsqueeze" or "Flatten" or "Transpose", [{ } kept, ..]) => new OnnxConstant(null, kept),
            ("Concat", _) when numbers.All(part => part is not null) => OnnxConstant.Of([.. numbers.SelectMany(part => part!)]),
            ("Gather", [{ } from, { } places]) => Picked(from, places, inputs[1]!.Shape),
            ("Slice", [{ } from, [var start], [var end], ..]) => Sliced(from, start, end, numbers.Length > 4 ? numbers[4] : [1]),
            ("Range", [[var start], [var limit], [var step]]) => Counted(start, limit, step),
            ("Add", [{ } a, { } b]) => Each(inputs, a, b, (x, y) => x + y),
            ("Sub", [{ } a, { } b]) => Each(inputs, a, b, (x, y) => x - y),
            ("Mul", [{ } a, { } b]) => Each(inputs, a, b, (x, y) => x * y),
            ("Div", [{ } a, { } b]) => Each(inputs, a, b, (x, y) => x / y),
            ("Pow", [{ } a, { } b]) => Each(inputs, a, b, Math.Pow),
            ("Max", [{ } a, { } b]) => Each(inputs, a, b, Math.Max),
            ("Min", [{ } a, { } b]) => Each(inputs, a, b, Math.Min),
            ("Neg", [{ } a]) => first with { Numbers = [.. a.Select(x => -x)] },
            ("Abs", [{ } a]) => first with { Numbers = [.. a.Select(Math.Abs)] },
            ("ReduceProd", [{ } a, ..]) when IsList(first) => new OnnxConstant(null, [a.Aggregate(1.0, (x, y) => x * y)]),
            ("ReduceSum", [{ } a, ..]) when IsList(first) => new OnnxConstant(null, [a.Sum()]),
            ("ReduceMax", [{ } a, ..]) when IsList(first) && a.Count > 0 => new OnnxConstant(null, [a.Max()]),
            _ => OnnxConstant.Unknown,
        };
    }

    private static OnnxConstant Literal(OnnxNode node, Func<OnnxTensor, OnnxConstant> tensor) => node.Attributes switch
    {
        [{ Tensors: [OnnxTensor one] }] => tensor(one),
        [{ Name: "value_int" } one] => new OnnxConstant([], [one.Integer]),
        [{ Name: "value_ints" } one] => OnnxConstant.Of([.. one.Integers.Select(number => (double)number)]),
        [{ Name: "value_float" } one] => new OnnxConstant([], [one.Float]),
        [{ Name: "value_floats" } one] => OnnxConstant.Of([.. one.Floats.Select(number => (double)number)]),
        _ => OnnxConstant.Unknown,
    };

    private static bool IsList(OnnxConstant value) => value.Shape is { Count: <= 1 };

    private static OnnxConstant Filled(IReadOnlyList<double> sides, OnnxNode node, Func<OnnxTensor, OnnxConstant> tensor)
    {
        long[] shape = [.. sides.Select(side => (long)side)];
        double count = sides.Aggregate(1.0, (product, side) => product * side);
        OnnxConstant filling = node.Attributes is [{ Tensors: [OnnxTensor one] }] ? tensor(one) : new OnnxConstant([], [0]);
        return new OnnxConstant(shape, count <= OnnxConstant.MostNumbers && filling.Numbers is [double number] ? [.. Enumerable.Repeat(number, (int)Math.Max(0, count))] : null);
    }

    private static OnnxConstant Picked(IReadOnlyList<double> from, IReadOnlyList<double> places, IReadOnlyList<long>? shape)
    {
        int[] at = [.. places.Select(place => (int)Math.Clamp(place < 0 ? place + from.Count : place, -1, from.Count))];
        return at.All(place => place >= 0 && place < from.Count) ? new OnnxConstant(shape, [.. at.Select(place => from[place])]) : OnnxConstant.Unknown;
    }

    private static OnnxConstant Sliced(IReadOnlyList<double> from, double start, double end, IReadOnlyList<double>? step)
    {
        if (step is not [1])
        {
            return OnnxConstant.Unknown;
        }

        int first = Place(start);
        return OnnxConstant.Of([.. from.Skip(first).Take(Math.Max(0, Place(end) - first))]);

        int Place(double at) => (int)Math.Clamp(at < 0 ? at + from.Count : at, 0, from.Count);
    }

    private static OnnxConstant Counted(double start, double limit, double step)
    {
        double count = Math.Ceiling((limit - start) / step);
        return count <= OnnxConstant.MostNumbers ? OnnxConstant.Of([.. Enumerable.Range(0, (int)Math.Max(0, count)).Select(i => start + (i * step))]) : OnnxConstant.Unknown;
    }

    private static OnnxConstant Each(OnnxConstant?[] inputs, IReadOnlyList<double> a, IReadOnlyList<double> b, Func<double, double, double> compute)
    {
        IReadOnlyList<long>? shape = a.Count >= b.Count ? inputs[0]!.Shape : inputs[1]!.Shape;
        return a.Count == b.Count || a.Count == 1 || b.Count == 1
            ? new OnnxConstant(shape, [.. Enumerable.Range(0, a.Count == 0 || b.Count == 0 ? 0 : Math.Max(a.Count, b.Count)).Select(i => compute(a[a.Count == 1 ? 0 : i], b[b.Count == 1 ? 0 : i]))])
            : OnnxConstant.Unknown;
    }
}
