using ArcLearn.Core.Formats.Onnx;
using ArcLearn.Core.Inference.Onnx;
using ArcLearn.Core.Models;
using ArcLearn.Core.Runtime;
using ArcLearn.Tests.Unit.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace ArcLearn.Tests.Unit.Models;

/// <summary>Networks as ONNX files, in ONNX Runtime, against themselves in torch.</summary>
[Collection(TorchTests.Name)]
public sealed class OnnxExportTests
{
    private const int Chips = 2;

    // Relative to the largest answer.
    private const double Tolerance = 1e-4;

    // Deeper siblings are built of the same blocks; with U-Nets above them they take minutes and 15 GB. ARCLEARN_ALL_BACKBONES=1 tries them too.
    private static readonly string[] s_siblings = Environment.GetEnvironmentVariable("ARCLEARN_ALL_BACKBONES") == "1"
        ? [] : ["resnet34", "resnet101", "resnet152", "vgg13_bn", "vgg16_bn", "vgg19_bn", "vgg13", "vgg16", "vgg19", "resnext101_32x8d", "densenet161", "densenet169", "densenet201"];

    public static TheoryData<string> Detectors => [.. Backbones.Names.Except(s_siblings)];

    // Of ResNets of bottlenecks a U-Net has a gigabyte of weights.
    public static TheoryData<string> Unets => [.. Backbones.UnetNames.Except(s_siblings).Where(name => s_siblings.Length == 0 || name != "resnet50")];

    public static TheoryData<string> Classifiers => [.. Backbones.ClassifierNames.Except(s_siblings)];

    [Theory]
    [MemberData(nameof(Classifiers))]
    public void An_image_classifier_answers_as_in_torch(string backbone)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using ClassifierNetwork network = ClassifierNetwork.Create(new ClassifierOptions { Backbone = backbone, Bands = 3, ChipSize = 64, Classes = 3 });
        Tensor image = Prepare(network, 3, 64);
        using PreparedClassifier prepared = network.Prepare();

        OnnxArray found = Run(image, (graph, input) => [prepared.AddTo(graph, input)])[0];

