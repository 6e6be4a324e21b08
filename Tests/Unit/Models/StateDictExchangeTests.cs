using System.Globalization;
using ArcLearn.Core.Formats;
using ArcLearn.Core.Models;
using ArcLearn.Core.Runtime;
using ArcLearn.Tests.Unit.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace ArcLearn.Tests.Unit.Models;

/// <summary>Trained weights go to PyTorch and others come from there, by arcgis.learn's keys, and mean the same on both sides.</summary>
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
        Exchange(seed => SsdNetwork.Create(options, seed), Answers, Formula.Image(2, bands, chip), ".pth", "detector", backbone, $"{chip}", $"{bands}", $"{classes}", grids, "9");

        static Tensor[] Answers(SsdNetwork network, Tensor image)
        {
            (Tensor scores, Tensor boxes) = network.call(image);
            return [scores, boxes];
        }
    }

    [PyTorchTheory]
    [InlineData("resnet18", 64, 2, 4, ".pth")]
    [InlineData("vgg11_bn", 64, 3, 3, ".safetensors")]
    public void A_unet_goes_to_PyTorch_and_another_comes_back(string backbone, int chip, int classes, int bands, string ending)
    {
        UnetOptions options = new() { Backbone = backbone, ChipSize = chip, Classes = classes, Bands = bands };
        Exchange(seed => UnetNetwork.Create(options, seed), (network, image) => [network.call(image)], Formula.Image(2, bands, chip), ending, "unet", backbone, $"{chip}", $"{bands}", $"{classes}");
    }

    [PyTorchTheory]
    [InlineData("resnet34", 96, 4, 3, ".pth")]
    [InlineData("mobilenet_v2", 96, 3, 5, ".safetensors")]
    public void A_classifier_goes_to_PyTorch_and_another_comes_back(string backbone, int chip, int classes, int bands, string ending)
    {
        ClassifierOptions options = new() { Backbone = backbone, ChipSize = chip, Classes = classes, Bands = bands };
        Exchange(seed => ClassifierNetwork.Create(options, seed), (network, image) => [network.call(image)], Formula.Image(2, bands, chip), ending, "classifier", backbone, $"{chip}", $"{bands}", $"{classes}");
    }

    private void Exchange<T>(Func<int, T> create, Func<T, Tensor, Tensor[]> answer, Tensor image, string ending, params string[] network)
        where T : nn.Module
    {
        using DisposeScope scope = NewDisposeScope();
        string to = _folder.PathOf("ours" + ending);
        string from = _folder.PathOf("theirs" + ending);
        using T ours = create(4);
        Learn(ours, answer(ours, image));
        if (ending == ".safetensors")
        {
            SafetensorsWriter.Write(to, StateDicts.Capture(ours));
        }
        else
        {
            StateDicts.Save(ours, to);
        }

        AssertAnswers(PyTorch.Run("check_state_dict.py", ["read", to, .. network]), ours, () => answer(ours, image));

        using T theirs = create(5);
        string printed = PyTorch.Run("check_state_dict.py", ["write", from, .. network]);
        StateDicts.Load(theirs, from);
        AssertAnswers(printed, theirs, () => answer(theirs, image));
    }

    /// <summary>One step of training, after which no weight and no statistic has the value that it begins with.</summary>
    private static void Learn(nn.Module network, Tensor[] answers)
    {
        answers.Select(part => (part * part).mean()).Aggregate((sum, part) => sum.Plus(part)).backward();

        using IDisposable noGradient = no_grad();
        foreach ((string _, TorchSharp.Modules.Parameter parameter) in network.named_parameters())
        {
            if (parameter.grad is Tensor gradient)
            {
                parameter.copy_(parameter.Plus(gradient.Times(-1e-5)));
            }
        }
    }

    private static void AssertAnswers(string printed, nn.Module network, Func<Tensor[]> answer)
    {
        double[] numbers = [.. printed.Split(' ').Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
        using IDisposable noGradient = no_grad();
        network.eval();
        Tensor[] answers = answer();
        Assert.Equal(network.state_dict().Count, (int)numbers[0]);
        Assert.Equal(1 + (2 * answers.Length), numbers.Length);
        for (int i = 0; i < answers.Length; i++)
        {
            Tensor wide = answers[i].to(ScalarType.Float64);
            (double sum, double size) = (wide.sum().item<double>(), wide.abs().sum().item<double>());
            (double expected, double expectedSize) = (numbers[1 + (2 * i)], numbers[2 + (2 * i)]);
            Assert.True(
                expectedSize > 0 && Math.Abs(sum - expected) < 1e-4 * expectedSize && Math.Abs(size - expectedSize) < 1e-4 * expectedSize,
                $"output {i} sums up to {sum} and {size} here, to {expected} and {expectedSize} in PyTorch");
        }
    }
}
