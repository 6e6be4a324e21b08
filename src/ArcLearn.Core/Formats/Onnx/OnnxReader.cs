using ArcLearn.Core.IO;

namespace ArcLearn.Core.Formats.Onnx;

/// <summary>Reads ONNX files, by the numbers of the fields in onnx.proto3. Tensors stay in the memory of the file; what a file claims takes no memory that it does not have.</summary>
internal sealed class OnnxReader
{
    // Protocol Buffers know no longer message.
    public const long LongestFile = int.MaxValue - 64;

    // Graphs within graphs: branches and loops.
    private const int DeepestGraph = 16;

    // Large networks have some thousand. Each costs some hundred bytes of memory and perhaps two of the file.
    private const int MostParts = 1_000_000;
    private const int MostSides = 64;

    private readonly string _path;
    private int _parts;

    private OnnxReader(string path) => _path = path;

    /// <exception cref="LearnFormatException">It is too large for one.</exception>
    public static byte[] ReadBytes(string path, IFileSystem? files = null, string? shown = null)
    {
        using Stream stream = (files ?? LocalFileSystem.Instance).OpenRead(path);
        if (stream.Length > LongestFile)
        {
            throw TooLong(shown ?? path);
        }

        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>What is said of a longer file.</summary>
    public static LearnFormatException TooLong(string shown) => new("has more than 2 GB; an ONNX file keeps what is larger in other files.", shown);

    /// <param name="path">What to blame.</param>
    /// <exception cref="LearnFormatException">It is no ONNX file, or a damaged one.</exception>
    public static OnnxModel Read(ReadOnlyMemory<byte> bytes, string path) => new OnnxReader(path).Model(bytes);

    private OnnxModel Model(ReadOnlyMemory<byte> bytes)
    {
        OnnxGraph? graph = null;
        long version = 0;
        string producer = "";
        string producerVersion = "";
        int functions = 0;
        List<OnnxOperatorSet> sets = [];
        List<KeyValuePair<string, string>> metadata = [];
        ProtobufReader reader = new(bytes, _path);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    version = reader.Integer();
                    break;
                case 2:
                    producer = reader.Text();
                    break;
                case 3:
                    producerVersion = reader.Text();
                    break;
                case 7:
                    graph = graph is null ? Graph(reader.Bytes(), 0) : throw new LearnFormatException("is no sound ONNX file: it has two graphs.", _path);
                    break;
                case 8:
                    sets.Add(OperatorSet(reader.Bytes()));
                    break;
                case 14:
                    metadata.Add(Pair(reader.Bytes()));
                    break;
                case 25:
                    functions++;
                    reader.Skip();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new OnnxModel(graph ?? throw new LearnFormatException("is no ONNX file: it holds no graph.", _path))
        {
            IrVersion = version,
            OperatorSets = sets,
            Producer = producer,
            ProducerVersion = producerVersion,
            Metadata = metadata,
            Functions = functions,
        };
    }

    private OnnxGraph Graph(ReadOnlyMemory<byte> bytes, int depth)
    {
        if (depth > DeepestGraph)
        {
            throw new LearnFormatException($"has graphs within graphs, more than {DeepestGraph} deep.", _path);
        }

        Count();
        string name = "";
        int sparse = 0;
        List<OnnxNode> nodes = [];
        List<OnnxTensor> initializers = [];
        List<OnnxValue> inputs = [];
        List<OnnxValue> outputs = [];
        ProtobufReader reader = new(bytes, _path);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    nodes.Add(Node(reader.Bytes(), depth));
                    break;
                case 2:
                    name = reader.Text();
                    break;
                case 5:
                    initializers.Add(Tensor(reader.Bytes()));
                    break;
                case 11:
                    inputs.Add(Value(reader.Bytes()));
                    break;
                case 12:
                    outputs.Add(Value(reader.Bytes()));
                    break;
                case 15:
                    sparse++;
                    reader.Skip();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new OnnxGraph(name) { Nodes = nodes, Initializers = initializers, Inputs = inputs, Outputs = outputs, SparseInitializers = sparse };
    }

    private OnnxNode Node(ReadOnlyMemory<byte> bytes, int depth)
    {
        Count();
        string name = "";
        string type = "";
        string domain = "";
        List<string> inputs = [];
        List<string> outputs = [];
        List<OnnxAttribute> attributes = [];
        ProtobufReader reader = new(bytes, _path);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    inputs.Add(Name(ref reader));
                    break;
                case 2:
                    outputs.Add(Name(ref reader));
                    break;
                case 3:
                    name = reader.Text();
                    break;
                case 4:
                    type = reader.Text();
                    break;
                case 5:
                    attributes.Add(Attribute(reader.Bytes(), depth));
                    break;
                case 7:
                    domain = reader.Text();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new OnnxNode(type, inputs, outputs) { Name = name, Domain = domain, Attributes = attributes };
    }

    private OnnxAttribute Attribute(ReadOnlyMemory<byte> bytes, int depth)
    {
        Count();
        string name = "";
        OnnxAttributeType type = OnnxAttributeType.Undefined;
        float single = 0;
        long integer = 0;
        bool isReference = false;
        ReadOnlyMemory<byte> text = default;
        int sparse = 0;
        List<long> integers = [];
        List<float> floats = [];
        List<OnnxTensor> tensors = [];
        List<OnnxGraph> graphs = [];
        ProtobufReader reader = new(bytes, _path);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    name = reader.Text();
                    break;
                case 2:
                    single = reader.Single();
                    break;
                case 3:
                    integer = reader.Integer();
                    break;
                case 4:
                    text = reader.Bytes();
                    break;
                case 5 or 10:
                    tensors.Add(Tensor(reader.Bytes()));
                    break;
                case 6 or 11:
                    graphs.Add(Graph(reader.Bytes(), depth + 1));
                    break;
                case 7:
                    AddFirst(floats, reader.Fixed<float>());
                    break;
                case 8:
                    reader.Integers(number =>
                    {
                        Count();
                        integers.Add(number);
                    });
                    break;
                case 20:
                    type = (OnnxAttributeType)(int)Math.Clamp(reader.Integer(), int.MinValue, int.MaxValue);
                    break;
                case 21:
                    isReference = true;
                    reader.Skip();
                    break;
                case 22 or 23:
                    sparse++;
                    reader.Skip();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        // Other readers would join two tensors or graphs that belong to one place into a third.
        if ((type == OnnxAttributeType.Tensor && tensors.Count > 1) || (type == OnnxAttributeType.Graph && graphs.Count > 1))
        {
            throw new LearnFormatException($"is no sound ONNX file: its attribute '{SafeText.Show(name)}' has two values.", _path);
        }

        return new OnnxAttribute(name, type)
        {
            Float = single,
            Integer = integer,
            Text = text,
            Integers = integers,
            Floats = floats,
            Tensors = tensors,
            Graphs = graphs,
            SparseTensors = sparse,
            IsReference = isReference,
        };
    }

    private OnnxTensor Tensor(ReadOnlyMemory<byte> bytes)
    {
        Count();
        string name = "";
        OnnxDataType type = OnnxDataType.Undefined;
        ReadOnlyMemory<byte>? raw = null;
        long listed = 0;
        bool isExternal = false;
        bool isSegment = false;
        List<long> shape = [];
        List<double> first = [];
        List<KeyValuePair<string, string>> external = [];
        ProtobufReader reader = new(bytes, _path);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    reader.Integers(side => shape.Add(shape.Count < MostSides ? side : throw new LearnFormatException($"has a tensor of more than {MostSides} sides.", _path)));
                    break;
                case 2:
                    type = (OnnxDataType)(int)Math.Clamp(reader.Integer(), int.MinValue, int.MaxValue);
                    break;
                case 3:
                    isSegment = true;
                    reader.Skip();
                    break;
                case 4:
                    ReadOnlySpan<float> floats = reader.Fixed<float>();
                    listed += floats.Length;
                    AddFirst(first, floats);
                    break;
                case 5 or 7 or 11:
                    reader.Integers(number =>
                    {
                        listed++;
                        AddFirst(first, [(double)number]);
                    });
                    break;
                case 6:
                    listed++;
                    reader.Skip();
                    break;
                case 8:
                    name = reader.Text();
                    break;
                case 9:
                    raw = reader.Bytes();
                    break;
                case 10:
                    ReadOnlySpan<double> doubles = reader.Fixed<double>();
                    listed += doubles.Length;
                    AddFirst(first, doubles);
                    break;
                case 13:
                    external.Add(Pair(reader.Bytes()));
                    break;
                case 14:
                    isExternal = reader.Integer() == 1;
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new OnnxTensor(name, type, shape) { Raw = raw, Listed = listed, FirstListed = first, External = external, IsExternal = isExternal, IsSegment = isSegment };
    }

    private OnnxValue Value(ReadOnlyMemory<byte> bytes)
    {
        Count();
        string name = "";
        ReadOnlyMemory<byte>? tensor = null;
        ProtobufReader reader = new(bytes, _path);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    name = reader.Text();
                    break;
                case 2:
                    tensor = TensorType(reader.Bytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return tensor is ReadOnlyMemory<byte> type ? Typed(name, type) : new OnnxValue(name, null, null);
    }

    /// <summary>A type, where it is that of a dense tensor.</summary>
    private ReadOnlyMemory<byte>? TensorType(ReadOnlyMemory<byte> bytes)
    {
        ReadOnlyMemory<byte>? tensor = null;
        ProtobufReader reader = new(bytes, _path);
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                tensor = reader.Bytes();
            }
            else
            {
                reader.Skip();
            }
        }

        return tensor;
    }

