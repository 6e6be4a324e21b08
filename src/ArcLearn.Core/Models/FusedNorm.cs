using ArcLearn.Core.Formats.Onnx;
using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>A batch norm that no convolution stands before, and the ReLU behind it, where there is one.</summary>
internal sealed class FusedNorm : IFusedLayer
{
    private readonly Tensor _mean;
    private readonly Tensor _variance;
    private readonly Tensor _weight;
    private readonly Tensor _bias;
    private readonly bool _relu;

    /// <summary>Copies the running statistics and weights.</summary>
    public FusedNorm(BatchNorm norm, bool relu = true) =>
        (_mean, _variance, _weight, _bias, _relu) = (Copy(norm.RunningMean), Copy(norm.RunningVariance), Copy(norm.Weight), Copy(norm.Bias), relu);

    public Tensor Apply(Tensor input)
    {
        Tensor output = nn.functional.batch_norm(input, _mean, _variance, _weight, _bias, training: false, eps: BatchNorm.Epsilon);
        return _relu ? output.relu_() : output;
    }

    public string AddTo(OnnxGraphBuilder graph, string input)
    {
        string output = graph.Add(
            "BatchNormalization",
            [input, graph.Weight(_weight), graph.Weight(_bias), graph.Weight(_mean), graph.Weight(_variance)],
            OnnxAttribute.Of("epsilon", (float)BatchNorm.Epsilon));
        return _relu ? graph.Add("Relu", [output]) : output;
    }

    public void Dispose()
    {
        _mean.Dispose();
        _variance.Dispose();
        _weight.Dispose();
        _bias.Dispose();
    }

    private static Tensor Copy(Tensor tensor) => tensor.detach().clone().DetachFromDisposeScope();
}
