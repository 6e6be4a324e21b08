using ArcLearn.Core.Formats.Onnx;
using ArcLearn.Core.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>A residual block: the branch's layers, the shortcut's (or the input itself), their sum, ReLU.</summary>
internal sealed class FusedResidual(IReadOnlyList<FusedConvolution> branch, FusedConvolution? shortcut) : IFusedLayer
{
    public static FusedConvolution? ShortcutOf(Sequential? downsample) => downsample is null
        ? null
        : FusedConvolution.Of((Convolution)downsample[0], (BatchNorm)downsample[1], relu: false);

    public Tensor Apply(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = input;
        foreach (FusedConvolution layer in branch)
        {
            x = layer.Apply(x);
        }

        return x.PlusInPlace(shortcut?.Apply(input) ?? input).relu_().MoveToOuterDisposeScope();
    }

    public string AddTo(OnnxGraphBuilder graph, string input)
    {
        string x = branch.Aggregate(input, (value, layer) => layer.AddTo(graph, value));
        return graph.Add("Relu", [graph.Add("Add", [x, shortcut?.AddTo(graph, input) ?? input])]);
    }

    public void Dispose()
    {
        foreach (FusedConvolution layer in branch)
        {
            layer.Dispose();
        }

        shortcut?.Dispose();
    }
}

/// <summary>SqueezeNet's fire.</summary>
internal sealed class FusedFire(FusedConvolution squeeze, FusedConvolution expand1x1, FusedConvolution expand3x3) : IFusedLayer
{
    public Tensor Apply(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = squeeze.Apply(input);
        return cat([expand1x1.Apply(x), expand3x3.Apply(x)], dim: 1).MoveToOuterDisposeScope();
    }

    public string AddTo(OnnxGraphBuilder graph, string input)
    {
        string x = squeeze.AddTo(graph, input);
        return graph.Concat([expand1x1.AddTo(graph, x), expand3x3.AddTo(graph, x)]);
    }

    public void Dispose()
    {
        squeeze.Dispose();
        expand1x1.Dispose();
        expand3x3.Dispose();
    }
}

/// <summary>A pool.</summary>
internal sealed class FusedMaxPool(SpatialStep step) : IFusedLayer
{
    public Tensor Apply(Tensor input) => nn.functional.max_pool2d(
        input, step.Kernel, step.Stride, step.Padding, dilation: 1, ceil_mode: step.Ceiling);

    public string AddTo(OnnxGraphBuilder graph, string input) => graph.Add(
        "MaxPool",
        [input],
        OnnxAttribute.Of("kernel_shape", step.Kernel, step.Kernel),
        OnnxAttribute.Of("strides", step.Stride, step.Stride),
        OnnxAttribute.Of("pads", step.Padding, step.Padding, step.Padding, step.Padding),
        OnnxAttribute.Of("ceil_mode", step.Ceiling ? 1 : 0));

    public void Dispose()
    {
    }
}

/// <summary>A pool of means over squares that do not overlap.</summary>
internal sealed class FusedMeanPool(int side) : IFusedLayer
{
    public Tensor Apply(Tensor input) => nn.functional.avg_pool2d(input, [side, side], [side, side]);

    public string AddTo(OnnxGraphBuilder graph, string input) =>
        graph.Add("AveragePool", [input], OnnxAttribute.Of("kernel_shape", side, side), OnnxAttribute.Of("strides", side, side));

    public void Dispose()
    {
    }
}
