using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>
/// A map of twice the side: <c>[N, input, s, s]</c> in, <c>[N, output, 2s, 2s]</c> out. A 1×1 convolution makes four channels of each, ReLU, and these
/// become the four pixels of a square (Shi et al. 2016).
/// </summary>
internal sealed class UnetShuffle : Module<Tensor, Tensor>
{
    public const int Factor = 2;

    private readonly UnetConvolution conv;          // field names are saved keys

    public UnetShuffle(int input, int output)
        : base(nameof(UnetShuffle))
    {
        conv = new UnetConvolution(input, output * Factor * Factor, kernel: 1);
        RegisterComponents();
    }

    public UnetConvolution Convolution => conv;

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return functional.pixel_shuffle(conv.call(input), Factor).MoveToOuterDisposeScope();
    }
}