    private OnnxValue Typed(string name, ReadOnlyMemory<byte> bytes)
    {
        OnnxDataType type = OnnxDataType.Undefined;
        List<OnnxDimension>? shape = null;
        ProtobufReader reader = new(bytes, _path);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    type = (OnnxDataType)(int)Math.Clamp(reader.Integer(), int.MinValue, int.MaxValue);
                    break;
                case 2:
                    shape = Shape(reader.Bytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new OnnxValue(name, type, shape);
    }

    private List<OnnxDimension> Shape(ReadOnlyMemory<byte> bytes)
    {
        List<OnnxDimension> shape = [];
        ProtobufReader reader = new(bytes, _path);
        while (reader.Next())
        {
            if (reader.Field == 1)
            {
                Count();
                shape.Add(Dimension(reader.Bytes()));
            }
            else
            {
                reader.Skip();
            }
        }

        return shape;
    }

    private OnnxDimension Dimension(ReadOnlyMemory<byte> bytes)
    {
        OnnxDimension dimension = default;
        ProtobufReader reader = new(bytes, _path);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    dimension = new OnnxDimension(reader.Integer());
                    break;
                case 2:
                    dimension = new OnnxDimension(null, reader.Text());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return dimension;
    }

    private OnnxOperatorSet OperatorSet(ReadOnlyMemory<byte> bytes)
    {
        Count();
        OnnxOperatorSet set = new("", 0);
        ProtobufReader reader = new(bytes, _path);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    set = set with { Domain = reader.Text() };
                    break;
                case 2:
                    set = set with { Version = reader.Integer() };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return set;
    }

    private KeyValuePair<string, string> Pair(ReadOnlyMemory<byte> bytes)
    {
        Count();
        string key = "";
        string value = "";
        ProtobufReader reader = new(bytes, _path);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    key = reader.Text();
                    break;
                case 2:
                    value = reader.Text();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new(key, value);
    }

    private static void AddFirst<T>(List<T> first, ReadOnlySpan<T> numbers) => first.AddRange(numbers[..Math.Min(numbers.Length, OnnxConstant.MostNumbers - first.Count)]);

    private static void AddFirst(List<double> first, ReadOnlySpan<float> numbers)
    {
        foreach (float number in numbers[..Math.Min(numbers.Length, OnnxConstant.MostNumbers - first.Count)])
        {
            first.Add(number);
        }
    }

    private string Name(ref ProtobufReader reader)
    {
        Count();
        return reader.Text();
    }

    private void Count()
    {
        if (++_parts > MostParts)
        {
            throw new LearnFormatException($"has more than {MostParts} nodes, names, tensors and attributes.", _path);
        }
    }
}