        AssertEqual(network.call(image), found);
    }

    [Theory]
    [MemberData(nameof(Unets))]
    public void A_pixel_classifier_answers_as_in_torch(string backbone)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using UnetNetwork network = UnetNetwork.Create(new UnetOptions { Backbone = backbone, Bands = 3, ChipSize = 64, Classes = 2 });
        Tensor image = Prepare(network, 3, 64);
        using PreparedUnet prepared = network.Prepare();

        OnnxArray found = Run(image, (graph, input) => [prepared.AddTo(graph, input)])[0];

        AssertEqual(network.call(image), found);
    }

    [Theory]
    [MemberData(nameof(Detectors))]
    public void A_detector_answers_as_in_torch(string backbone)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using SsdNetwork network = SsdNetwork.Create(new SsdOptions { Backbone = backbone, Bands = 3, ChipSize = 96, Grids = [5, 2], Version = 2, Classes = 2 });
        Tensor image = Prepare(network, 3, 96);
        using PreparedSsd prepared = network.Prepare();

        OnnxArray[] found = Run(image, (graph, input) => prepared.AddTo(graph, input) is var (scores, boxes) ? [scores, boxes] : []);

        (Tensor expectedScores, Tensor expectedBoxes) = network.call(image);
        AssertEqual(expectedScores, found[0]);
        AssertEqual(expectedBoxes, found[1]);
    }

    [Theory]
    [InlineData(75, 5)]         // maps of odd sides meet
    [InlineData(33, 1)]
    [InlineData(100, 4)]
    public void A_pixel_classifier_of_any_side_and_bands_answers_as_in_torch(int side, int bands)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using UnetNetwork network = UnetNetwork.Create(new UnetOptions { Backbone = "resnet18", Bands = bands, ChipSize = side, Classes = 2 });
        Tensor image = Prepare(network, bands, side);
        using PreparedUnet prepared = network.Prepare();

        OnnxArray found = Run(image, (graph, input) => [prepared.AddTo(graph, input)])[0];

        AssertEqual(network.call(image), found);
    }

    [Theory]
    [InlineData("vgg11_bn", 96, 4)]         // features of 3 × 3 are brought to 7 × 7
    [InlineData("vgg11", 256, 3)]           // of 8 × 8
    [InlineData("densenet121", 50, 2)]
    public void An_image_classifier_of_any_side_and_bands_answers_as_in_torch(string backbone, int side, int bands)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using ClassifierNetwork network = ClassifierNetwork.Create(new ClassifierOptions { Backbone = backbone, Bands = bands, ChipSize = side, Classes = 3 });
        Tensor image = Prepare(network, bands, side);
        using PreparedClassifier prepared = network.Prepare();

        OnnxArray found = Run(image, (graph, input) => [prepared.AddTo(graph, input)])[0];

        AssertEqual(network.call(image), found);
    }

    [Theory]
    [InlineData(1, 112, 4, 2, 1)]
    [InlineData(2, 112, 14, 5, 3)]          // the map is brought to grids that no convolution reaches
    public void A_detector_of_either_version_answers_as_in_torch(int version, int side, params int[] grids)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using SsdNetwork network = SsdNetwork.Create(new SsdOptions { Backbone = "resnet18", Bands = 4, ChipSize = side, Grids = grids, Version = version, Classes = 3 });
        Tensor image = Prepare(network, 4, side);
        using PreparedSsd prepared = network.Prepare();

        OnnxArray[] found = Run(image, (graph, input) => prepared.AddTo(graph, input) is var (scores, boxes) ? [scores, boxes] : []);

        (Tensor expectedScores, Tensor expectedBoxes) = network.call(image);
        AssertEqual(expectedScores, found[0]);
        AssertEqual(expectedBoxes, found[1]);
    }

    [Fact]
    public void A_detectors_file_gives_boxes_in_pixels_and_probabilities_of_classes()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        SsdOptions options = new() { Backbone = "resnet18", ChipSize = 96, Grids = [3, 1], Classes = 2, Ratios = [new(1, 1), new(1, 0.5)], Version = 2 };
        using SsdNetwork network = SsdNetwork.Create(options);
        Tensor image = Prepare(network, 3, 96);

        OnnxArray found = Run(image, OnnxExport.Detector(network))[0];

        (Tensor scores, Tensor boxes) = network.call(image);
        (float[] activations, float[] logits) = (Values(boxes), Values(scores));
        int count = network.Anchors.Count;
        Assert.Equal([Chips, 6, count], found.Shape);
        for (int chip = 0; chip < Chips; chip++)
        {
            for (int anchor = 0; anchor < count; anchor++)
            {
                (float yMin, float xMin, float yMax, float xMax) = network.Anchors.Decode(anchor, activations.AsSpan(((chip * count) + anchor) * 4, 4));
                double[] expected =
                [
                    48 * (xMin + xMax), 48 * (yMin + yMax), 96 * (xMax - xMin), 96 * (yMax - yMin),
                    .. logits.Skip((((chip * count) + anchor) * 3) + 1).Take(2).Select(logit => 1 / (1 + Math.Exp(-logit))),
                ];
                for (int row = 0; row < expected.Length; row++)
                {
                    Assert.Equal(expected[row], found.Values[(((chip * 6) + row) * count) + anchor], 2e-3 * (row < 4 ? 1 : 0.1));
                }
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_pixel_classifiers_file_gives_probabilities_and_none_for_a_background_that_was_never_learnt(bool isIgnored)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        UnetOptions options = new() { Backbone = "resnet18", ChipSize = 64, Classes = 3, Loss = new PixelLossOptions { IsBackgroundIgnored = isIgnored } };
        using UnetNetwork network = UnetNetwork.Create(options);
        Tensor image = Prepare(network, 3, 64);

        OnnxArray found = Run(image, OnnxExport.PixelClassifier(network))[0];

        Tensor scores = network.call(image);
        Tensor shares = isIgnored ? cat([zeros(Chips, 1, 64, 64), scores[.., 1..].softmax(1)], dim: 1) : scores.softmax(1);
        AssertEqual(shares, found);
    }

    [Fact]
    public void A_pixel_classifiers_file_gives_no_probability_to_classes_that_were_never_learnt()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        UnetOptions options = new() { Backbone = "resnet18", ChipSize = 64, Classes = 3, Loss = new PixelLossOptions { IgnoredClasses = [2] } };
        using UnetNetwork network = UnetNetwork.Create(options);
        Tensor image = Prepare(network, 3, 64);

        OnnxArray found = Run(image, OnnxExport.PixelClassifier(network))[0];

        Tensor scores = network.call(image);
        Tensor shares = cat([scores[.., ..2], scores[.., 3..]], dim: 1).softmax(1);
        AssertEqual(cat([shares[.., ..2], zeros(Chips, 1, 64, 64), shares[.., 2..]], dim: 1), found);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_image_classifiers_file_gives_probabilities(bool isMultiLabel)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using ClassifierNetwork network = ClassifierNetwork.Create(new ClassifierOptions { Backbone = "squeezenet1_1", ChipSize = 64, Classes = 3, Loss = new ImageLossOptions { IsMultiLabel = isMultiLabel } });
        Tensor image = Prepare(network, 3, 64);

        OnnxArray found = Run(image, OnnxExport.ImageClassifier(network))[0];

        Tensor scores = network.call(image);
        AssertEqual(isMultiLabel ? scores.sigmoid() : scores.softmax(1), found);
    }

    /// <summary>Readies a network, and gives chips for it.</summary>
    private static Tensor Prepare(nn.Module network, int bands, int side)
    {
        // Statistics and scales by formula: those of a new network would hide what is folded wrongly. Weights are seeded.
        foreach ((string key, Tensor value) in network.state_dict().Where(pair => pair.Value.Dimensions == 1))
        {
            Tensor noise = tensor(Formula.Noise(value.numel(), Formula.SeedOf(key)), value.shape);
            value.copy_(key.EndsWith("running_var", StringComparison.Ordinal) || key.EndsWith("weight", StringComparison.Ordinal) ? noise.Times(0.3).Plus(1) : noise.Times(0.1));
        }

        network.eval();
        return Formula.Image(Chips, bands, side);
    }

    private static OnnxArray[] Run(Tensor image, Func<OnnxGraphBuilder, string, IReadOnlyList<string>> build)
    {
        OnnxGraphBuilder graph = new();
        string input = graph.Input("input", [new(null, "batch"), .. image.shape.Skip(1).Select(side => new OnnxDimension(side))]);
        foreach ((string value, int place) in build(graph, input).Select((value, place) => (value, place)))
        {
            graph.Output(value, $"output{place}");
        }

        return Run(image, graph.Build("network"));
    }

    /// <summary>Writes a graph, reads it again, checks it and runs it.</summary>
    private static OnnxArray[] Run(Tensor image, OnnxGraph graph)
    {
        // By way of the disk: the largest have two gigabytes of weights, which are in memory several times as it is.
        using TemporaryFolder folder = new();
        string path = folder.PathOf("network.onnx");
        using (FileStream stream = File.Create(path))
        {
            OnnxWriter.Write(stream, new OnnxModel(graph) { Producer = "test" });
        }

        if (s_siblings.Length == 0)
        {
            GC.Collect();
        }

        OnnxFile file = OnnxFile.Open(path);
        using OnnxSession session = OnnxSession.Open(file, "network.onnx", LearnDevice.Cpu, threads: 1);
        return session.Run(Values(image), image.shape);
    }

    private static float[] Values(Tensor tensor) => TensorCopy.Samples(tensor.contiguous()).ToArray();

    private static void AssertEqual(Tensor expected, OnnxArray found)
    {
        Assert.Equal(expected.shape, found.Shape);
        float[] values = Values(expected);
        double largest = Math.Max(1, values.Max(Math.Abs));
        double spread = values.Max() - values.Min();
        double difference = values.Zip(found.Values, (a, b) => Math.Abs((double)a - b)).Max();
        Assert.True(spread > 1e-3, $"all answers are {values[0]}: nothing is compared");
        Assert.True(difference <= Tolerance * largest, $"answers up to {largest} differ by {difference}");
    }
}
