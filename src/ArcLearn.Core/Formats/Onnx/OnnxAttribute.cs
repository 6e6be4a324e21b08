using System.Text;

namespace ArcLearn.Core.Formats.Onnx;

/// <summary>What of an attribute's fields counts (AttributeProto.AttributeType).</summary>
internal enum OnnxAttributeType
{
    Undefined = 0,
    Float = 1,
    Integer = 2,
    Text = 3,
    Tensor = 4,
    Graph = 5,
    Floats = 6,
    Integers = 7,
    Texts = 8,
    Tensors = 9,
    Graphs = 10,
    SparseTensor = 11,
    SparseTensors = 12,
    TypeInfo = 13,
    TypeInfos = 14,
}

/// <summary>A setting of an operator (AttributeProto).</summary>
internal sealed record OnnxAttribute(string Name, OnnxAttributeType Type)
{
    public float Float { get; init; }

    public long Integer { get; init; }

    public ReadOnlyMemory<byte> Text { get; init; }

    public IReadOnlyList<long> Integers { get; init; } = [];

    /// <summary>The first ones, as many as scales of a resize are.</summary>
    public IReadOnlyList<float> Floats { get; init; } = [];

    /// <summary>Tensors within it, one or several.</summary>
    public IReadOnlyList<OnnxTensor> Tensors { get; init; } = [];

    /// <summary>Graphs within it, one or several: the branches of an If, the body of a Loop.</summary>
    public IReadOnlyList<OnnxGraph> Graphs { get; init; } = [];

    /// <summary>How many sparse tensors are within it: not supported here.</summary>
    public int SparseTensors { get; init; }

    /// <summary>Whether it takes its value from the function that it stands in.</summary>
    public bool IsReference { get; init; }

    public static OnnxAttribute Of(string name, float value) => new(name, OnnxAttributeType.Float) { Float = value };

    public static OnnxAttribute Of(string name, long value) => new(name, OnnxAttributeType.Integer) { Integer = value };

    public static OnnxAttribute Of(string name, string value) => new(name, OnnxAttributeType.Text) { Text = Encoding.UTF8.GetBytes(value) };

    public static OnnxAttribute Of(string name, params IReadOnlyList<long> values) => new(name, OnnxAttributeType.Integers) { Integers = values };
}
