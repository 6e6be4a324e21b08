using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>
/// A convolution with equal sides, in groups of channels where asked: <c>[N, input, s, s]</c> in, <c>[N, output, t, t]</c> out. Its weights are 32-bit numbers whatever it computes in:
/// in bfloat16 they are cast in every call, as torch's autocast does, so that an optimiser's small steps are not lost.
/// </summary>
internal sealed class Convolution : Module<Tensor, Tensor>
{
    private readonly Parameter weight;              // field names are saved keys
    private readonly Parameter? bias;
    private readonly long[] _stride;
    private readonly long[] _padding;

    public Convolution(int input, int output, SpatialStep step, bool hasBias = true, int groups = 1)
        : base(nameof(Convolution))
    {
        weight = Parameter(zeros(output, input / groups, step.Kernel, step.Kernel));
        bias = hasBias ? Parameter(zeros(output)) : null;

        // They live as long as the layer, whatever scope it is made in.
        _ = weight.DetachFromDisposeScope();
        _ = bias?.DetachFromDisposeScope();
        Groups = groups;
        (_stride, _padding) = ([step.Stride, step.Stride], [step.Padding, step.Padding]);
        RegisterComponents();
    }

    public Parameter Weight => weight;

    public Parameter? Bias => bias;

    /// <summary>Parts of the channels that do not see each other.</summary>
    public int Groups { get; }

    public ReadOnlySpan<long> Stride => _stride;

    public ReadOnlySpan<long> Padding => _padding;

    /// <summary>What <see cref="forward"/> computes in, until it is set anew.</summary>
    public ConvolutionArithmetic Arithmetic { get; set; }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor? shift = bias is null ? null : Arithmetic.Round(bias);
        return Arithmetic.Convolve(input, Arithmetic.Round(weight), shift, _stride, _padding, Groups).MoveToOuterDisposeScope();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            weight.Dispose();
            bias?.Dispose();
        }

        base.Dispose(disposing);
    }
}
