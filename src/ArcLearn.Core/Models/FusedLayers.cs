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

    public void Dispose()
    {
    }
}
