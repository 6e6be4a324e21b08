using ArcLearn.Core.Formats.Onnx;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Inference.Onnx;

namespace ArcLearn.Tests.Unit.Inference.Onnx;

/// <summary>Detectors in each of the layouts of boxes: all tell of the same two objects.</summary>
public sealed class OnnxDetectorTests
{
    private const int Batch = 3;

    // A car of 0.9 and a tree of 0.6 far from each other, another car beside the first, and what is too weak.
    private static readonly (float[] Corners, float Car, float Tree)[] s_boxes =
    [
        ([2, 3, 8, 7], 0.9f, 0.1f),
        ([2, 3, 8, 8], 0.8f, 0.2f),
        ([10, 9, 14, 15], 0.3f, 0.6f),
        ([0, 0, 16, 16], 0.2f, 0.1f),
    ];

    private static readonly ChipDetection[] s_expected = [new(2, 3, 8, 7, 0, 0.9f), new(10, 9, 14, 15, 1, 0.6f)];

    public static TheoryData<string> Layouts => ["rows", "rows of classes", "columns", "masks", "finished", "labelled", "labelled, no batch", "scored", "background", "parts", "logits"];

    [Theory]
    [MemberData(nameof(Layouts))]
    public void A_layout_is_known_by_shape_or_name_and_gives_boxes_in_pixels(string layout)
    {
        byte[] bytes = Build(layout);
        using OnnxDetector model = TinyOnnx.Detector(bytes);
        using IDetectionBackend backend = model.CreateBackend(Batch, threshold: 0.5, overlap: 0.3, LearnPrecision.Float32);
        using IDetectionReplica replica = backend.CreateReplica();

        IReadOnlyList<ChipDetection>[] found = replica.Detect(new float[Batch * 3 * TinyOnnx.Side * TinyOnnx.Side]);

        Assert.Equal(Batch, found.Length);
        Assert.All(found, chip => Assert.Equal(s_expected, chip, IsClose));
        Assert.Equal((TinyOnnx.Side, 3, Batch, SampleType.UInt8), (backend.ChipSize, backend.Bands, backend.BatchSize, backend.SampleType));
        Assert.Equal(["car 1", "tree 2"], backend.Classes.Select(one => $"{one.Name} {one.Value}"));
    }

