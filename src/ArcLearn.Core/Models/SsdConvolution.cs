using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>
/// Convolution, ReLU, batch norm, dropout, in this order: <c>[N, input, s, s]</c> in, <c>[N, output, t, t]</c> out. Where the step asks for it,
/// the input is first brought to the grid's side (nearest neighbour).
/// </summary>
internal sealed class SsdConvolution : Module<Tensor, Tensor>
{
    private readonly Convolution conv;           // field names are saved keys
    private readonly BatchNorm bn;
    private readonly Dropout drop;

    public SsdConvolution(int input, int output, GridStep step, double dropout)
        : base(nameof(SsdConvolution))
    {
        Resized = step.Resized;
        conv = new Convolution(input, output, step.Convolution);
        bn = new BatchNorm(output);
        drop = nn.Dropout(dropout);
        RegisterComponents();
    }

    public Convolution Convolution => conv;

    /// <summary>The side that the input is brought to; null where it is taken as it is.</summary>
    public int? Resized { get; }

    public BatchNorm Norm => bn;

    /// <summary>A map brought to a side; the map itself where none is asked for.</summary>
    internal static Tensor Resize(Tensor map, int? side) =>
        side is int size ? functional.interpolate(map, size: [size, size], mode: InterpolationMode.Nearest) : map;

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return drop.call(bn.call(conv.call(Resize(input, Resized)).relu_())).MoveToOuterDisposeScope();
    }
}
