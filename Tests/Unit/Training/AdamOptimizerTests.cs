using ArcLearn.Core.Runtime;
using ArcLearn.Core.Training;
using ArcLearn.Tests.Unit.TestSupport;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ArcLearn.Tests.Unit.Training;

[Collection(TorchTests.Name)]
public class AdamOptimizerTests
{
    [Fact]
    public void A_step_decays_the_weight_and_moves_it_by_the_rate()
    {
        // The first step of Adam is the rate itself, whatever the gradient: m/(1−b1) is g, the root of s/(1−b2) is |g|.
        using Parameter weight = nn.Parameter(tensor([2f, -4f]));
        using AdamOptimizer optimizer = new([[weight]], weightDecay: 0.01);
        (weight * tensor([3f, -0.5f])).sum().backward();

        optimizer.Step([0.1], 0.9);

        float[] expected = [(2f * 0.999f) - 0.1f, (-4f * 0.999f) + 0.1f];
        Assert.Equal(expected, weight.data<float>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Steps_equal_those_of_torchs_own_AdamW()
    {
        random.manual_seed(3);
        using Tensor start = randn(37, 5, 3, 3);
        using Parameter ours = nn.Parameter(start.clone());
        using Parameter theirs = nn.Parameter(start.clone());
        using AdamOptimizer optimizer = new([[ours]], weightDecay: 0.02);
        using optim.Optimizer judge = optim.AdamW([theirs], lr: 0.01, beta1: 0.9, beta2: 0.99, eps: 1e-8, weight_decay: 0.02);
        for (int i = 0; i < 10; i++)
        {
            using Tensor target = randn(37, 5, 3, 3);
            optimizer.ZeroGrad();
            (ours - target).pow(2).sum().backward();
            optimizer.Step([0.01], 0.9);
            judge.zero_grad();
            (theirs - target).pow(2).sum().backward();
            judge.step();
        }

        Assert.True((ours - theirs).abs().max().item<float>() < 1e-5f);
        Assert.True((ours - start).abs().max().item<float>() > 0.01f);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_pass_over_memory_equals_the_tensor_operations(bool channelsLast)
    {
        random.manual_seed(5);
        Tensor[] first = [.. Enumerable.Range(0, 4).Select(_ => Layout(rand(67, 31, 7, 5), channelsLast))];
        Tensor[] second = [.. first.Select(t => Layout(t.clone(), channelsLast))];
        AdamStep step = new(0.99f, 0.9f, 0.99f, 0.01f, 0.5f, 1e-8f);

        Assert.True(step.TryApplyInMemory(first[0], first[1], first[2], first[3]));
        step.Apply(second[0], second[1], second[2], second[3]);

        for (int i = 0; i < 4; i++)
        {
            Assert.True((first[i] - second[i]).abs().max().item<float>() < 1e-6f, $"tensor {i}");
        }
    }

    [Fact]
    public void Tensors_that_are_laid_out_differently_are_left_to_the_tensor_operations()
    {
        Tensor weight = Layout(rand(4, 3, 2, 2), channelsLast: true);
        Tensor gradient = rand(4, 3, 2, 2);

        Assert.False(new AdamStep(1, 0.9f, 0.99f, 0.01f, 1, 1e-8f).TryApplyInMemory(weight, gradient, zeros_like(weight), zeros_like(weight)));
    }

    [Fact]
    public void Frozen_weights_and_those_without_a_gradient_stay()
    {
        using Parameter frozen = nn.Parameter(ones(3), requires_grad: false);
        using Parameter unused = nn.Parameter(ones(3));
        using Parameter used = nn.Parameter(ones(3));
        using AdamOptimizer optimizer = new([[frozen], [unused, used]], weightDecay: 0.5);
        (used * frozen).sum().backward();

        optimizer.Step([1.0, 0.1], 0.9);

        Assert.Equal([1f, 1f, 1f], frozen.data<float>().ToArray());
        Assert.Equal([1f, 1f, 1f], unused.data<float>().ToArray());
        Assert.All(used.data<float>().ToArray(), v => Assert.Equal(0.85f, v, 5));
    }

    [Fact]
    public void Each_group_moves_at_its_own_rate()
    {
        using Parameter slow = nn.Parameter(zeros(1));
        using Parameter fast = nn.Parameter(zeros(1));
        using AdamOptimizer optimizer = new([[slow], [fast]]);
        slow.Plus(fast).sum().backward();

        optimizer.Step([0.001, 0.1], 0.9);

        Assert.Equal(-0.001f, slow.item<float>(), 6);
        Assert.Equal(-0.1f, fast.item<float>(), 6);
    }

    private static Tensor Layout(Tensor tensor, bool channelsLast) =>
        channelsLast ? tensor.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : tensor;
}
