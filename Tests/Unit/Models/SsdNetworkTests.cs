using System.Text.Json;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Models;
using ArcLearn.Core.Training;
using ArcLearn.Tests.Unit.TestSupport;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ArcLearn.Tests.Unit.Models;

[Collection(TorchTests.Name)]
public sealed class SsdNetworkTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Network_equals_its_transcription_in_PyTorch(int index)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        JsonElement expected = Expected.Read("detectors.json")[index];
        SsdOptions options = OptionsOf(expected);
        using SsdNetwork network = SsdNetwork.Create(options);

        string[] keys = [.. network.state_dict().Select(pair => $"{pair.Key} [{string.Join(", ", pair.Value.shape)}]").Order(StringComparer.Ordinal)];
        Assert.Equal(expected.GetProperty("keys").EnumerateArray().Select(key => key.GetString()!).Order(StringComparer.Ordinal), keys);

        Formula.Fill(network);
        network.eval();
        (Tensor scores, Tensor boxes) = network.call(Formula.Image(2, options.Bands, options.ChipSize));
        expected.Sample("scores").AssertEqual(scores, "scores");
        expected.Sample("boxes").AssertEqual(boxes, "boxes");

        using SsdLoss loss = new(options);
        expected.Sample("decoded").AssertEqual(loss.Decode(boxes), "decoded");
        AssertDetections(expected.GetProperty("detections"), network, scores, boxes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Prepared_network_answers_as_the_network_does(int index)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        SsdOptions options = OptionsOf(Expected.Read("detectors.json")[index]);
        using SsdNetwork network = SsdNetwork.Create(options);
        Formula.Fill(network);
        network.eval();
        using Tensor image = Formula.Image(3, options.Bands, options.ChipSize);
        (Tensor scores, Tensor boxes) = network.call(image);
        float[] samples = image.data<float>().ToArray();

        using PreparedSsd prepared = network.Prepare();
        (float[] preparedScores, float[] preparedBoxes) = prepared.Run(samples, 3);

        AssertClose(scores, preparedScores);
        AssertClose(boxes, preparedBoxes);
        Assert.Equal(image.data<float>().ToArray(), samples);
    }

    [Fact]
    public void A_training_step_equals_PyTorchs()
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement expected = Expected.Read("training_step.json");
        SsdOptions options = new() { Backbone = "resnet18", ChipSize = 96, Grids = [3], Classes = 2, Dropout = 0 };
        using SsdNetwork network = SsdNetwork.Create(options);
        Formula.Fill(network);
        network.train();
        using SsdLoss loss = new(options);

        (Tensor Scores, Tensor Boxes) output = network.call(Formula.Image(3, 3, 96));
        (Tensor total, _, _) = loss.Compute(output, [.. SsdLossTests.Labels.Take(3)]);
        total.backward();

        expected.Sample("scores").AssertEqual(output.Scores, "scores");
        Assert.Equal(expected.GetProperty("total").GetDouble(), total.item<float>(), 1e-3);
        Dictionary<string, Parameter> parameters = network.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter);
        foreach (JsonProperty gradient in expected.GetProperty("gradients").EnumerateObject())
        {
            // In 32 bits rounding turns a ReLU here and there, on either side; ConvolutionFunctionTests have the layers' own gradients.
            expected.GetProperty("gradients").Sample(gradient.Name).AssertEqual(parameters[gradient.Name].grad!, gradient.Name, share: 5e-3);
        }

        Dictionary<string, Tensor> state = network.state_dict();
        foreach (JsonProperty running in expected.GetProperty("running").EnumerateObject())
        {
            expected.GetProperty("running").Sample(running.Name).AssertEqual(state[running.Name], running.Name);
        }
    }

    [Fact]
    public void Few_steps_overfit_one_batch()
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(3);
        SsdOptions options = new() { Backbone = "resnet18", ChipSize = 64, Grids = [2], Classes = 2, Dropout = 0 };
        using SsdNetwork network = SsdNetwork.Create(options, seed: 1);
        using SsdLoss loss = new(options);
        using AdamOptimizer optimizer = new([network.parameters()], weightDecay: 0);
        using Tensor images = Formula.Image(4, 3, 64);
        Core.Data.BoxLabel[][] labels =
        [
            [new(0.1f, 0.1f, 0.4f, 0.4f, 1)], [new(0.5f, 0.5f, 0.9f, 0.9f, 2)], [new(0.1f, 0.5f, 0.5f, 0.9f, 1)], [new(0.5f, 0.1f, 0.9f, 0.4f, 2)],
        ];
        List<double> values = [];
        for (int step = 0; step < 30; step++)
        {
            values.Add(optimizer.Learn(new TrainingStep(4, () => loss.Compute(network.call(images), labels).Total), [1e-3], 0.9));
        }

        Assert.True(values[^1] < 0.2 * values[0], $"loss went from {values[0]} to {values[^1]}");
    }

    [Theory]
    [InlineData("resnet18", 224, new[] { 14, 7 })]
    [InlineData("squeezenet1_1", 224, new[] { 14 })]
    [InlineData("resnet18", 96, new[] { 5, 1 })]
    public void The_second_version_reaches_grids_by_resizing_and_has_the_keys_of_the_first(string backbone, int chipSize, int[] grids)
    {
        SsdOptions options = new() { Backbone = backbone, ChipSize = chipSize, Grids = grids, Zooms = [1], Ratios = [new(1, 1)], Classes = 2, Version = 2 };
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using SsdNetwork network = SsdNetwork.Create(options);
        Formula.Fill(network);
        network.eval();
        using Tensor image = Formula.Image(2, 3, chipSize);

        (Tensor scores, Tensor boxes) = network.call(image);
        using PreparedSsd prepared = network.Prepare();
        (float[] preparedScores, float[] preparedBoxes) = prepared.Run(image.data<float>().ToArray(), 2);

        long anchors = grids.Sum(grid => grid * grid);
        Assert.Equal([2, anchors, 3], scores.shape);
        Assert.Equal([2, anchors, 4], boxes.shape);
        Assert.All(scores.data<float>().ToArray().Zip(preparedScores), pair => Assert.Equal(pair.First, pair.Second, 1e-4f * (1 + Math.Abs(pair.First))));
        Assert.All(boxes.data<float>().ToArray().Zip(preparedBoxes), pair => Assert.Equal(pair.First, pair.Second, 1e-4f * (1 + Math.Abs(pair.First))));
        Assert.All(
            network.state_dict().Keys.Where(key => key.StartsWith("1.", StringComparison.Ordinal)),
            key => Assert.Matches(@"^1\.(sconvs\.\d\.(conv|bn)|oconvs\.\d\.oconv[12])\.", key));
    }

    [Fact]
    public void The_same_seed_gives_the_same_weights_whatever_torch_drew_before()
    {
        SsdOptions options = new() { Backbone = "squeezenet1_1", ChipSize = 224, Grids = [4], Classes = 1, Bias = -3 };
        using DisposeScope scope = NewDisposeScope();
        using SsdNetwork first = SsdNetwork.Create(options, seed: 9);
        rand(17);
        using SsdNetwork second = SsdNetwork.Create(options, seed: 9);
        using SsdNetwork third = SsdNetwork.Create(options, seed: 10);

        foreach ((string key, Tensor value) in first.state_dict())
        {
            Assert.True(value.equal(second.state_dict()[key]).all().item<bool>(), key);
        }

        Assert.False(first.state_dict()["0.0.0.weight"].equal(third.state_dict()["0.0.0.weight"]).all().item<bool>());
        Assert.All(first.state_dict()["1.oconvs.0.oconv1.bias"].data<float>().ToArray(), bias => Assert.Equal(-3, bias));
    }

    [Theory]
    [InlineData("resnet18", 3, "0.0.weight 0.6.0.conv1.weight 1.sconvs.0.conv.weight")]
    [InlineData("squeezenet1_1", 2, "0.0.0.weight 1.sconvs.0.conv.weight")]
    public void Layer_groups_begin_where_the_backbone_cuts_them(string backbone, int count, string first)
    {
        using DisposeScope scope = NewDisposeScope();
        using SsdNetwork network = SsdNetwork.Create(new SsdOptions { Backbone = backbone, ChipSize = 224, Grids = [4], Classes = 1 });
        Dictionary<nint, string> names = network.named_parameters().ToDictionary(pair => pair.parameter.Handle, pair => pair.name);

        IReadOnlyList<IReadOnlyList<Parameter>> groups = network.LayerGroups;

        Assert.Equal(count, groups.Count);
        Assert.Equal(first, string.Join(' ', groups.Select(group => names[group[0].Handle])));
        Assert.Equal(names.Count, groups.Sum(group => group.Select(parameter => parameter.Handle).Distinct().Count()));
    }

    [Fact]
    public void Freeze_leaves_the_head_and_batch_norm_training()
    {
        using DisposeScope scope = NewDisposeScope();
        using SsdNetwork network = SsdNetwork.Create(new SsdOptions { Backbone = "resnet18", ChipSize = 64, Grids = [2], Classes = 1 });
        Assert.False(network.IsFrozen);

        network.Freeze();

        Assert.True(network.IsFrozen);
        foreach ((string name, Parameter parameter) in network.named_parameters())
        {
            bool trains = name.StartsWith("1.", StringComparison.Ordinal) || name.Contains(".bn", StringComparison.Ordinal)
                || name.StartsWith("0.1.", StringComparison.Ordinal) || name.Contains("downsample.1", StringComparison.Ordinal);
            Assert.True(trains == parameter.requires_grad, name);
        }

        network.Unfreeze();
        Assert.False(network.IsFrozen);
        Assert.All(network.parameters(), parameter => Assert.True(parameter.requires_grad));
    }

    [Fact]
    public void Weights_outlive_the_scope_they_were_made_in_and_end_with_the_network()
    {
        SsdOptions options = new() { Backbone = "resnet18", ChipSize = 64, Grids = [2], Classes = 1 };

        // TorchSharp counts the tensors that its layers turn into parameters twice; that much remains of any network.
        long start = Tensor.TotalCount;
        SsdNetwork.Create(options).Dispose();
        long before = Tensor.TotalCount;
        long remainder = before - start;
        SsdNetwork network;
        PreparedSsd prepared;
        using (NewDisposeScope())
        {
            network = SsdNetwork.Create(options);
            prepared = network.Prepare();
        }

        float[] samples = Formula.Noise(3 * 64 * 64, 1);
        Assert.NotEmpty(prepared.Run(samples, 1).Scores);
        using (NewDisposeScope())
        using (inference_mode())
        {
            Assert.Equal(2, network.call(tensor(samples, [1, 3, 64, 64])).Scores.shape[2]);
        }

        prepared.Dispose();
        network.Dispose();
        Assert.Equal(before + remainder, Tensor.TotalCount);
    }

    [Theory]
    [InlineData("Backbone")]
    [InlineData("Bands")]
    [InlineData("Grids")]
    [InlineData("Zooms")]
    [InlineData("Ratios")]
    [InlineData("Classes")]
    [InlineData("Dropout")]
    [InlineData("Bias")]
    [InlineData("LocationLossFactor")]
    [InlineData("ChipSize")]
    public void Create_names_the_option_that_makes_no_sense(string parameter)
    {
        SsdOptions good = new() { Backbone = "resnet18", ChipSize = 64, Grids = [2], Classes = 1 };
        SsdOptions bad = parameter switch
        {
            "Backbone" => good with { Backbone = "alexnet" },
            "Bands" => good with { Bands = 0 },
            "Grids" => good with { Grids = [] },
            "Zooms" => good with { Zooms = [0] },
            "Ratios" => good with { Ratios = [] },
            "Classes" => good with { Classes = 0 },
            "Dropout" => good with { Dropout = 1 },
            "Bias" => good with { Bias = double.NaN },
            "LocationLossFactor" => good with { LocationLossFactor = 1 },
            _ => good with { ChipSize = 512, Grids = [4, 2] },
        };

        Assert.Equal(parameter, Assert.Throws<LearnArgumentException>(() => SsdNetwork.Create(bad)).Parameter);
    }

    [Fact]
    public void Forward_says_which_shape_it_takes()
    {
        using DisposeScope scope = NewDisposeScope();
        using SsdNetwork network = SsdNetwork.Create(new SsdOptions { Backbone = "resnet18", ChipSize = 64, Grids = [2], Classes = 1 });

        Assert.Contains("[N, 3, 64, 64]; found [1, 4, 64, 64]", Assert.Throws<ArgumentException>(() => network.call(zeros(1, 4, 64, 64))).Message, StringComparison.Ordinal);
    }

    private static SsdOptions OptionsOf(JsonElement expected) => new()
    {
        Backbone = expected.GetProperty("backbone").GetString()!,
        ChipSize = expected.GetProperty("chip").GetInt32(),
        Grids = expected.GetProperty("grids").Deserialize<int[]>()!,
        Classes = expected.GetProperty("classes").GetInt32(),
        Bands = expected.GetProperty("bands").GetInt32(),
        Version = expected.GetProperty("version").GetInt32(),
    };

    private static void AssertDetections(JsonElement expected, SsdNetwork network, Tensor scores, Tensor boxes)
    {
        SsdDecoder decoder = new(network.Anchors, network.Options.Classes, network.Options.ChipSize);
        IReadOnlyList<ChipDetection>[] actual = decoder.Decode(scores.data<float>().ToArray(), boxes.data<float>().ToArray(), 2, threshold: 0.6, overlap: 0.1);
        for (int n = 0; n < 2; n++)
        {
            double[][] rows = expected[n].Deserialize<double[][]>()!;
            Assert.Equal(rows.Length, actual[n].Count);
            foreach ((double[] row, ChipDetection found) in rows.Zip(actual[n]))
            {
                Assert.Equal((int)row[4], found.ClassIndex);
                Assert.Equal(row[5], found.Score, 1e-4);
                Assert.Equal(row[0], found.XMin, 0.02);
                Assert.Equal(row[1], found.YMin, 0.02);
                Assert.Equal(row[2], found.XMax, 0.02);
                Assert.Equal(row[3], found.YMax, 0.02);
            }
        }
    }

    private static void AssertClose(Tensor expected, float[] actual)
    {
        float[] values = expected.detach().contiguous().data<float>().ToArray();
        Assert.Equal(values.Length, actual.Length);
        float largest = values.Max(Math.Abs);
        Assert.True(values.Zip(actual).All(pair => Math.Abs(pair.First - pair.Second) <= 1e-4 * largest));
    }
}
