using ArcLearn.Core.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>Two 3×3 convolutions with a shortcut: <c>[N, input, s, s]</c> in, <c>[N, width, s/stride, s/stride]</c> out.</summary>
internal sealed class BasicBlock : Module<Tensor, Tensor>, IFusible
{
    private readonly Convolution conv1;          // field names are saved keys
    private readonly BatchNorm bn1;
    private readonly Convolution conv2;
    private readonly BatchNorm bn2;
    private readonly Sequential? downsample;

    public BasicBlock(int input, int width, int stride)
        : base(nameof(BasicBlock))
    {
        conv1 = new Convolution(input, width, new SpatialStep(3, stride, 1), hasBias: false);
        bn1 = new BatchNorm(width);
        conv2 = new Convolution(width, width, new SpatialStep(3, 1, 1), hasBias: false);
        bn2 = new BatchNorm(width);
        downsample = ResNetBody.Shortcut(input, width, stride);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = bn1.call(conv1.call(input)).relu_();
        x = bn2.call(conv2.call(x));
        return x.PlusInPlace(downsample?.call(input) ?? input).relu_().MoveToOuterDisposeScope();
    }

    public IFusedLayer Fuse() => new FusedResidual(
        [FusedConvolution.Of(conv1, bn1, relu: true), FusedConvolution.Of(conv2, bn2, relu: false)], FusedResidual.ShortcutOf(downsample));
}
