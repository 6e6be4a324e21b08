using ArcLearn.Core.Formats.Onnx;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>A classifier's weights made ready for inference: batch norm folded into convolutions and linear layers. Any number of threads may use it.</summary>
internal sealed class PreparedClassifier : IDisposable
{
    private readonly Backbone _backbone;
    private readonly FusedBody _body;
    private readonly Tensor[] _weights;

    public PreparedClassifier(ClassifierNetwork network)
    {
        using IDisposable noGradient = no_grad();
        (_backbone, Options) = (network.Backbone, network.Options);
        _body = new FusedBody(network.Body);
        _weights = [.. Fold(network.Head, 2), .. Fold(network.Head, 6)];
    }

    public ClassifierOptions Options { get; }

    /// <summary>Scores normalised chips.</summary>
    /// <param name="samples"><c>[count, bands, S, S]</c>.</param>
    /// <returns><c>[count, classes]</c> before softmax or sigmoid.</returns>
    /// <exception cref="ArgumentException">There are not as many samples as that.</exception>
    public float[] Run(float[] samples, int count)
    {
        long length = (long)count * Options.Bands * Options.ChipSize * Options.ChipSize;
        if (count < 1 || samples.Length != length)
        {
            throw new ArgumentException($"{count} chips have {length} samples; found {samples.Length}.", nameof(samples));
        }

        using IDisposable inference = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        Tensor input = FusedConvolution.ChannelsLast(tensor(samples, [count, Options.Bands, Options.ChipSize, Options.ChipSize]));
        Tensor features = ClassifierHead.Concat(ClassifierNetwork.Pool(_backbone, _body.Apply(input))).flatten(1);
        Tensor hidden = functional.linear(features, _weights[0], _weights[1]).relu_();
        return TensorCopy.Samples(functional.linear(hidden, _weights[2], _weights[3]).contiguous()).ToArray();
    }

    /// <summary>Writes the network as operators.</summary>
    /// <param name="input"><c>[N, bands, S, S]</c> normalised samples.</param>
    /// <returns><c>[N, classes]</c> before softmax or sigmoid.</returns>
    public string AddTo(OnnxGraphBuilder graph, string input)
    {
        string features = _body.AddTo(graph, input);
        if (_backbone.PooledSide is int side && _backbone.FeatureSize(Options.ChipSize) is int found && found != side)
        {
            features = graph.Pooled(features, found, side);
        }

        string both = graph.Concat([graph.Add("GlobalMaxPool", [features]), graph.Add("GlobalAveragePool", [features])]);
        string hidden = graph.Add("Relu", [Linear(graph.Add("Flatten", [both]), 0)]);
        return Linear(hidden, 2);

        string Linear(string value, int first) =>
            graph.Add("Gemm", [value, graph.Weight(_weights[first]), graph.Weight(_weights[first + 1])], OnnxAttribute.Of("transB", 1));
    }

    public void Dispose()
    {
        _body.Dispose();
        foreach (Tensor weight in _weights)
        {
            weight.Dispose();
        }
    }

    /// <summary>The linear layer behind a batch norm and its dropout, with the batch norm in it.</summary>
    private static Tensor[] Fold(Sequential head, int norm)
    {
        using DisposeScope scope = NewDisposeScope();
        Module[] layers = [.. head.children()];
        (Tensor scale, Tensor shift) = FusedConvolution.Affine((BatchNorm)layers[norm]);
        Linear linear = (Linear)layers[norm + 2];
        Tensor weight = linear.weight * scale;
        Tensor bias = functional.linear(shift.unsqueeze(0), linear.weight, linear.bias).flatten();
        return [weight.detach().MoveToOuterDisposeScope().DetachFromDisposeScope(), bias.detach().MoveToOuterDisposeScope().DetachFromDisposeScope()];
    }
}
