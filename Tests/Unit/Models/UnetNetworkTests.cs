using System.Text.Json;
using ArcLearn.Core.Models;
using ArcLearn.Core.Training;
using ArcLearn.Tests.Unit.TestSupport;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ArcLearn.Tests.Unit.Models;

[Collection(TorchTests.Name)]
public sealed class UnetNetworkTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Network_and_its_prepared_form_equal_its_transcription_in_PyTorch(int index)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        JsonElement expected = Expected.Read("unets.json")[index];
        using UnetNetwork network = UnetNetwork.Create(OptionsOf(expected));
        Formula.Fill(network);
        network.eval();
        Tensor image = Formula.Image(2, network.Options.Bands, network.Options.ChipSize);

        Tensor scores = network.call(image);

        expected.Sample("scores").AssertEqual(scores, "scores");
        using PreparedUnet prepared = network.Prepare();
        float[] found = new float[scores.numel()];
        prepared.Run(image.data<float>().ToArray(), 2, found);
        float[] own = scores.contiguous().data<float>().ToArray();
        float largest = own.Max(Math.Abs);
        Assert.All(own.Zip(found), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1e-4f * largest));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    public void Keys_and_shapes_are_those_of_PyTorch_and_no_others(int index)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement expected = Expected.Read("unets.json")[index];
        using UnetNetwork network = UnetNetwork.Create(OptionsOf(expected));

        string[] keys = [.. network.state_dict().Select(pair => $"{pair.Key} [{string.Join(", ", pair.Value.shape)}]").Order(StringComparer.Ordinal)];

        Assert.Equal(expected.GetProperty("keys").EnumerateArray().Select(key => key.GetString()!).Order(StringComparer.Ordinal), keys);
    }

    /// <summary>The names that arcgis.learn's saved models have.</summary>
    [Fact]
    public void Keys_are_those_of_the_reference()
    {
        using UnetNetwork network = UnetNetwork.Create(new UnetOptions { Backbone = "resnet34", ChipSize = 64, Classes = 2 });
        Dictionary<string, Tensor> state = network.state_dict();

        Assert.Equal([1024, 512, 3, 3], state["layers.3.0.0.weight"].shape);
        Assert.Equal([384, 96, 1, 1], state["layers.8.conv.0.weight"].shape);
        Assert.Equal([49, 99, 3, 3], state["layers.10.layers.0.0.weight"].shape);
        Assert.Equal([99, 49, 3, 3], state["layers.10.layers.1.0.weight"].shape);
        Assert.Equal([3, 99, 1, 1], state["layers.11.0.weight"].shape);
        Assert.Equal([64, 3, 7, 7], state["layers.0.0.weight"].shape);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Gradients_of_every_parameter_equal_PyTorchs_in_64_bits(int index)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement expected = Expected.Read("unet_gradients.json")[index];
        UnetOptions options = new()
        {
            Backbone = expected.GetProperty("backbone").GetString()!,
            ChipSize = expected.GetProperty("chip").GetInt32(),
            Bands = expected.GetProperty("bands").GetInt32(),
            Classes = 2,
            Loss = PixelLossTests.OptionsOf(expected.GetProperty("options")),
        };
        using UnetNetwork network = UnetNetwork.Create(options);
        Formula.Fill(network);
        network.to(ScalarType.Float64);
        network.train();
        using PixelLoss loss = new(options.Loss);

        Tensor total = loss.Compute(
            network.call(Formula.Image(2, options.Bands, options.ChipSize).to(ScalarType.Float64)), PixelLossTests.Labels(2, 2, options.ChipSize), out _);
        total.backward();

        Assert.Equal(ScalarType.Float64, total.dtype);
        Assert.Equal(1, total.item<double>() / expected.GetProperty("total").GetDouble(), 1e-6);
        Dictionary<string, double[]> gradients = expected.GetProperty("gradients").Deserialize<Dictionary<string, double[]>>()!;
        Dictionary<string, Parameter> parameters = network.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter);
        Assert.Equal(gradients.Keys.Order(StringComparer.Ordinal), parameters.Keys.Order(StringComparer.Ordinal));
        foreach ((string key, double[] sketch) in gradients)
        {
            // A bias that batch norm takes away again has no gradient but rounding.
            if (sketch[0] < 1e-12)
            {
                Assert.InRange(parameters[key].grad!.norm().item<double>(), 0, 1e-12);
            }
            else
            {
                Sketch.AssertEqual(sketch, parameters[key].grad!, key, 1e-6);
            }
        }
    }

    [Fact]
    public void Few_steps_overfit_one_batch()
    {
        using DisposeScope scope = NewDisposeScope();
        UnetOptions options = new() { Backbone = "resnet18", ChipSize = 32, Classes = 2, Loss = new PixelLossOptions { IsBackgroundIgnored = true } };
        using UnetNetwork network = UnetNetwork.Create(options, seed: 1);
        using PixelLoss loss = new(options.Loss);
        using AdamOptimizer optimizer = new([network.parameters()], weightDecay: 0);
        using Tensor images = Formula.Image(4, 3, 32);
        int[] labels = PixelLossTests.Labels(4, 2, 32);
        List<double> values = [];
        for (int step = 0; step < 60; step++)
        {
            values.Add(optimizer.Learn(new TrainingStep(4, () => loss.Compute(network.call(images), labels, out _)), [1e-3], 0.9));
        }

        Assert.True(values[^1] < 0.2 * values[0], $"loss went from {values[0]} to {values[^1]}");
    }

    [Theory]
    [InlineData("resnet18", 31, 1, "ChipSize", "at least 32 pixels; found 31")]
    [InlineData("squeezenet1_1", 64, 1, "Backbone", "vgg16_bn")]
    [InlineData("resnet18", 64, 0, "Classes", "at least one class")]
    public void Options_that_make_no_network_are_refused(string backbone, int chipSize, int classes, string parameter, string message)
    {
        LearnArgumentException error = Assert.Throws<LearnArgumentException>(
            () => UnetNetwork.Create(new UnetOptions { Backbone = backbone, ChipSize = chipSize, Classes = classes }));

        Assert.Equal(parameter, error.Parameter);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_shuffled_begins_equal_in_the_four_pixels_of_a_square()
    {
        using DisposeScope scope = NewDisposeScope();
        using UnetNetwork network = UnetNetwork.Create(new UnetOptions { Backbone = "resnet18", ChipSize = 32, Classes = 1 });

        Tensor weight = network.state_dict()["layers.8.conv.0.weight"].reshape(96, 4, 96);

        Assert.True(weight.select(1, 0).equal(weight.select(1, 3)).all().item<bool>());
        Assert.False(weight.select(0, 0).equal(weight.select(0, 1)).all().item<bool>());
    }

    private static UnetOptions OptionsOf(JsonElement expected) => new()
    {
        Backbone = expected.GetProperty("backbone").GetString()!,
        ChipSize = expected.GetProperty("chip").GetInt32(),
        Classes = expected.GetProperty("classes").GetInt32(),
        Bands = expected.GetProperty("bands").GetInt32(),
    };
}
