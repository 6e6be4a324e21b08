using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>SqueezeNet's block: few channels, then 1×1 and 3×3 convolutions of them side by side: <c>[N, input, s, s]</c> in, <c>[N, 2·expand, s, s]</c> out.</summary>
internal sealed class Fire : Module<Tensor, Tensor>, IFusible
{
    private readonly Convolution squeeze;        // field names are saved keys
    private readonly Convolution expand1x1;
    private readonly Convolution expand3x3;

    public Fire(int input, int narrow, int expand)
        : base(nameof(Fire))
    {
        squeeze = new Convolution(input, narrow, new SpatialStep(1, 1, 0));
        expand1x1 = new Convolution(narrow, expand, new SpatialStep(1, 1, 0));
        expand3x3 = new Convolution(narrow, expand, new SpatialStep(3, 1, 1));
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = squeeze.call(input).relu_();
        return cat([expand1x1.call(x), expand3x3.call(x)], dim: 1).relu_().MoveToOuterDisposeScope();
    }

    public IFusedLayer Fuse() => new FusedFire(
        FusedConvolution.Of(squeeze, null, relu: true), FusedConvolution.Of(expand1x1, null, relu: true), FusedConvolution.Of(expand3x3, null, relu: true));
}
