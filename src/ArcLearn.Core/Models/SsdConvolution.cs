using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>Convolution, ReLU, batch norm, dropout, in this order: <c>[N, input, s, s]</c> in, <c>[N, output, t, t]</c> out.</summary>
internal sealed class SsdConvolution : Module<Tensor, Tensor>
{
    private readonly Convolution conv;           // field names are saved keys
    private readonly BatchNorm2d bn;
    private readonly Dropout drop;

    public SsdConvolution(int input, int output, SpatialStep step, double dropout)
        : base(nameof(SsdConvolution))
    {
        conv = new Convolution(input, output, step);
        bn = BatchNorm2d(output);
        drop = nn.Dropout(dropout);
        RegisterComponents();
    }

    public Convolution Convolution => conv;

    public BatchNorm2d Norm => bn;

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return drop.call(bn.call(conv.call(input).relu_())).MoveToOuterDisposeScope();
    }
}
