using ArcLearn.Core.Formats.Onnx;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Formats;

/// <summary>ONNX files that break a rule of the format, each made of a sound one by a single change.</summary>
public sealed class OnnxCheckerTests : IDisposable
{
    private static readonly OnnxTensor s_weight = OnnxTensor.Of("w", new float[6], 2, 3);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_sound_model_passes_and_comes_back_as_it_was_written()
    {
        OnnxModel model = Sound() with { Metadata = [new("names", "{\"0\": \"Bäume\"}")], Producer = "test", ProducerVersion = "1.2.3" };

        OnnxModel read = Check(model);

        Assert.Equal((8, "test", "1.2.3"), (read.IrVersion, read.Producer, read.ProducerVersion));
        Assert.Equal(model.OperatorSets, read.OperatorSets);
        Assert.Equal(model.Metadata, read.Metadata);
        Assert.Equal(["'x' Float [batch, 3]"], read.Graph.Inputs.Select(one => one.ToString()));
        Assert.Equal(["'y' Float [batch, 2]"], read.Graph.Outputs.Select(one => one.ToString()));
        Assert.Equal([2L, 3L], read.Graph.Initializers[0].Shape);
        Assert.Equal(s_weight.Raw!.Value.ToArray(), read.Graph.Initializers[0].Raw!.Value.ToArray());
        OnnxNode node = read.Graph.Nodes[0];
        Assert.Equal(("Gemm", "first", ""), (node.OpType, node.Name, node.Domain));
        Assert.Equal(["x", "w"], node.Inputs);
        Assert.Equal(["h"], node.Outputs);
        Assert.Equal(
            [("alpha", OnnxAttributeType.Float), ("transB", OnnxAttributeType.Integer), ("note", OnnxAttributeType.Text), ("sides", OnnxAttributeType.Integers)],
            node.Attributes.Select(one => (one.Name, one.Type)));
        Assert.Equal((0.5f, 1L, "text"), (node.Attributes[0].Float, node.Attributes[1].Integer, System.Text.Encoding.UTF8.GetString(node.Attributes[2].Text.Span)));
        Assert.Equal([-1L, 300L, long.MinValue], node.Attributes[3].Integers);
    }

