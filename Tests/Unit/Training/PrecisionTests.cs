using ArcLearn.Core.Data;
using ArcLearn.Core.Models;
using ArcLearn.Core.Runtime;
using ArcLearn.Core.Training;
using ArcLearn.Tests.Unit.Data;
using ArcLearn.Tests.Unit.TestSupport;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ArcLearn.Tests.Unit.Training;

[Collection(TorchTests.Name)]
public sealed class PrecisionTests
{
    [Fact]
    public void Native_and_rounded_arithmetic_agree()
    {
        using DisposeScope scope = NewDisposeScope();
        random.manual_seed(1);
        Tensor input = randn(2, 8, 9, 9);
        Tensor weight = randn(4, 8, 3, 3);
        Tensor Convolve(bool isNative)
        {
            ConvolutionArithmetic arithmetic = new(IsRounded: true, isNative);
            return arithmetic.Convolve(input, arithmetic.Round(weight), null, [1, 1], [1, 1]);
        }

        Tensor native = Convolve(isNative: true);
        Tensor rounded = Convolve(isNative: false);

        // One unit in the last of eight places, where the order of a sum tips the rounding.
        Assert.Equal(ScalarType.BFloat16, native.dtype);
        Assert.Equal(ScalarType.BFloat16, rounded.dtype);
        Assert.True((native - rounded).abs().max().Number() <= native.abs().max().Number() / 128);
    }

    [Fact]
    public void BFloat16_is_near_Float32_and_not_equal_to_it()
    {
        SquaresData data = new();
        using SsdEngine model = Squares.Detector(data);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using Tensor image = tensor(data.ValidationBatches(CancellationToken.None).First().Images, [8, 3, 64, 64]);
        Tensor full = model.Network.call(image).Scores;
        Tensor half;
        using (model.Network.Use(LearnPrecision.BFloat16))
        {
            half = model.Network.call(image).Scores;
        }

        using PreparedSsd prepared = model.Network.Prepare(LearnPrecision.BFloat16);
        Tensor fused = prepared.Forward(image).Scores;

        Assert.Equal(ScalarType.Float32, half.dtype);
        Assert.InRange((half - full).abs().max().item<float>(), 1e-5f, 0.1f);
        Assert.InRange((fused - full).abs().max().item<float>(), 1e-5f, 0.1f);
        Assert.True(model.Network.call(image).Scores.equal(full).all().item<bool>());
        Assert.Equal(ScalarType.Float32, fused.dtype);
    }

    [Fact]
    public void Training_in_BFloat16_learns_and_keeps_its_weights_in_32_bits()
    {
        using SsdEngine model = Squares.Detector(new SquaresData(training: 32, validation: 8));

        List<EpochResult> epochs = [.. Trainer.Fit(
            model, new() { Epochs = 6, LearningRate = new(1e-3), NoCheckpoint = true, Precision = LearnPrecision.BFloat16 }, null, CancellationToken.None)];

        Assert.True(epochs[^1].ValidLoss < 0.7 * epochs[0].ValidLoss, $"{epochs[0].ValidLoss} → {epochs[^1].ValidLoss}");
        Assert.All(epochs, epoch => Assert.Equal(LearnPrecision.BFloat16, epoch.Precision));
        Assert.All(model.Network.parameters(), parameter => Assert.Equal(ScalarType.Float32, parameter.dtype));
        Parameter weight = model.Network.Head.Outputs[0].Score.Weight;
        Assert.False(weight.to(ScalarType.BFloat16).to(ScalarType.Float32).equal(weight).all().item<bool>());
    }

    [Theory]
    [InlineData(LearnPrecision.Float32)]
    [InlineData(LearnPrecision.BFloat16)]
    public void Equal_seeds_give_equal_bits_for_any_number_of_loader_threads(LearnPrecision precision)
    {
        using ChipFolder folder = new();
        for (int i = 0; i < 12; i++)
        {
            folder.Add(ChipFolder.Object(1, 10 + i, 12, 40 + i, 44) + ChipFolder.Object(2, 2, 40, 20, 60), 64, 64);
        }

        folder.Finish();

        float[] Trained(int workers, int seed)
        {
            DetectionData data = (DetectionData)DataBunchBuilder.Build(folder.Options() with { ChipSize = 64, BatchSize = 4, Workers = workers });
            using SsdEngine model = SsdEngine.Create(
                new LearnDataBunch(data),
                new SsdOptions { Backbone = "resnet18", ChipSize = 64, Classes = 2, Grids = [2] },
                backboneWeights: null, pretrainedPath: null, LearnDevice.Cpu, seed);
            _ = Trainer.Fit(model, new() { Epochs = 2, NoCheckpoint = true, Precision = precision }, null, CancellationToken.None).Count();
            return Squares.Weights(model);
        }

        float[] first = Trained(workers: 1, seed: 3);

        Assert.Equal(first, Trained(workers: 5, seed: 3));
        Assert.NotEqual(first, Trained(workers: 1, seed: 4));
    }
}
