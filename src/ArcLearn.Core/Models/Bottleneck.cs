using ArcLearn.Core.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>
/// 1×1, 3×3 and 1×1 convolutions with a shortcut: <c>[N, input, s, s]</c> in, <c>[N, 4·width, s/stride, s/stride]</c> out.
/// The stride is on the 3×3, as in torchvision.
/// </summary>
internal sealed class Bottleneck : Module<Tensor, Tensor>, IFusible
{
    public const int Expansion = 4;

    private readonly Convolution conv1;          // field names are saved keys
    private readonly BatchNorm bn1;
    private readonly Convolution conv2;
    private readonly BatchNorm bn2;
    private readonly Convolution conv3;
    private readonly BatchNorm bn3;
    private readonly Sequential? downsample;

    public Bottleneck(int input, int width, int stride)
        : base(nameof(Bottleneck))
    {
        conv1 = new Convolution(input, width, new SpatialStep(1, 1, 0), hasBias: false);
        bn1 = new BatchNorm(width);
        conv2 = new Convolution(width, width, new SpatialStep(3, stride, 1), hasBias: false);
        bn2 = new BatchNorm(width);
        conv3 = new Convolution(width, width * Expansion, new SpatialStep(1, 1, 0), hasBias: false);
        bn3 = new BatchNorm(width * Expansion);
        downsample = ResNetBody.Shortcut(input, width * Expansion, stride);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = bn1.call(conv1.call(input)).relu_();
        x = bn2.call(conv2.call(x)).relu_();
        x = bn3.call(conv3.call(x));
        return x.PlusInPlace(downsample?.call(input) ?? input).relu_().MoveToOuterDisposeScope();
    }

    public IFusedLayer Fuse() => new FusedResidual(
        [FusedConvolution.Of(conv1, bn1, relu: true), FusedConvolution.Of(conv2, bn2, relu: true), FusedConvolution.Of(conv3, bn3, relu: false)],
        FusedResidual.ShortcutOf(downsample));
}
