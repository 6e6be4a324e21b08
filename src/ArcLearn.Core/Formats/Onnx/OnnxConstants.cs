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
            ("Reshape", [_, { } target, ..]) => new OnnxConstant(Reshaped(first, target), first.Numbers),
            ("Identity", _) => first,
            ("Cast", [{ } from]) when IsWhole(node) => first with { Numbers = [.. from.Select(Math.Truncate)] },
            ("Cast", _) => first,
            ("Squeeze" or "Unsqueeze" or "Flatten", [{ } kept, ..]) => new OnnxConstant(kept.Count == 1 ? [1] : null, kept),
            ("Transpose", [{ } kept]) when first.Shape is { } shape => Turned(kept, shape, node.Attributes is [OnnxAttribute order] ? order.Integers : [.. Enumerable.Range(0, shape.Count).Reverse().Select(axis => (long)axis)]),
            ("Concat", _) when inputs.All(input => input is { Shape.Count: <= 1, Numbers: not null }) => OnnxConstant.Of([.. numbers.SelectMany(part => part!)]),
            ("Gather", [{ } from, { } places]) when IsList(first) => Picked(from, places, inputs[1]!.Shape),
            ("Slice", [{ } from, { } start, { } end, ..]) when first.Shape is { } shape => Sliced(from, shape, start, end, numbers),
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
            ("Ceil", [{ } a]) => first with { Numbers = [.. a.Select(Math.Ceiling)] },
            ("Floor", [{ } a]) => first with { Numbers = [.. a.Select(Math.Floor)] },
            ("Round", [{ } a]) => first with { Numbers = [.. a.Select(x => Math.Round(x))] },
            ("Sqrt", [{ } a]) => first with { Numbers = [.. a.Select(Math.Sqrt)] },
            ("ReduceProd", [{ } a, ..]) when IsList(first) => new OnnxConstant([1], [a.Aggregate(1.0, (x, y) => x * y)]),
            ("ReduceSum", [{ } a, ..]) when IsList(first) => new OnnxConstant([1], [a.Sum()]),
            ("ReduceMin", [{ } a, ..]) when IsList(first) && a.Count > 0 => new OnnxConstant([1], [a.Min()]),
            ("ReduceMax", [{ } a, ..]) when IsList(first) && a.Count > 0 => new OnnxConstant([1], [a.Max()]),
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

    /// <summary>Whether numbers are cast to whole ones.</summary>
    private static bool IsWhole(OnnxNode node) => node.Attributes.Any(one => (OnnxDataType)one.Integer is OnnxDataType.Int64 or OnnxDataType.Int32 or OnnxDataType.Int16 or OnnxDataType.Int8);

    /// <summary>A shape with −1 for what is left.</summary>
    private static long[]? Reshaped(OnnxConstant from, IReadOnlyList<double> target)
    {
        double known = target.Where(side => side > 0).Aggregate(1.0, (product, side) => product * side);
        return target.All(side => side > 0) ? [.. target.Select(side => (long)side)]
            : target.Count(side => side < 0) == 1 && !target.Contains(0) && from.Count is double count ? [.. target.Select(side => side > 0 ? (long)side : (long)(count / known))]
            : null;
    }

    private static OnnxConstant Turned(IReadOnlyList<double> from, IReadOnlyList<long> shape, IReadOnlyList<long> order)
    {
        if (!order.Order().SequenceEqual(Enumerable.Range(0, shape.Count).Select(axis => (long)axis)))
        {
            return OnnxConstant.Unknown;
        }

        long[] sides = [.. order.Select(axis => shape[(int)axis])];
        double[] turned = [.. Enumerable.Range(0, from.Count).Select(place =>
        {
            long[] at = new long[sides.Length];
            for (int axis = sides.Length - 1; axis >= 0; axis--)
            {
                (at[order[axis]], place) = (place % (int)sides[axis], place / (int)sides[axis]);
            }

            return from[Flat(at, shape)];
        })];
        return new OnnxConstant(sides, turned);
    }

    /// <param name="inputs">The numbers of all inputs: data, starts, ends, axes, steps.</param>
    private static OnnxConstant Sliced(IReadOnlyList<double> from, IReadOnlyList<long> shape, IReadOnlyList<double> starts, IReadOnlyList<double> ends, IReadOnlyList<double>?[] inputs)
    {
        IReadOnlyList<double>? axes = inputs.Length > 3 ? inputs[3] : [.. Enumerable.Range(0, starts.Count).Select(axis => (double)axis)];
        IReadOnlyList<double>? steps = inputs.Length > 4 ? inputs[4] : [.. starts.Select(_ => 1.0)];
        if (axes is null || steps is null || new[] { ends.Count, axes.Count, steps.Count }.Any(count => count != starts.Count))
        {
            return OnnxConstant.Unknown;
        }

        long[][] kept = [.. shape.Select(side => Enumerable.Range(0, (int)side).Select(place => (long)place).ToArray())];
        for (int i = 0; i < starts.Count; i++)
        {
            double axis = axes[i] < 0 ? axes[i] + shape.Count : axes[i];
            if (axis < 0 || axis >= shape.Count || steps[i] is not (1 or -1))
            {
                return OnnxConstant.Unknown;
            }

            long side = shape[(int)axis];
            bool isBack = steps[i] < 0;
            double first = Math.Clamp(starts[i] < 0 ? starts[i] + side : starts[i], isBack ? -1 : 0, isBack ? side - 1 : side);
            double last = Math.Clamp(ends[i] < 0 ? ends[i] + side : ends[i], -1, side);
            kept[(int)axis] = [.. Enumerable.Range(0, (int)Math.Max(0, isBack ? first - last : Math.Max(0, last) - first)).Select(step => (long)(first + (step * steps[i])))];
        }

        IEnumerable<long[]> places = kept.Aggregate<long[], IEnumerable<long[]>>([[]], (known, more) => known.SelectMany(place => more.Select(next => (long[])[.. place, next])));
        return new OnnxConstant([.. kept.Select(side => (long)side.Length)], [.. places.Select(place => from[Flat(place, shape)])]);
    }

    private static int Flat(long[] place, IReadOnlyList<long> shape) => (int)place.Zip(shape).Aggregate(0L, (at, axis) => (at * axis.Second) + axis.First);

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
