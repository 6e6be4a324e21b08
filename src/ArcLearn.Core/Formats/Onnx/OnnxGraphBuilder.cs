namespace ArcLearn.Core.Formats.Onnx;

/// <summary>Makes a graph, operator after operator; values are named after the operators that give them.</summary>
internal sealed class OnnxGraphBuilder
{
    private readonly List<OnnxNode> _nodes = [];
    private readonly List<OnnxTensor> _initializers = [];
    private readonly List<OnnxValue> _inputs = [];
    private readonly List<OnnxValue> _outputs = [];
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>Adds an input of the graph.</summary>
    /// <returns>Its name, as all methods here give the value's.</returns>
    public string Input(string name, params IReadOnlyList<OnnxDimension> shape)
    {
        _inputs.Add(new OnnxValue(name, OnnxDataType.Float, shape));
        return name;
    }

    /// <summary>Adds an operator with one output.</summary>
    public string Add(string type, IReadOnlyList<string> inputs, params IReadOnlyList<OnnxAttribute> attributes)
    {
        string name = Unique(type);
        _nodes.Add(new OnnxNode(type, inputs, [name]) { Name = name, Attributes = attributes });
        return name;
    }

    /// <summary>Adds numbers.</summary>
    public string Constant(float[] values, params IReadOnlyList<long> shape)
    {
        string name = Unique("weight");
        _initializers.Add(OnnxTensor.Of(name, values, shape));
        return name;
    }

    /// <summary>Adds one number.</summary>
    public string Constant(float value) => Constant([value], []);

    /// <summary>Adds a list of whole numbers.</summary>
    public string Integers(params long[] values)
    {
        string name = Unique("numbers");
        _initializers.Add(OnnxTensor.Of(name, values, values.Length));
        return name;
    }

    /// <summary>Makes a value an output of the graph, under a name of its own.</summary>
    public void Output(string value, string name, params IReadOnlyList<OnnxDimension> shape)
    {
        _nodes.Add(new OnnxNode("Identity", [value], [name]) { Name = Unique("Identity") });
        _outputs.Add(new OnnxValue(name, OnnxDataType.Float, shape));
    }

    public OnnxGraph Build(string name) => new(name) { Nodes = [.. _nodes], Initializers = [.. _initializers], Inputs = [.. _inputs], Outputs = [.. _outputs] };

    private string Unique(string kind)
    {
        int count = _counts.GetValueOrDefault(kind) + 1;
        _counts[kind] = count;
        return FormattableString.Invariant($"{kind}_{count}");
    }
}
