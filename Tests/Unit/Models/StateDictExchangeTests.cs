using System.Globalization;
using ArcLearn.Core.Formats;
using ArcLearn.Core.Models;
using ArcLearn.Tests.Unit.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace ArcLearn.Tests.Unit.Models;

/// <summary>Weights go to PyTorch and come from there, by arcgis.learn's keys, and mean the same on both sides.</summary>
[Collection(TorchTests.Name)]
public sealed class StateDictExchangeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [PyTorchTheory]
    [InlineData("resnet34", 224, "4,2,1", 2, 3)]
    [InlineData("resnet50", 96, "3", 1, 4)]
    [InlineData("squeezenet1_1", 224, "4,2", 3, 3)]
    public void A_detector_goes_to_PyTorch_and_another_comes_back(string backbone, int chip, string grids, int classes, int bands)
    {
        SsdOptions options = new()
        {
            Backbone = backbone,
            ChipSize = chip,
            Grids = [.. grids.Split(',').Select(grid => int.Parse(grid, CultureInfo.InvariantCulture))],
            Classes = classes,
            Bands = bands,
        };
        string[] network = [backbone, $"{chip}", grids, "9", $"{classes}", $"{bands}"];
        using DisposeScope scope = NewDisposeScope();
        using SsdNetwork ours = SsdNetwork.Create(options, seed: 4);
        StateDicts.Save(ours, _folder.PathOf("ours.pth"));
        AssertAnswers(PyTorch.Run("check_state_dict.py", ["read", _folder.PathOf("ours.pth"), .. network]), ours);

        using SsdNetwork theirs = SsdNetwork.Create(options, seed: 5);
        string answers = PyTorch.Run("check_state_dict.py", ["write", _folder.PathOf("theirs.pth"), .. network]);
        StateDicts.Load(theirs, _folder.PathOf("theirs.pth"));
        AssertAnswers(answers, theirs);
    }

    private static void AssertAnswers(string printed, SsdNetwork network)
    {
        double[] numbers = [.. printed.Split(' ').Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
        using IDisposable noGradient = no_grad();
        network.eval();
        (Tensor scores, Tensor boxes) = network.call(Formula.Image(2, network.Options.Bands, network.Options.ChipSize));
        Assert.Equal(network.state_dict().Count, (int)numbers[0]);
        AssertSums(numbers.AsSpan(1, 2), scores);
        AssertSums(numbers.AsSpan(3, 2), boxes);
    }

    private static void AssertSums(ReadOnlySpan<double> expected, Tensor answers)
    {
        Tensor wide = answers.to(ScalarType.Float64);
        Assert.True(expected[1] > 0);
        Assert.Equal(0, (wide.sum().item<double>() - expected[0]) / expected[1], 1e-4);
        Assert.Equal(1, wide.abs().sum().item<double>() / expected[1], 1e-4);
    }
}
