using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>A batch norm that no convolution stands before, and the ReLU behind it.</summary>
internal sealed class FusedNorm : IFusedLayer
{
    private readonly Tensor _mean;
    private readonly Tensor _variance;
    private readonly Tensor _weight;
    private readonly Tensor _bias;
    private readonly double _epsilon;

    /// <summary>Copies the running statistics and weights.</summary>
    public FusedNorm(BatchNorm2d norm)
    {
        if (norm is not { running_mean: { } mean, running_var: { } variance, weight: { } weight, bias: { } bias })
        {
            throw new NotSupportedException("A batch norm without running statistics or weights has no form for inference.");
        }

        (_mean, _variance, _weight, _bias, _epsilon) = (Copy(mean), Copy(variance), Copy(weight), Copy(bias), norm.eps);
    }

    public Tensor Apply(Tensor input) => nn.functional.batch_norm(input, _mean, _variance, _weight, _bias, training: false, eps: _epsilon).relu_();

    public void Dispose()
    {
        _mean.Dispose();
        _variance.Dispose();
        _weight.Dispose();
        _bias.Dispose();
    }

    private static Tensor Copy(Tensor tensor) => tensor.detach().clone().DetachFromDisposeScope();
}
