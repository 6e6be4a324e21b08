using System.Text.Json;
using ArcLearn.Core.Data;
using ArcLearn.Core.Models;
using ArcLearn.Core.Training;
using ArcLearn.Tests.Unit.TestSupport;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ArcLearn.Tests.Unit.Models;

/// <summary>In 64 bits rounding is out of the way: what differs from PyTorch here is computed differently.</summary>
[Collection(TorchTests.Name)]
public sealed class DoublePrecisionTests
{
    private static BoxLabel[][] Labels => [.. SsdLossTests.Labels.Take(3)];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Gradients_of_every_parameter_equal_PyTorchs(int index)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement expected = Expected.Read("gradients.json")[index];
        JsonElement factor = expected.GetProperty("factor");
        SsdOptions options = new()
        {
            Backbone = expected.GetProperty("backbone").GetString()!,
            ChipSize = expected.GetProperty("chip").GetInt32(),
            Grids = expected.GetProperty("grids").Deserialize<int[]>()!,
            Classes = 2,
            Dropout = 0,
            Version = expected.GetProperty("version").GetInt32(),
            FocalLoss = expected.GetProperty("focal").GetBoolean(),
            LocationLossFactor = factor.ValueKind == JsonValueKind.Null ? null : factor.GetDouble(),
        };
        using SsdNetwork network = Detector(options);
        using SsdLoss loss = new(options);

        (Tensor total, Tensor location, Tensor entropy) = loss.Compute(network.call(Formula.Image(3, 3, options.ChipSize).to(ScalarType.Float64)), Labels);
        total.backward();

        Assert.Equal(ScalarType.Float64, total.dtype);
        Assert.Equal(1, total.item<double>() / expected.GetProperty("total").GetDouble(), 1e-6);
        Assert.Equal(1, location.item<double>() / expected.GetProperty("location").GetDouble(), 1e-6);
        Assert.Equal(1, entropy.item<double>() / expected.GetProperty("class").GetDouble(), 1e-6);
        Dictionary<string, double[]> gradients = expected.GetProperty("gradients").Deserialize<Dictionary<string, double[]>>()!;
        Dictionary<string, Parameter> parameters = network.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter);
        Assert.Equal(gradients.Keys.Order(StringComparer.Ordinal), parameters.Keys.Order(StringComparer.Ordinal));
        foreach ((string key, double[] sketch) in gradients)
        {
            Sketch.AssertEqual(sketch, parameters[key].grad!, key, 1e-6);
        }
    }

    [Fact]
    public void Ten_steps_of_the_one_cycle_schedule_equal_PyTorchs()
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement expected = Expected.Read("ten_steps.json");
        double[] losses = expected.GetProperty("losses").Deserialize<double[]>()!;
        SsdOptions options = new() { Backbone = "resnet18", ChipSize = 64, Grids = [2], Classes = 2, Dropout = 0 };
        using SsdNetwork network = Detector(options);
        using SsdLoss loss = new(options);
        using AdamOptimizer optimizer = new(network.LayerGroups);
        TrainingSchedule schedule = TrainingSchedule.Create(LearningRateSchedule.OneCycle, losses.Length);
        double[] rates = LearningRate.Default.ForGroups(network.LayerGroups.Count);

        for (int i = 0; i < losses.Length; i++)
        {
            (double factor, double momentum) = schedule.At(i);
            Tensor image = Formula.Image(3, 3, 64, seed: 50 + i).to(ScalarType.Float64);
            double found = optimizer.Learn(
                new TrainingStep(3, () => loss.Compute(network.call(image), Labels).Total), [.. rates.Select(rate => rate * factor)], momentum);
            Assert.True(Math.Abs((found / losses[i]) - 1) <= 1e-5, $"step {i}: {found:R} where PyTorch has {losses[i]:R}");
        }

        Dictionary<string, Tensor> state = network.state_dict();
        foreach ((string key, double[] sketch) in expected.GetProperty("state").Deserialize<Dictionary<string, double[]>>()!)
        {
            Sketch.AssertEqual(sketch, state[key], key, 1e-5);
        }
    }

    private static SsdNetwork Detector(SsdOptions options)
    {
        SsdNetwork network = SsdNetwork.Create(options);
        Formula.Fill(network);
        network.to(ScalarType.Float64);
        network.train();
        return network;
    }
}
