using ArcLearn.Core.Formats;
using ArcLearn.Core.Formats.Onnx;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Inference.Onnx;

namespace ArcLearn.Tests.Unit.Inference.Onnx;

/// <summary>Classifiers of pixels and of images in the layouts that are understood.</summary>
public sealed class OnnxClassifierTests
{
    private const int Batch = 2;
    private const int Plane = TinyOnnx.Side * TinyOnnx.Side;

    // Of a pixel: background, road, roof.
    private static readonly float[] s_shares = [0.1f, 0.6f, 0.3f];

    [Theory]
    [InlineData("probabilities")]
    [InlineData("logits")]
    [InlineData("no background")]
    [InlineData("bands innermost")]
    public void A_pixel_classifiers_scores_are_those_of_background_and_classes(string layout)
    {
        float[] logits = [.. s_shares.Select(share => MathF.Log(share))];
        (string, string) type = ("model_type", "\"Segmentor\"");
        (string, string) names = TinyOnnx.Names("_background", "road", "roof");
        byte[] bytes = layout switch
        {
            "probabilities" => TinyOnnx.Of((graph, x) => graph.Add("Softmax", [Scores(graph, x, logits)], OnnxAttribute.Of("axis", 1)), [3, TinyOnnx.Side, TinyOnnx.Side], null, type, names),
            "logits" => TinyOnnx.Of((graph, x) => Scores(graph, x, logits), [3, TinyOnnx.Side, TinyOnnx.Side], null, type, names),
            "no background" => TinyOnnx.Of((graph, x) => Scores(graph, x, logits[1..]), [2, TinyOnnx.Side, TinyOnnx.Side], null, type, TinyOnnx.Names("road", "roof")),
            _ => TinyOnnx.Of(
                (graph, x) => graph.Add("Transpose", [Scores(graph, graph.Add("Transpose", [x], OnnxAttribute.Of("perm", 0, 3, 1, 2)), logits)], OnnxAttribute.Of("perm", 0, 2, 3, 1)),
                [TinyOnnx.Side, TinyOnnx.Side, 3],
                [new(null, "batch"), new(TinyOnnx.Side), new(TinyOnnx.Side), new(3)],
                type,
                names),
        };
        using OnnxPixelClassifier model = Pixels(bytes);

        float[] found = Score(model);

        bool hasBackground = layout != "no background";
        Assert.Equal((hasBackground, (int?)null), (model.Pixels.HasBackground, model.Pixels.ChipStep));
        Assert.Equal(["road 1", "roof 2"], model.Pixels.Classes.Select(one => $"{one.Name} {one.Value}"));
        float[] shares = hasBackground ? s_shares : [0, 2 / 3f, 1 / 3f];
        for (int pixel = 0; pixel < Plane; pixel += 37)
        {
            double[] powers = [.. Enumerable.Range(0, 3).Select(c => Math.Exp(found[(3 * Plane) + (c * Plane) + pixel]))];
            Assert.All(powers.Zip(shares), pair => Assert.Equal(pair.Second, pair.First / powers.Sum(), 1e-5));
        }
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public void One_score_says_how_sure_a_pixel_is_of_the_class(bool isSigmoid, bool hasChannel)
    {
        long[] shape = hasChannel ? [1, TinyOnnx.Side, TinyOnnx.Side] : [TinyOnnx.Side, TinyOnnx.Side];
        byte[] bytes = TinyOnnx.Of(
            (graph, x) =>
            {
                string score = Scores(graph, x, [MathF.Log(0.8f / 0.2f)]);
                string last = isSigmoid ? graph.Add("Sigmoid", [score]) : score;
                return hasChannel ? last : graph.Add("Squeeze", [last, graph.Integers(1)]);
            },
            shape,
            null,
            ("model_type", "\"Segmentor\""),
            TinyOnnx.Names("background", "road"));
        using OnnxPixelClassifier model = Pixels(bytes);

        float[] found = Score(model);

        Assert.True(model.Pixels.HasBackground);
        Assert.All(Enumerable.Range(0, Plane), pixel => Assert.Equal(0.8, 1 / (1 + Math.Exp(found[pixel] - found[Plane + pixel])), 1e-5));
    }

    /// <summary>What a definition names as ignore_mapped_class, of models by others.</summary>
    [Theory]
    [InlineData("[1]", 3, true, "0 2")]
    [InlineData("[0, 2]", 3, false, "1")]
    [InlineData("[2]", 2, false, "1")]
    [InlineData("[0]", 1, false, "1")]
    [InlineData("[1]", 1, true, "0")]
    [InlineData("[]", 3, true, "0 1 2")]
    public void A_class_that_was_never_learnt_is_found_nowhere(string ignored, int channels, bool hasBackground, string left)
    {
        float[] logits = [.. s_shares[^channels..].Select(share => MathF.Log(share))];
        byte[] bytes = TinyOnnx.Of((graph, x) => Scores(graph, x, logits), [channels, TinyOnnx.Side, TinyOnnx.Side]);
        string classes = channels == 1 ? """{"Value": 1, "Name": "road"}""" : """{"Value": 1, "Name": "road"}, {"Value": 2, "Name": "roof"}""";
        ModelDefinitionFile definition = ModelDefinitionFile.Parse(
            "tiny.emd", $$"""{"Framework": "ONNX", "ModelType": "ImageClassification", "ImageWidth": 16, "ImageHeight": 16, "ignore_mapped_class": {{ignored}}, "Classes": [{{classes}}]}""");
        OnnxFile file = OnnxFile.Of(bytes, "tiny.onnx");
        using OnnxPixelClassifier model = new(file, OnnxDefinitionFile.Read(file, definition, "tiny", "tiny.emd"), "tiny.onnx", LearnDevice.Cpu);

        float[] found = Score(model);

        Assert.Equal(hasBackground, model.Pixels.HasBackground);
        Assert.Equal(left, string.Join(' ', Enumerable.Range(0, model.Pixels.Classes.Count + 1).Where(label => found.AsSpan(label * Plane, Plane).IndexOfAnyExcept(-1e4f) >= 0)));
    }

    [Theory]
    [InlineData("[3]", 3, "names the class 3 of 2")]
    [InlineData("[0, 1, 2]", 3, "names all classes")]
    [InlineData("[1, 2]", 2, "has no score for background")]
    public void Ignored_classes_that_make_no_sense_are_refused(string ignored, int channels, string part)
    {
        OnnxFile file = OnnxFile.Of(TinyOnnx.Of((graph, x) => Scores(graph, x, s_shares[^channels..]), [channels, TinyOnnx.Side, TinyOnnx.Side]), "tiny.onnx");
        ModelDefinitionFile definition = ModelDefinitionFile.Parse(
            "tiny.emd", $$"""{"Framework": "ONNX", "ModelType": "ImageClassification", "ignore_mapped_class": {{ignored}}, "Classes": [{"Value": 1, "Name": "road"}, {"Value": 2, "Name": "roof"}]}""");

        Assert.Contains(part, Assert.Throws<LearnFormatException>(() => OnnxDefinitionFile.Read(file, definition, "tiny", "tiny.emd")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new[] { "Softmax" }, false)]
    [InlineData(new[] { "Sigmoid", "Identity" }, true)]
    [InlineData(new string[0], false)]
    public void An_image_classifier_gives_probabilities_whatever_its_file_ends_with(string[] last, bool isMultiLabel)
    {
        byte[] bytes = TinyOnnx.Of(
            (graph, x) =>
            {
                string mean = graph.Add("Flatten", [graph.Add("GlobalAveragePool", [x])]);
                string scores = graph.Add("Add", [graph.Add("Mul", [mean, graph.Constant(0)]), graph.Constant([0, 1, -1], 3)]);
                return last.Aggregate(scores, (value, type) => graph.Add(type, [value]));
            },
            [3],
            null,
            TinyOnnx.Names("a", "b", "c"));
        using OnnxClassifier model = new(OnnxFile.Of(bytes, "tiny.onnx"), TinyOnnx.Read(bytes), "tiny.onnx", LearnDevice.Cpu);
        using IChipScorer scorer = model.CreateScorer(4, LearnPrecision.Float32);

        float[][] found = scorer.Score(3);

        Assert.Equal((3, isMultiLabel, OnnxTask.Images), (found.Length, model.Definition.IsMultiLabel, model.Definition.Task));
        double[] expected = isMultiLabel
            ? [.. new double[] { 0, 1, -1 }.Select(score => 1 / (1 + Math.Exp(-score)))]
            : [.. new double[] { 0, 1, -1 }.Select(score => Math.Exp(score) / (1 + Math.E + (1 / Math.E)))];
        Assert.All(found, image => Assert.All(image.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-5)));
    }

    [Theory]
    [InlineData("smaller", "a class for each pixel")]
    [InlineData("classes", "names 1 beside background")]
    [InlineData("scores", "an image classifier of 2 classes")]
    public void Outputs_that_do_not_fit_the_classes_are_told(string what, string part)
    {
        byte[] bytes = what switch
        {
            "smaller" => TinyOnnx.Of((graph, x) => graph.Add("GlobalAveragePool", [x]), [3, 1, 1], null, ("model_type", "\"Segmentor\""), TinyOnnx.Names("background", "road", "roof")),
            "classes" => TinyOnnx.Of((graph, x) => Scores(graph, x, [0, 1, 2, 3]), [4, TinyOnnx.Side, TinyOnnx.Side], null, ("model_type", "\"Segmentor\""), TinyOnnx.Names("background", "road")),
            _ => TinyOnnx.Of((graph, x) => graph.Add("Flatten", [graph.Add("GlobalAveragePool", [x])]), [3], null, TinyOnnx.Names("a", "b")),
        };

        LearnFormatException error = Assert.Throws<LearnFormatException>(() => TinyOnnx.Read(bytes));

        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_definition_of_other_bands_is_refused()
    {
        OnnxFile file = OnnxFile.Of(TinyOnnx.Of((graph, x) => Scores(graph, x, s_shares), [3, TinyOnnx.Side, TinyOnnx.Side]), "tiny.onnx");
        ModelDefinitionFile definition = ModelDefinitionFile.Parse("tiny.emd", """{"Framework": "ONNX", "ExtractBands": [0, 1, 2, 3], "Classes": [{"Value": 1, "Name": "road"}, {"Value": 2, "Name": "roof"}]}""");

        Assert.Contains("3 band(s), and its definition extracts 4", Assert.Throws<LearnFormatException>(() => OnnxDefinitionFile.Read(file, definition, "tiny", "tiny.emd")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_model_is_runs_into_its_fingerprint()
    {
        byte[] one = TinyOnnx.Of((graph, x) => Scores(graph, x, [1, 2]), [2, TinyOnnx.Side, TinyOnnx.Side], null, TinyOnnx.Names("a", "b"));
        byte[] other = TinyOnnx.Of((graph, x) => Scores(graph, x, [1, 2.5f]), [2, TinyOnnx.Side, TinyOnnx.Side], null, TinyOnnx.Names("a", "b"));
        using OnnxPixelClassifier first = Pixels(one);
        using OnnxPixelClassifier again = Pixels(one);
        using OnnxPixelClassifier second = Pixels(other);

        Assert.Equal(first.Fingerprint(default), again.Fingerprint(default));
        Assert.NotEqual(first.Fingerprint(default), second.Fingerprint(default));
    }

    /// <summary>The same scores for each pixel.</summary>
    private static string Scores(OnnxGraphBuilder graph, string x, float[] scores)
    {
        string one = graph.Add("Slice", [x, graph.Integers(0), graph.Integers(1), graph.Integers(1)]);
        return graph.Add("Add", [graph.Add("Mul", [one, graph.Constant(0)]), graph.Constant(scores, 1, scores.Length, 1, 1)]);
    }

    private static OnnxPixelClassifier Pixels(byte[] bytes) => new(OnnxFile.Of(bytes, "tiny.onnx"), TinyOnnx.Read(bytes), "tiny.onnx", LearnDevice.Cpu);

    private static float[] Score(OnnxPixelClassifier model)
    {
        using IPixelBackend backend = model.CreateBackend(TinyOnnx.Side, Batch, LearnPrecision.Float32);
        using IPixelReplica replica = backend.CreateReplica();
        float[] scores = new float[Batch * (model.Pixels.Classes.Count + 1) * Plane];
        replica.Score(new float[Batch * 3 * Plane], scores);
        return scores;
    }
}
