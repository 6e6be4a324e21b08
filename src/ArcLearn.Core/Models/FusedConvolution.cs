using ArcLearn.Core.Formats.Onnx;
using ArcLearn.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>A convolution with its bias, the batch norm behind it folded in, and the ReLU behind that, capped at 6 where asked.</summary>
internal sealed class FusedConvolution : IFusedLayer
{
    // ReLU6's.
    private const float Cap = 6;

    private readonly Tensor _weight;
    private readonly Tensor _bias;
    private readonly long[] _stride;
    private readonly long[] _padding;
    private readonly long _groups;
    private readonly bool _relu;
    private readonly bool _isCapped;
    private readonly ConvolutionArithmetic _arithmetic;

    private FusedConvolution(Tensor weight, Tensor bias, Convolution convolution, bool relu, bool isCapped)
    {
        (_weight, _bias, _relu, _isCapped, _arithmetic) = (weight, bias, relu, isCapped, convolution.Arithmetic);
        (_stride, _padding, _groups) = (convolution.Stride.ToArray(), convolution.Padding.ToArray(), convolution.Groups);
    }

    /// <summary>Copies a convolution, in what it computes in now, and the batch norm's running statistics.</summary>
    public static FusedConvolution Of(Convolution convolution, BatchNorm? norm, bool relu, bool isCapped = false)
    {
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = convolution.Weight;
        Tensor bias = convolution.Bias is { } own ? own.clone() : zeros(weight.shape[0], dtype: weight.dtype, device: weight.device);
        if (norm is not null)
        {
            (Tensor scale, Tensor shift) = Affine(norm);
            weight = weight * scale.reshape(-1, 1, 1, 1);
            bias = (bias * scale).Plus(shift);
        }
        else
        {
            // A weight that lies with its channels last already would be shared with the network, and train on.
            weight = weight.clone();
        }

        return new FusedConvolution(
            convolution.Arithmetic.Round(ChannelsLast(weight)).detach().MoveToOuterDisposeScope().DetachFromDisposeScope(),
            convolution.Arithmetic.Round(bias).detach().MoveToOuterDisposeScope().DetachFromDisposeScope(),
            convolution,
            relu,
            isCapped);
    }

    /// <summary>The same values with channels innermost in memory: no public method of TorchSharp takes a memory format.</summary>
    public static Tensor ChannelsLast(Tensor tensor) => tensor.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    /// <summary>What a trained batch norm does to each channel: x · scale + shift.</summary>
    public static (Tensor Scale, Tensor Shift) Affine(BatchNorm norm)
    {
        Tensor scale = norm.Weight / norm.RunningVariance.Plus(BatchNorm.Epsilon).sqrt();
        return (scale, norm.Bias - (norm.RunningMean * scale));
    }

    public Tensor Apply(Tensor input)
    {
        Tensor output = _arithmetic.Convolve(input, _weight, _bias, _stride, _padding, _groups, relu: _relu && !_isCapped);
        return _relu && _isCapped ? nn.functional.relu6(output, inplace: true) : output;
    }

    public string AddTo(OnnxGraphBuilder graph, string input)
    {
        long kernel = _weight.shape[2];
        string output = graph.Add(
            "Conv",
            [input, graph.Weight(_weight), graph.Weight(_bias)],
            OnnxAttribute.Of("kernel_shape", kernel, kernel),
            OnnxAttribute.Of("strides", _stride),
            OnnxAttribute.Of("pads", [.. _padding, .. _padding]),
            OnnxAttribute.Of("group", _groups));
        return !_relu ? output : _isCapped ? graph.Add("Clip", [output, graph.Constant(0), graph.Constant(Cap)]) : graph.Add("Relu", [output]);
    }

    public void Dispose()
    {
        _weight.Dispose();
        _bias.Dispose();
    }
}
