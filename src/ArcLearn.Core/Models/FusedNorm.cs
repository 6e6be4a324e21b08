using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>A batch norm that no convolution stands before, and the ReLU behind it.</summary>
internal sealed class FusedNorm : IFusedLayer
{
    private readonly Tensor _mean;
    private readonly Tensor _variance;
    private readonly Tensor _weight;
    private readonly Tensor _bias;

    /// <summary>Copies the running statistics and weights.</summary>
    public FusedNorm(BatchNorm norm) =>
        (_mean, _variance, _weight, _bias) = (Copy(norm.RunningMean), Copy(norm.RunningVariance), Copy(norm.Weight), Copy(norm.Bias));

    public Tensor Apply(Tensor input) => nn.functional.batch_norm(input, _mean, _variance, _weight, _bias, training: false, eps: BatchNorm.Epsilon).relu_();

    public void Dispose()
    {
        _mean.Dispose();
        _variance.Dispose();
        _weight.Dispose();
        _bias.Dispose();
    }

    private static Tensor Copy(Tensor tensor) => tensor.detach().clone().DetachFromDisposeScope();
}
