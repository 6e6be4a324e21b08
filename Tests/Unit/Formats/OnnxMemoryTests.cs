using ArcLearn.Core.Formats.Onnx;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Formats;

/// <summary>Small ONNX files that ask a runtime for more memory or time than a machine has: each is refused before one sees it, and a sound one of the same operators is not.</summary>
public sealed class OnnxMemoryTests : IDisposable
{
    private static readonly OnnxTensor s_small = OnnxTensor.Of("small", new long[] { 8, 8 }, 2);
    private static readonly OnnxTensor s_large = OnnxTensor.Of("large", new long[] { 1 << 20, 1 << 20 }, 2);
    private static readonly Dictionary<string, (OnnxNode[] Huge, OnnxNode[] Sound)> s_cases = new()
    {
        ["a constant of whole numbers"] = ([Numbers("s", 1 << 20, 1 << 20), Node("ConstantOfShape", "s")], [Numbers("s", 8, 8), Node("ConstantOfShape", "s")]),
        ["Identity"] = ([Node("Identity", "large", "s"), Node("ConstantOfShape", "s")], [Node("Identity", "small", "s"), Node("ConstantOfShape", "s")]),
        ["Cast"] = ([Node("Cast", "large", "s"), Node("Expand", ["x", "s"])], [Node("Cast", "small", "s"), Node("Expand", ["x", "s"])]),
        ["joined"] = ([Node("Concat", ["large", "small"], "s"), Node("ConstantOfShape", "s")], [Node("Concat", ["small", "small"], "s"), Node("ConstantOfShape", "s")]),
        ["multiplied"] = ([Node("Mul", ["large", "small"], "s"), Node("ConstantOfShape", "s")], [Node("Mul", ["small", "small"], "s"), Node("ConstantOfShape", "s")]),
        ["picked"] = ([Number("i", 1), Node("Gather", ["large", "i"], "n"), Node("Mul", ["n", "large"], "s"), Node("ConstantOfShape", "s")], [Number("i", 1), Node("Gather", ["small", "i"], "s"), Node("ConstantOfShape", "s")]),
        ["pads as PyTorch writes them"] = (Pads(1000), Pads(20)),
        ["not followed"] = ([Node("Sign", "small", "s"), Node("ConstantOfShape", "s")], [Node("Shape", "x", "s"), Node("ConstantOfShape", "s")]),
        ["Range"] = ([Number("a", 0), Number("b", 1L << 40), Number("c", 1), Node("Range", ["a", "b", "c"])], [Number("a", 0), Number("b", 100), Number("c", 1), Node("Range", ["a", "b", "c"])]),
        ["Range without a step"] = ([Number("a", 0), Number("b", 10), Number("c", 0), Node("Range", ["a", "b", "c"])], [Number("a", 10), Number("b", 0), Number("c", 1), Node("Range", ["a", "b", "c"])]),
        ["Tile"] = ([Node("Tile", ["x", "large"])], [Node("Tile", ["x", "small"])]),
        ["Resize to a size"] = ([Node("Resize", ["x", "", "", "large"])], [Node("Resize", ["x", "", "", "small"])]),
        ["Resize by scales"] = ([Scales("s", 1, 1, 1e6f, 1e6f), Node("Resize", ["x", "", "s"])], [Scales("s", 1, 1, 2, 2), Node("Resize", ["x", "", "s"])]),
        ["Upsample by an attribute"] = ([Node("Upsample", "x", "y", Floats(1, 1, 1e6f, 1e6f))], [Node("Upsample", "x", "y", Floats(1, 1, 2, 2))]),
        ["OneHot"] = ([Number("d", 1L << 40), Node("OneHot", ["x", "d", "small"])], [Number("d", 100), Node("OneHot", ["x", "d", "small"])]),
        ["RandomNormal"] = ([Node("RandomNormal", [], "y", OnnxAttribute.Of("shape", 1 << 20, 1 << 20))], [Node("RandomNormal", [], "y", OnnxAttribute.Of("shape", 8, 8))]),
        ["Pad"] = ([Numbers("p", 1000, 1000, 1000, 1000), Numbers("q", [.. Enumerable.Repeat(1000L, 8)]), Node("Pad", ["x", "q"])], [Numbers("p", 0, 0, 9, 9, 0, 0, 9, 9), Node("Pad", ["x", "p"])]),
        ["sides that meet"] = ([Node("Add", ["column", "row"])], [Node("Add", ["column", "column"])]),
        ["rows times columns"] = ([Node("MatMul", ["column", "row"])], [Node("MatMul", ["row", "column"])]),
        ["sparse numbers"] = ([Sparse()], [Numbers("s", 1)]),
        ["a Loop whose count is computed"] = ([Node("Sign", "small", "n"), Loop("n")], [Number("n", 10), Loop("n")]),
        ["a Loop in a Loop"] = ([Number("n", 10_000), Loop("n", [Loop("n")])], [Number("n", 10), Loop("n", [Loop("n")])]),
        ["within a graph"] = ([Loop("one", [Node("ConstantOfShape", "large")])], [Loop("one", [Node("ConstantOfShape", "small")])]),
        ["again and again"] = ([Number("n", 1000), Loop("n", [Numbers("s", 1 << 10, 1 << 10), Node("ConstantOfShape", "s")])], [Number("n", 10), Loop("n", [Numbers("s", 1 << 10, 1 << 10), Node("ConstantOfShape", "s")])]),
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Names => [.. s_cases.Keys];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void What_constants_make_is_bounded(string name)
    {
        (OnnxNode[] huge, OnnxNode[] sound) = s_cases[name];

        Check(sound);
        LearnFormatException error = Assert.Throws<LearnFormatException>(() => Check(huge));

        Assert.Matches("result of|computed of constants|turns|in place of one|sparse|pads|in all", error.Message);
    }

    [Fact]
    public void What_constants_make_is_bounded_in_all()
    {
        OnnxNode[] Fill(int count) => [Numbers("s", 1 << 12, 1 << 12), .. Enumerable.Range(0, count).Select(i => Node("ConstantOfShape", "s", FormattableString.Invariant($"y{i}")))];

        Check(Fill(10));
        Assert.Contains("in all, the last of them by the ConstantOfShape 'y16'", Assert.Throws<LearnFormatException>(() => Check(Fill(20))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shape_in_another_file_is_read_there()
    {
        string path = _folder.PathOf("model.onnx");
        OnnxTensor shape = s_small with { Name = "s", Raw = null, IsExternal = true, External = [new("location", "shapes.bin"), new("offset", "8"), new("length", "16")] };
        OnnxModel model = Model([Node("ConstantOfShape", "s")]);
        model = model with { Graph = model.Graph with { Initializers = [shape] } };
        foreach ((long side, bool isSound) in new[] { (8L, true), (1L << 20, false) })
        {
            File.WriteAllBytes(_folder.PathOf("shapes.bin"), [.. new byte[8], .. BitConverter.GetBytes(side), .. BitConverter.GetBytes(side)]);
            Exception? error = Record.Exception(() => OnnxChecker.Check(model, path));
            Assert.Equal(isSound, error is null);
            Assert.True(isSound || error!.Message.Contains("for a result of [1048576, 1048576]", StringComparison.Ordinal), error?.Message);
        }
    }

    [Fact]
    public void A_name_within_a_graph_hides_the_constant_around_it_and_no_longer()
    {
        // What goes into the body is no constant, whatever has its name outside.
        OnnxNode hidden = Loop("one", [Node("ConstantOfShape", "large", "q")], "large");

        Check([hidden]);
        Assert.Contains("result of", Assert.Throws<LearnFormatException>(() => Check([hidden, Node("ConstantOfShape", "large", "z")])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_and_shapes_in_messages_are_short_and_nothing_that_a_terminal_obeys()
    {
        string name = "\u001b[2J" + new string('n', 500);
        OnnxTensor long_ = new(name, OnnxDataType.Float, [.. Enumerable.Repeat(1L, 60)]) { Raw = new byte[1] };
        foreach (OnnxModel model in new[]
        {
            Model([Node("Relu", name, "y")]), Model([Node(name, "x", "y") with { Domain = "ai.onnx.ml" }]), Model([]) with { Graph = Model([]).Graph with { Initializers = [long_] } },
            Model([]) with { OperatorSets = [new(name, 1)] }, Model([]) with { Graph = Model([]).Graph with { Inputs = [new(name, (OnnxDataType)99, null)] } },
        })
        {
            string message = Assert.Throws<LearnFormatException>(() => OnnxChecker.Check(model, "model.onnx")).Message;
            Assert.DoesNotContain(message, char.IsControl);
            Assert.InRange(message.Length, 20, 500);
        }
    }

    [Fact]
    public void A_place_in_another_file_that_is_told_twice_is_refused()
    {
        OnnxTensor tensor = s_small with { Raw = null, IsExternal = true, External = [new("location", "a.bin"), new("location", "b.bin")] };
        OnnxModel model = Model([]) with { Graph = Model([]).Graph with { Initializers = [tensor] } };

        Assert.Contains("told twice", Assert.Throws<LearnFormatException>(() => OnnxChecker.Check(model, _folder.PathOf("model.onnx"))).Message, StringComparison.Ordinal);
    }

    private static void Check(OnnxNode[] nodes) => OnnxChecker.Check(Model(nodes), "model.onnx");

    private static OnnxModel Model(OnnxNode[] nodes) => new(new OnnxGraph("g")
    {
        Inputs = [new OnnxValue("x", OnnxDataType.Float, [new(null, "batch"), new(3), new(8), new(8)])],
        Outputs = [new OnnxValue("x", OnnxDataType.Float, null)],
        Initializers =
        [
            s_small, s_large, OnnxTensor.Of("one", new long[] { 1 }), OnnxTensor.Of("column", new float[1 << 15], 1 << 15, 1), OnnxTensor.Of("row", new float[1 << 15], 1, 1 << 15),
        ],
        Nodes = nodes,
    });

    /// <summary>From the last axis to the first, begin before end, the rest zeros; turned into all begins before all ends.</summary>
    private static OnnxNode[] Pads(float size) =>
    [
        Node("Constant", [], "side", new OnnxAttribute("value_float", OnnxAttributeType.Float) { Float = size - 0.5f }), Node("Ceil", "side", "up"), Node("Cast", "up", "whole", OnnxAttribute.Of("to", 7)),
        Number("zero", 0), Numbers("first", 0), Node("Unsqueeze", ["zero", "first"], "z"), Node("Unsqueeze", ["whole", "first"], "w"), Node("Concat", ["z", "w", "z", "w", "z", "w"], "given", OnnxAttribute.Of("axis", 0)),
        Node("Shape", "given", "sides"), Node("Gather", ["sides", "zero"], "count"), Number("all", 8), Node("Sub", ["all", "count"], "left"), Node("Unsqueeze", ["left", "first"], "rest"), Node("ConstantOfShape", "rest", "zeros"),
        Node("Concat", ["given", "zeros"], "pairs", OnnxAttribute.Of("axis", 0)), Numbers("two", -1, 2), Node("Reshape", ["pairs", "two"], "table"),
        Numbers("start", -1), Numbers("end", long.MinValue), Numbers("back", -1), Node("Slice", ["table", "start", "end", "first", "back"], "turned"),
        Node("Transpose", "turned", "rows", OnnxAttribute.Of("perm", 1, 0)), Numbers("flat", -1), Node("Reshape", ["rows", "flat"], "pads"), Node("Pad", ["x", "pads"]),
    ];

    private static OnnxNode Node(string type, string input, string output = "y", params OnnxAttribute[] attributes) => Node(type, [input], output, attributes);

    private static OnnxNode Node(string type, string[] inputs, string output = "y", params OnnxAttribute[] attributes) => new(type, inputs, [output]) { Attributes = attributes };

    private static OnnxNode Numbers(string output, params long[] numbers) => Node("Constant", [], output, OnnxAttribute.Of("value_ints", numbers));

    private static OnnxNode Number(string output, long number) => Node("Constant", [], output, OnnxAttribute.Of("value_int", number));

    private static OnnxAttribute Floats(params float[] numbers) => new("scales", OnnxAttributeType.Floats) { Floats = numbers };

    private static OnnxNode Scales(string output, params float[] numbers) => Node("Constant", [], output, new OnnxAttribute("value_floats", OnnxAttributeType.Floats) { Floats = numbers });

    private static OnnxNode Sparse() => Node("Constant", [], "y", new OnnxAttribute("sparse_value", OnnxAttributeType.SparseTensor) { SparseTensors = 1 });

    private static OnnxNode Loop(string count, OnnxNode[]? body = null, params string[] inputs) => new("Loop", [count, ""], [FormattableString.Invariant($"loop{body?.Length ?? 0}")])
    {
        Attributes = [new OnnxAttribute("body", OnnxAttributeType.Graph) { Graphs = [new OnnxGraph("body") { Inputs = [.. inputs.Select(name => new OnnxValue(name, OnnxDataType.Int64, null))], Nodes = body ?? [] }] }],
    };
}