    [Theory]
    [InlineData("no names", "names no classes")]
    [InlineData("unknown name", "known are YOLO_v5_or_v7_default")]
    [InlineData("ambiguous", "may be several layouts")]
    [InlineData("no layout", "no known layout")]
    [InlineData("two inputs", "2 inputs")]
    [InlineData("whole numbers in", "float")]
    [InlineData("three sides in", "[N, bands, height, width]")]
    [InlineData("oblong", "square")]
    [InlineData("no side", "of which it was trained on")]
    [InlineData("deviation of 0", "positive")]
    [InlineData("mean of text", "no list of numbers")]
    [InlineData("Regressor", "Regressor")]
    public void What_the_file_does_not_say_or_says_wrongly_is_an_error_that_says_what_helps(string what, string part)
    {
        (string, long[], float[]) boxes = ("output", [4, 7], Rows());
        OnnxDimension[] any = [new(null, "batch"), new(3), new(null, "h"), new(null, "w")];
        byte[] bytes = what switch
        {
            "no names" => TinyOnnx.Constant([boxes]),
            "unknown name" => TinyOnnx.Constant([boxes], true, TinyOnnx.Names("car", "tree"), ("det_type", "\"YOLO_v99\"")),
            "ambiguous" => TinyOnnx.Constant([("output", [4, 6], new float[24])], true, TinyOnnx.Names("car")),
            "no layout" => TinyOnnx.Constant([("output", [4, 9], new float[36])], true, TinyOnnx.Names("car", "tree")),
            "two inputs" => TwoInputs(),
            "three sides in" => TinyOnnx.Of((graph, x) => graph.Add("Relu", [x]), [3, 16], [new(null, "batch"), new(3), new(16)], TinyOnnx.Names("car")),
            "oblong" => TinyOnnx.Of((graph, x) => graph.Add("Relu", [x]), [3, 16, 8], [new(null, "batch"), new(3), new(16), new(8)], TinyOnnx.Names("car")),
            "no side" => TinyOnnx.Of((graph, x) => graph.Add("Relu", [x]), [3, 16, 8], any, TinyOnnx.Names("car")),
            "deviation of 0" => TinyOnnx.Constant([boxes], true, TinyOnnx.Names("car", "tree"), ("standardization_mean", "[0, 0, 0]"), ("standardization_std", "[1, 1, 0]")),
            "mean of text" => TinyOnnx.Constant([boxes], true, TinyOnnx.Names("car", "tree"), ("standardization_mean", "[0, 'a']")),
            "Regressor" => TinyOnnx.Constant([boxes], true, TinyOnnx.Names("car", "tree"), ("model_type", "\"Regressor\"")),
            _ => Integers(),
        };

        Exception error = Record.Exception(() => TinyOnnx.Read(bytes))!;

        Assert.True(error is LearnFormatException or LearnDataException, $"found {error}");
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Chips_are_told_apart_and_brought_to_the_scale_of_the_training()
    {
        // One box for each chip, whose place is the mean of the first band.
        byte[] bytes = TinyOnnx.Of(
            (graph, x) =>
            {
                string mean = graph.Add("Slice", [graph.Add("GlobalAveragePool", [x]), graph.Integers(0), graph.Integers(1), graph.Integers(1)]);
                string row = graph.Add("Reshape", [mean, graph.Integers(-1, 1, 1)]);
                return graph.Add("Add", [graph.Add("Mul", [row, graph.Constant([1, 0, 0, 0, 0, 0], 1, 1, 6)]), graph.Constant([0, 8, 4, 4, 1, 0.75f], 1, 1, 6)]);
            },
            [1, 6],
            null,
            TinyOnnx.Names("car"), ("det_type", "\"YOLO_v5_or_v7_default\""), ("standardization_mean", "[0.2, 0, 0]"), ("standardization_std", "[0.1, 1, 1]"));
        using OnnxDetector model = TinyOnnx.Detector(bytes);
        using IDetectionReplica replica = model.CreateBackend(Batch, 0.5, 0.1, LearnPrecision.Float32).CreateReplica();
        float[] samples = new float[Batch * 3 * 256];
        for (int chip = 0; chip < Batch; chip++)
        {
            samples.AsSpan(chip * 768, 256).Fill(102 + (51 * chip));
        }

        IReadOnlyList<ChipDetection>[] found = replica.Detect(samples);

        // (102 / 255 - 0.2) / 0.1 and so on.
        Assert.Equal([2f, 4f, 6f], found.Select(chip => (Assert.Single(chip).XMin + chip[0].XMax) / 2), (a, b) => Math.Abs(a - b) < 1e-4);
        Assert.All(found, chip => Assert.Equal(0.75f, chip[0].Score));
    }

    [Fact]
    public void A_model_of_one_chip_at_a_time_and_of_bands_innermost_finds_the_same()
    {
        byte[] bytes = TinyOnnx.Of(
            (graph, x) =>
            {
                string bandsFirst = graph.Add("Transpose", [x], OnnxAttribute.Of("perm", 0, 3, 1, 2));
                string mean = graph.Add("Slice", [graph.Add("GlobalAveragePool", [bandsFirst]), graph.Integers(2), graph.Integers(3), graph.Integers(1)]);
                string row = graph.Add("Reshape", [mean, graph.Integers(1, 1, 1)]);
                return graph.Add("Add", [graph.Add("Mul", [row, graph.Constant([8, 0, 0, 0, 0, 0], 1, 1, 6)]), graph.Constant([0, 8, 4, 4, 1, 0.75f], 1, 1, 6)]);
            },
            [1, 6],
            [new(1), new(TinyOnnx.Side), new(TinyOnnx.Side), new(3)],
            TinyOnnx.Names("car"), ("det_type", "\"YOLO_v6\""));
        using OnnxDetector model = TinyOnnx.Detector(bytes);
        using IDetectionReplica replica = model.CreateBackend(Batch, 0.5, 0.1, LearnPrecision.Float32).CreateReplica();
        float[] samples = new float[Batch * 3 * 256];
        for (int chip = 0; chip < Batch; chip++)
        {
            samples.AsSpan((chip * 768) + 512, 256).Fill(255 * (chip + 1) / 4f);
        }

        IReadOnlyList<ChipDetection>[] found = replica.Detect(samples);

        Assert.Equal([2f, 4f, 6f], found.Select(chip => (Assert.Single(chip).XMin + chip[0].XMax) / 2), (a, b) => Math.Abs(a - b) < 1e-3);
    }

    [Fact]
    public void Scores_that_are_no_numbers_and_models_that_fail_are_told()
    {
        using OnnxDetector broken = TinyOnnx.Detector(TinyOnnx.Constant([("output", [1, 6], [1, 1, 1, 1, float.NaN, 1])], true, TinyOnnx.Names("car"), ("det_type", "\"YOLO_v5_or_v7_default\"")));
        using OnnxDetector failing = TinyOnnx.Detector(TinyOnnx.Of(
            (graph, x) => graph.Add("Reshape", [x, graph.Integers(-1, 1, 5)]), [1, 6], null, TinyOnnx.Names("car"), ("det_type", "\"YOLO_v5_or_v7_default\"")));
        float[] samples = new float[2 * 768];

        Assert.Equal("ModelOutput", Assert.Throws<LearnDataException>(() => broken.CreateBackend(2, 0.5, 0.1, default).CreateReplica().Detect(samples)).Id);
        Assert.Equal("ModelOutput", Assert.Throws<LearnDataException>(() => failing.CreateBackend(2, 0.5, 0.1, default).CreateReplica().Detect(samples)).Id);
    }

    [Theory]
    [InlineData("{\"0\": \"car\", \"1\": \"a \\\"b\\\" \\u00e9\"}", "car|a \"b\" é")]
    [InlineData("{0: 'car', 1: 'it\\'s', 10: 'x'}", "")]
    [InlineData("{0: 'car', 1: \"it's\"}", "car|it's")]
    [InlineData("[{\"0\": \"a\", \"1\": \"b\"}, {\"0\": \"c\"}]", "a|b")]
    [InlineData("car, tree", "")]
    [InlineData("", "")]
    public void Names_of_classes_are_read_as_JSON_or_as_Python_prints_them(string text, string expected) => Assert.Equal(expected, string.Join('|', OnnxNames.Parse(text)));

    private static byte[] Build(string layout)
    {
        (string, string) names = TinyOnnx.Names("car", "tree");
        float[] corners = [.. s_boxes.SelectMany(box => box.Corners)];
        float[] scores = [.. s_boxes.SelectMany(box => new[] { box.Car, box.Tree })];
        switch (layout)
        {
            case "rows":
                return TinyOnnx.Constant([("output", [4, 7], Rows())], true, names);
            case "rows of classes":
                float[] rows = Rows();
                for (int i = 0; i < 4; i++)
                {
                    (rows[(i * 7) + 4], rows[(i * 7) + 5], rows[(i * 7) + 6]) = (0, s_boxes[i].Car, s_boxes[i].Tree);
                }

                return TinyOnnx.Constant([("output", [4, 7], rows)], true, names, ("det_type", "\"YOLO_v6\""));
            case "columns":
                return TinyOnnx.Constant([("output", [6, 4], Columns(0))], true, names);
            case "masks":
                return TinyOnnx.Constant([("output0", [8, 4], Columns(2)), ("output1", [2, 4, 4], new float[32])], true, ("names", "{0: 'car', 1: 'tree'}"), ("task", "segment"), ("imgsz", "[16, 16]"));
            case "finished":
                float[] finished = [.. s_boxes.SelectMany(box => (float[])[.. box.Corners, Math.Max(box.Car, box.Tree), box.Car > box.Tree ? 0 : 1])];
                return TinyOnnx.Constant([("output", [4, 6], finished)], true, names, ("det_type", "\"end_to_end\""));
            case "labelled":
                return TinyOnnx.Constant(
                    [("boxes", [4, 4], corners), ("labels", [4], [1, 1, 2, 1]), ("scores", [4], [0.9f, 0.8f, 0.6f, 0.2f])], true, names);
            case "labelled, no batch":
                return TinyOnnx.Constant(
                    [("scores", [4], [0.9f, 0.8f, 0.6f, 0.2f]), ("labels", [4], [1, 1, 2, 1]), ("boxes", [4, 4], corners)], false, names, ("model_type", "\"Detector\""));
            case "scored":
                return TinyOnnx.Constant([("scores", [4, 2], [.. scores.Select(Logit)]), ("boxes", [4, 4], corners)], true, names);
            case "background":
                return TinyOnnx.Constant(
                    [("boxes", [4, 4], corners), ("scores", [4, 3], [.. s_boxes.SelectMany(box => new[] { MathF.Log(Math.Max(1e-6f, 1 - box.Car - box.Tree)), MathF.Log(box.Car), MathF.Log(box.Tree) })])],
                    true,
                    TinyOnnx.Names("background", "car", "tree"));
            case "parts":
                return TinyOnnx.Constant(
                    [("boxes", [4, 4], [.. corners.Select(value => value / TinyOnnx.Side)]), ("scores", [4, 2], [.. scores.Select(Logit)])], true, names, ("det_type", "\"boxes_scores_normalized\""));
            default:
                return TinyOnnx.Constant([("a", [4, 4], corners), ("b", [4, 2], [.. scores.Select(Logit)])], true, names, ("model_type", "\"Detector\""));
        }
    }

    private static float[] Rows() =>
        [.. s_boxes.SelectMany(box => (float[])[.. Centre(box.Corners), 0.95f, box.Car / 0.95f, box.Tree / 0.95f])];

    private static float[] Columns(int more)
    {
        float[] rows = new float[(6 + more) * 4];
        for (int i = 0; i < 4; i++)
        {
            float[] column = [.. Centre(s_boxes[i].Corners), s_boxes[i].Car, s_boxes[i].Tree];
            for (int row = 0; row < column.Length; row++)
            {
                rows[(row * 4) + i] = column[row];
            }
        }

        return rows;
    }

    private static float[] Centre(float[] corners) => [(corners[0] + corners[2]) / 2, (corners[1] + corners[3]) / 2, corners[2] - corners[0], corners[3] - corners[1]];

    private static float Logit(float share) => MathF.Log(share / (1 - share));

    private static byte[] TwoInputs()
    {
        OnnxGraphBuilder graph = new();
        string first = graph.Input("a", new(1), new(3), new(16), new(16));
        string second = graph.Input("b", new(1), new(3), new(16), new(16));
        graph.Output(graph.Add("Add", [first, second]), "output", new(1), new(3), new(16), new(16));
        return Write(graph.Build("two"));
    }

    private static byte[] Integers()
    {
        OnnxGraphBuilder graph = new();
        string input = graph.Input("a", new(1), new(3), new(16), new(16));
        graph.Output(graph.Add("Cast", [input], OnnxAttribute.Of("to", 1)), "output", new(1), new(3), new(16), new(16));
        OnnxGraph built = graph.Build("integers");
        return Write(built with { Inputs = [built.Inputs[0] with { DataType = OnnxDataType.UInt8 }] });
    }

    private static byte[] Write(OnnxGraph graph)
    {
        using MemoryStream stream = new();
        OnnxWriter.Write(stream, new OnnxModel(graph));
        return stream.ToArray();
    }

    private static bool IsClose(ChipDetection a, ChipDetection b) => a.ClassIndex == b.ClassIndex
        && Math.Abs(a.XMin - b.XMin) + Math.Abs(a.YMin - b.YMin) + Math.Abs(a.XMax - b.XMax) + Math.Abs(a.YMax - b.YMax) + Math.Abs(a.Score - b.Score) < 1e-3;
}
