using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>A convolution with bias that keeps the map's side, and the ReLU behind it where there is one: <c>[N, input, s, s]</c> in, <c>[N, output, s, s]</c> out.</summary>
internal sealed class UnetConvolution : Module<Tensor, Tensor>, IFusible
{
    // Not a field of its own: as a part of another module it would be registered a second time, under the field's name.
    private readonly Convolution[] _convolution;
    private readonly bool _relu;

    /// <param name="kernel">Side of the kernel, odd.</param>
    public UnetConvolution(int input, int output, int kernel = 3, bool relu = true)
        : base(nameof(UnetConvolution))
    {
        _relu = relu;
        _convolution = [new Convolution(input, output, new SpatialStep(kernel, 1, kernel / 2))];
        register_module("0", Convolution);
    }

    public Convolution Convolution => _convolution[0];

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = Convolution.call(input);
        return (_relu ? x.relu_() : x).MoveToOuterDisposeScope();
    }

    public IFusedLayer Fuse() => FusedConvolution.Of(Convolution, norm: null, _relu);
}
