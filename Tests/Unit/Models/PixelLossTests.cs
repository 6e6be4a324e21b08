using System.Text.Json;
using ArcLearn.Core.Data;
using ArcLearn.Core.Models;
using ArcLearn.Core.Runtime;
using ArcLearn.Tests.Unit.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace ArcLearn.Tests.Unit.Models;

[Collection(TorchTests.Name)]
public sealed class PixelLossTests
{
    /// <summary>As Tests/Parity/unet.py makes them.</summary>
    internal static int[] Labels(int count, int classes, int side)
    {
        int[] labels = new int[count * side * side];
        for (int i = 0; i < labels.Length; i++)
        {
            (int chip, int row, int column) = (i / (side * side), i / side % side, i % side);
            int value = ((row / 5) + (column / 7) + chip) % (classes + 2);
            labels[i] = value > classes ? PixelBatch.Ignored : value;
        }

        return labels;
    }

    internal static PixelLossOptions OptionsOf(JsonElement options) => new()
    {
        IsBackgroundIgnored = options.TryGetProperty("ignore_background", out _),
        ClassWeights = options.TryGetProperty("weights", out JsonElement weights) ? weights.Deserialize<double[]>() : null,
        FocalLoss = options.TryGetProperty("focal", out _),
        DiceFraction = options.TryGetProperty("dice", out JsonElement dice) ? dice.GetDouble() : 0,
        DiceAverage = options.TryGetProperty("macro", out _) ? DiceAverage.Macro : DiceAverage.Micro,
    };

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void Loss_and_gradient_equal_PyTorchs(int index)
    {
        using DisposeScope scope = NewDisposeScope();
        JsonElement all = Expected.Read("pixel_losses.json");
        (int classes, int side) = (all.GetProperty("classes").GetInt32(), all.GetProperty("side").GetInt32());
        JsonElement expected = all.GetProperty("losses")[index];
        Tensor scores = (tensor(Formula.Noise(2L * (classes + 1) * side * side, 21), [2, classes + 1, side, side]).Times(3)).requires_grad_();
        using PixelLoss loss = new(OptionsOf(expected.GetProperty("options")));

        Tensor total = loss.Compute(scores, Labels(2, classes, side), out double weight);
        total.backward();

        Assert.True(weight > 0);
        Assert.Equal(1, total.item<float>() / expected.GetProperty("total").GetDouble(), 1e-4);
        expected.Sample("gradient").AssertEqual(scores.grad!, "gradient");
    }

    /// <summary>A chip of which nobody labelled a pixel has nothing to teach, and no NaN to spoil a training with.</summary>
    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(0.5, true)]
    public void A_batch_without_labels_has_a_loss_and_gradients_of_zero(double dice, bool focal)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor scores = Formula.Image(1, 3, 4).requires_grad_();
        using PixelLoss loss = new(new PixelLossOptions { IsBackgroundIgnored = true, DiceFraction = dice, FocalLoss = focal });

        Tensor total = loss.Compute(scores, [.. Enumerable.Repeat(0, 8), .. Enumerable.Repeat(PixelBatch.Ignored, 8)], out double weight);
        total.backward();

        Assert.Equal((0, 0f), (weight, total.item<float>()));
        Assert.Equal(0f, scores.grad!.abs().sum().item<float>());
    }

    [Fact]
    public void Pixels_of_ignored_classes_count_for_nothing()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor scores = Formula.Image(1, 3, 2);
        using PixelLoss all = new(new PixelLossOptions());
        using PixelLoss some = new(new PixelLossOptions { IgnoredClasses = [2] });

        Tensor expected = all.Compute(scores, [1, PixelBatch.Ignored, 0, PixelBatch.Ignored], out _);
        Assert.Equal(expected.item<float>(), some.Compute(scores, [1, 2, 0, 2], out double weight).item<float>());
        Assert.Equal(2, weight);
        Assert.False(some.Counts([2, 2, PixelBatch.Ignored]));
        Assert.True(some.Counts([2, 0]));
    }

    [Fact]
    public void Ignored_pixels_leave_no_trace_whatever_their_scores()
    {
        using DisposeScope scope = NewDisposeScope();
        int[] labels = [1, 2, 0, PixelBatch.Ignored];
        using PixelLoss loss = new(new PixelLossOptions { IsBackgroundIgnored = true });
        Tensor scores = Formula.Image(1, 3, 2);
        Tensor other = scores.clone();
        other[.., .., 1, ..] = tensor(7f);

        Assert.Equal(loss.Compute(scores, labels, out _).item<float>(), loss.Compute(other, labels, out double weight).item<float>());
        Assert.Equal(2, weight);
    }
}
