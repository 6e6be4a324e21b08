namespace ArcLearn.Core.Formats.Onnx;

/// <summary>An ONNX file (onnx.proto3, message ModelProto): a graph and what is said of it.</summary>
internal sealed record OnnxModel(OnnxGraph Graph)
{
    /// <summary>Of the file format; 8 is that of ONNX 1.13, which goes with operator set 17.</summary>
    public long IrVersion { get; init; } = 8;

    /// <summary>Versions of operators by domain; that of ONNX itself is empty.</summary>
    public IReadOnlyList<OnnxOperatorSet> OperatorSets { get; init; } = [new("", 17)];

    public string Producer { get; init; } = "";

    public string ProducerVersion { get; init; } = "";

    /// <summary>Facts about the model by name.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>How many functions of its own it has.</summary>
    public int Functions { get; init; }
}

internal readonly record struct OnnxOperatorSet(string Domain, long Version);

/// <summary>Operators in the order in which they can be computed (GraphProto).</summary>
internal sealed record OnnxGraph(string Name)
{
    public IReadOnlyList<OnnxNode> Nodes { get; init; } = [];

    public IReadOnlyList<OnnxTensor> Initializers { get; init; } = [];

    public IReadOnlyList<OnnxValue> Inputs { get; init; } = [];

    public IReadOnlyList<OnnxValue> Outputs { get; init; } = [];

    /// <summary>Initializers that are stored as the places of what is not 0: not supported here.</summary>
    public int SparseInitializers { get; init; }
}

/// <summary>One operator (NodeProto). An empty input is one that is left out.</summary>
internal sealed record OnnxNode(string OpType, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs)
{
    public string Name { get; init; } = "";

    public string Domain { get; init; } = "";

    public IReadOnlyList<OnnxAttribute> Attributes { get; init; } = [];
}

/// <summary>A value of a graph with its type (ValueInfoProto).</summary>
/// <param name="DataType">Null for what is no dense tensor.</param>
/// <param name="Shape">Null where none is given.</param>
internal sealed record OnnxValue(string Name, OnnxDataType? DataType, IReadOnlyList<OnnxDimension>? Shape)
{
    public override string ToString() => $"'{SafeText.Show(Name)}' {DataType?.ToString() ?? "no tensor"} {(Shape is null ? "of unknown shape" : $"[{SafeText.List(Shape)}]")}";
}

/// <summary>A side of a tensor: a number, or a name for one that is not fixed.</summary>
internal readonly record struct OnnxDimension(long? Size, string? Name = null)
{
    public override string ToString() => Size?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? (Name is null ? "?" : SafeText.Show(Name));
}