    [Theory]
    [InlineData("version 0", "version 0 of the format")]
    [InlineData("version 99", "version 99 of the format")]
    [InlineData("no operators", "which operators")]
    [InlineData("unknown domain", "'my.domain'")]
    [InlineData("domain twice", "twice")]
    [InlineData("operator set 0", "version 0 of the operators")]
    [InlineData("domain not imported", "'ai.onnx.ml'")]
    [InlineData("functions", "inlined")]
    [InlineData("metadata twice", "metadata twice")]
    [InlineData("no output", "no output")]
    [InlineData("output of nothing", "'z' that nothing gives")]
    [InlineData("input of nothing", "'gone' nothing gives")]
    [InlineData("circle", "a circle")]
    [InlineData("circle of itself", "a circle")]
    [InlineData("name twice", "'h' twice")]
    [InlineData("name of an input", "'x' twice")]
    [InlineData("weights twice", "two weights 'w'")]
    [InlineData("inputs twice", "two inputs 'x'")]
    [InlineData("input without name", "input without a name")]
    [InlineData("operator without type", "operator without a type")]
    [InlineData("operator for nothing", "which gives nothing")]
    [InlineData("attribute twice", "attribute 'transB'")]
    [InlineData("shape larger than data", "bytes")]
    [InlineData("shape smaller than data", "bytes")]
    [InlineData("shape beyond counting", "more numbers than can be counted")]
    [InlineData("negative side", "negative side")]
    [InlineData("unknown type", "unknown type")]
    [InlineData("unknown type of a value", "unknown type")]
    [InlineData("negative side of a value", "negative side")]
    [InlineData("data here and there", "twice")]
    [InlineData("pieces", "in pieces")]
    [InlineData("sparse", "sparse")]
    [InlineData("huge constant", "result of")]
    [InlineData("huge pads", "pads beyond")]
    [InlineData("huge window", "kernel_shape beyond")]
    [InlineData("endless loop", "never end")]
    [InlineData("long loop", "turns")]
    [InlineData("bad graph within", "'gone' nothing gives")]
    public void What_breaks_a_rule_is_refused_by_name(string what, string part)
    {
        OnnxModel sound = Sound();
        OnnxGraph graph = sound.Graph;
        OnnxNode first = graph.Nodes[0];
        OnnxNode second = graph.Nodes[1];
        OnnxModel broken = what switch
        {
            "version 0" => sound with { IrVersion = 0 },
            "version 99" => sound with { IrVersion = 99 },
            "no operators" => sound with { OperatorSets = [] },
            "unknown domain" => sound with { OperatorSets = [new("", 17), new("my.domain", 1)] },
            "domain twice" => sound with { OperatorSets = [new("", 17), new("ai.onnx", 17)] },
            "operator set 0" => sound with { OperatorSets = [new("", 0)] },
            "functions" => sound with { Functions = 1 },
            "metadata twice" => sound with { Metadata = [new("a", "1"), new("a", "2")] },
            _ => sound with
            {
                Graph = what switch
                {
                    "domain not imported" => graph with { Nodes = [first with { Domain = "ai.onnx.ml" }, second] },
                    "no output" => graph with { Outputs = [] },
                    "output of nothing" => graph with { Outputs = [graph.Outputs[0] with { Name = "z" }] },
                    "input of nothing" => graph with { Nodes = [first with { Inputs = ["x", "gone"] }, second] },
                    "circle" => graph with { Nodes = [first with { Inputs = ["y", "w"] }, second] },
                    "circle of itself" => graph with { Nodes = [first with { Inputs = ["h", "w"] }, second] },
                    "name twice" => graph with { Nodes = [first, second with { Outputs = ["h"] }, second] },
                    "name of an input" => graph with { Nodes = [first, second with { Outputs = ["x"] }, second] },
                    "weights twice" => graph with { Initializers = [s_weight, s_weight] },
                    "inputs twice" => graph with { Inputs = [graph.Inputs[0], graph.Inputs[0]] },
                    "input without name" => graph with { Inputs = [graph.Inputs[0], graph.Inputs[0] with { Name = "" }] },
                    "operator without type" => graph with { Nodes = [first with { OpType = "" }, second] },
                    "operator for nothing" => graph with { Nodes = [first, second, second with { Outputs = [""] }] },
                    "attribute twice" => graph with { Nodes = [first with { Attributes = [.. first.Attributes, OnnxAttribute.Of("transB", 0)] }, second] },
                    "shape larger than data" => graph with { Initializers = [s_weight with { Shape = [1 << 20, 1 << 20] }] },
                    "shape smaller than data" => graph with { Initializers = [s_weight with { Shape = [2, 2] }] },
                    "shape beyond counting" => graph with { Initializers = [s_weight with { Shape = [long.MaxValue, long.MaxValue, 4] }] },
                    "negative side" => graph with { Initializers = [s_weight with { Shape = [-2, -3] }] },
                    "unknown type" => graph with { Initializers = [s_weight with { DataType = (OnnxDataType)77 }] },
                    "unknown type of a value" => graph with { Inputs = [graph.Inputs[0] with { DataType = (OnnxDataType)77 }] },
                    "negative side of a value" => graph with { Inputs = [graph.Inputs[0] with { Shape = [new(-5), new(3)] }] },
                    "data here and there" => graph with { Initializers = [s_weight with { Listed = 6 }] },
                    "pieces" => graph with { Initializers = [s_weight with { IsSegment = true }] },
                    "sparse" => graph with { SparseInitializers = 1 },
                    "huge constant" => graph with
                    {
                        Initializers = [s_weight, OnnxTensor.Of("s", new long[] { 1 << 20, 1 << 20 }, 2)],
                        Nodes = [first, second, new OnnxNode("ConstantOfShape", ["s"], ["huge"])],
                    },
                    "huge pads" => graph with
                    {
                        Initializers = [s_weight, OnnxTensor.Of("s", new long[] { 0, 0, 0, 1L << 40 }, 4)],
                        Nodes = [first, second, new OnnxNode("Pad", ["y", "s"], ["huge"])],
                    },
                    "endless loop" => graph with { Nodes = [first, second, new OnnxNode("Loop", ["", "y"], ["huge"])] },
                    "long loop" => graph with { Initializers = [s_weight, OnnxTensor.Of("s", new long[] { long.MaxValue })], Nodes = [first, second, new OnnxNode("Loop", ["s", ""], ["huge"])] },
                    "huge window" => graph with { Nodes = [first, second, new OnnxNode("MaxPool", ["y"], ["huge"]) { Attributes = [OnnxAttribute.Of("kernel_shape", 1 << 20, 2)] }] },
                    _ => graph with
                    {
                        Nodes = [first, second, new OnnxNode("If", ["y"], ["z"])
                        {
                            Attributes = [new OnnxAttribute("then_branch", OnnxAttributeType.Graph) { Graphs = [new OnnxGraph("then") { Nodes = [new OnnxNode("Identity", ["gone"], ["q"])] }] }],
                        }],
                    },
                },
            },
        };

        // What cannot be written is checked as it is in memory.
        bool isWritable = what is not ("functions" or "data here and there" or "pieces" or "sparse");
        LearnFormatException error = Assert.Throws<LearnFormatException>(() => _ = isWritable ? Check(broken) : CheckInMemory(broken));

        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.StartsWith(File, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../outside.bin", 0, 24, "leads out of the folder")]
    [InlineData("/etc/passwd", 0, 24, "absolute")]
    [InlineData("C:\\weights.bin", 0, 24, "absolute")]
    [InlineData("a/../../outside.bin", 0, 24, "leads out of the folder")]
    [InlineData("missing.bin", 0, 24, "not there")]
    [InlineData("weights.bin", 10, 24, "at 10 in")]
    [InlineData("weights.bin", -1, 24, "'-1' as their offset")]
    [InlineData("weights.bin", 0, 20, "says they are 20")]
    [InlineData("weights.bin", long.MaxValue, 24, "at 9223372036854775807 in")]
    [InlineData("link.bin", 0, 24, "a link to another place")]
    [InlineData("linked/weights.bin", 0, 24, "a link to another place")]
    public void Data_in_other_files_lie_beside_the_model_and_are_whole(string location, long offset, long length, string part)
    {
        Directory.CreateDirectory(_folder.PathOf("inside"));
        System.IO.File.WriteAllBytes(_folder.PathOf("inside/weights.bin"), new byte[30]);
        System.IO.File.WriteAllBytes(_folder.PathOf("outside.bin"), new byte[30]);
        System.IO.File.CreateSymbolicLink(_folder.PathOf("inside/link.bin"), _folder.PathOf("outside.bin"));
        Directory.CreateSymbolicLink(_folder.PathOf("inside/linked"), _folder.PathOf("inside"));
        OnnxModel model = External(location, offset, length);

        LearnFormatException error = Assert.Throws<LearnFormatException>(() => OnnxChecker.Check(model, _folder.PathOf("inside/model.onnx")));

        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        OnnxChecker.Check(External("weights.bin", 6, 24), _folder.PathOf("inside/model.onnx"));
    }

    [Fact]
    public void Graphs_within_graphs_see_the_names_around_them_and_not_more_than_some()
    {
        OnnxGraph inner = new("then") { Nodes = [new OnnxNode("Identity", ["h"], ["q"])], Outputs = [new OnnxValue("q", OnnxDataType.Float, null)] };
        OnnxModel model = Sound();
        OnnxNode[] nodes = [.. model.Graph.Nodes, Branch(inner)];
        _ = Check(model with { Graph = model.Graph with { Nodes = nodes } });

        for (int depth = 0; depth < 20; depth++)
        {
            inner = new OnnxGraph("deeper") { Nodes = [Branch(inner)] };
        }

        LearnFormatException error = Assert.Throws<LearnFormatException>(() => Check(model with { Graph = model.Graph with { Nodes = [.. model.Graph.Nodes, Branch(inner)] } }));
        Assert.Contains("16 deep", error.Message, StringComparison.Ordinal);

        static OnnxNode Branch(OnnxGraph graph) =>
            new("If", ["y"], ["z"]) { Attributes = [new OnnxAttribute("then_branch", OnnxAttributeType.Graph) { Graphs = [graph] }] };
    }

    [Theory]
    [InlineData("")]
    [InlineData("08")]
    [InlineData("0880")]
    [InlineData("00FF")]
    [InlineData("3AFFFFFFFF0F")]                        // a graph of 4 GB
    [InlineData("08FFFFFFFFFFFFFFFFFFFF01")]            // a number of more than 64 bits
    [InlineData("0B")]                                  // a group
    [InlineData("3A00")]                                // a graph without anything
    [InlineData("3A003A00")]                            // two graphs
    [InlineData("1203FFFEFD3A00")]                      // a name that is no text
    [InlineData("3A0A")]
    [InlineData("2A10")]
    public void What_is_no_file_of_the_format_is_one_error(string hex) => Assert.Throws<LearnFormatException>(() => CheckInMemory(OnnxReader.Read(Convert.FromHexString(hex), File)));

    [Fact]
    public void Nodes_without_end_take_no_memory_without_end()
    {
        // Two bytes each in the file, and many more in memory.
        ProtobufMessage graph = new();
        ProtobufMessage nothing = new();
        for (int i = 0; i < 1_100_000; i++)
        {
            graph.Add(1, nothing);
        }

        ProtobufMessage model = new();
        model.Add(7, graph);
        using MemoryStream stream = new();
        model.WriteTo(stream);
        byte[] bytes = stream.ToArray();
        long before = GC.GetAllocatedBytesForCurrentThread();

        LearnFormatException error = Assert.Throws<LearnFormatException>(() => OnnxReader.Read(bytes, File));

        Assert.Contains("more than 1000000", error.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1L << 30);
    }

    private const string File = "model.onnx";

    private static OnnxModel Sound() => new(new OnnxGraph("g")
    {
        Initializers = [s_weight],
        Inputs = [new OnnxValue("x", OnnxDataType.Float, [new(null, "batch"), new(3)])],
        Outputs = [new OnnxValue("y", OnnxDataType.Float, [new(null, "batch"), new(2)])],
        Nodes =
        [
            new OnnxNode("Gemm", ["x", "w"], ["h"])
            {
                Name = "first",
                Attributes = [OnnxAttribute.Of("alpha", 0.5f), OnnxAttribute.Of("transB", 1), OnnxAttribute.Of("note", "text"), OnnxAttribute.Of("sides", -1, 300, long.MinValue)],
            },
            new OnnxNode("Relu", ["h"], ["y"]),
        ],
    });

    private static OnnxModel External(string location, long offset, long length)
    {
        OnnxModel model = Sound();
        string Text(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        OnnxTensor tensor = s_weight with { Raw = null, IsExternal = true, External = [new("location", location), new("offset", Text(offset)), new("length", Text(length))] };
        return model with { Graph = model.Graph with { Initializers = [tensor] } };
    }

    private static OnnxModel Check(OnnxModel model)
    {
        using MemoryStream stream = new();
        OnnxWriter.Write(stream, model);
        return CheckInMemory(OnnxReader.Read(stream.ToArray(), File));
    }

    private static OnnxModel CheckInMemory(OnnxModel model)
    {
        OnnxChecker.Check(model, File);
        return model;
    }
}
