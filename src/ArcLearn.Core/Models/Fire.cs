using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>SqueezeNet's block: few channels, then 1×1 and 3×3 convolutions of them side by side: <c>[N, input, s, s]</c> in, <c>[N, 2·expand, s, s]</c> out.</summary>
internal sealed class Fire : Module<Tensor, Tensor>, IFusible
{
    private readonly Conv2d squeeze;        // field names are saved keys
    private readonly Conv2d expand1x1;
    private readonly Conv2d expand3x3;

    public Fire(int input, int narrow, int expand)
        : base(nameof(Fire))
    {
        squeeze = Conv2d(input, narrow, kernel_size: 1);
        expand1x1 = Conv2d(narrow, expand, kernel_size: 1);
        expand3x3 = Conv2d(narrow, expand, kernel_size: 3, padding: 1L);
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
