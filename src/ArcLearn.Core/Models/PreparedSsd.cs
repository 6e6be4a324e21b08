using ArcLearn.Core.Formats.Onnx;
using ArcLearn.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>
/// A detector for inference: batch norm folded into the convolutions, channels innermost in memory, ReLU in place. Its answers
/// are those of the network within 1e-4. Any number of threads may use one: it holds weights only.
/// </summary>
internal sealed class PreparedSsd : IDisposable
{
    private readonly FusedBody _body;
    private readonly List<FusedConvolution> _convolutions = [];
    private readonly List<int?> _resized = [];
    private readonly List<(Tensor Scale, Tensor Shift)> _norms = [];
    private readonly List<(FusedConvolution Score, FusedConvolution Box)> _outputs = [];
    private readonly SsdOptions _options;
    private readonly Device _device;

    internal PreparedSsd(SsdNetwork network)
    {
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        _options = network.Options;
        _device = network.parameters().First().device;
        Anchors = network.Anchors;
        _body = new FusedBody(network.Body);
        foreach (SsdConvolution layer in network.Head.Convolutions)
        {
            _resized.Add(layer.Resized);
            _convolutions.Add(FusedConvolution.Of(layer.Convolution, null, relu: true));

            // ReLU stands between this batch norm and its convolution: it stays a scale and a shift.
            (Tensor scale, Tensor shift) = FusedConvolution.Affine(layer.Norm);
            _norms.Add((Keep(scale), Keep(shift)));
        }

        foreach (SsdOutput output in network.Head.Outputs)
        {
            _outputs.Add((FusedConvolution.Of(output.Score, null, relu: false), FusedConvolution.Of(output.Box, null, relu: false)));
        }
    }

    public SsdAnchors Anchors { get; }

    public SsdOptions Options => _options;

    /// <summary>Runs a batch of <c>[N, bands, S, S]</c> normalised samples.</summary>
    /// <returns><c>[N, A, classes + 1]</c> scores before the sigmoid and <c>[N, A, 4]</c> box activations, row-major.</returns>
    public (float[] Scores, float[] Boxes) Run(float[] samples, int count)
    {
        int side = _options.ChipSize;
        if (count < 1 || samples.Length != (long)count * _options.Bands * side * side)
        {
            throw new ArgumentException($"The network takes {count} × {_options.Bands} × {side} × {side} samples; found {samples.Length}.");
        }

        using IDisposable inference = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        Tensor input = tensor(samples, [count, _options.Bands, side, side], device: _device);
        (Tensor scores, Tensor boxes) = Forward(input);
        return (ToArray(scores), ToArray(boxes));
    }

    /// <summary>As the network's own forward; the results belong to the caller's dispose scope.</summary>
    internal (Tensor Scores, Tensor Boxes) Forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor features = _body.Apply(FusedConvolution.ChannelsLast(input)).relu_();
        Tensor x = Layer(0, features);
        List<Tensor> scores = [];
        List<Tensor> boxes = [];
        for (int i = 0; i < _outputs.Count; i++)
        {
            x = Layer(i + 1, x);
            scores.Add(LearnNetwork<Tensor>.Widen(SsdOutput.Flatten(_outputs[i].Score.Apply(x), _options.Classes + 1)));
            boxes.Add(LearnNetwork<Tensor>.Widen(SsdOutput.Flatten(_outputs[i].Box.Apply(x), 4)));
        }

        return (cat(scores, dim: 1).MoveToOuterDisposeScope(), cat(boxes, dim: 1).MoveToOuterDisposeScope());
    }

    /// <summary>Writes the network as operators.</summary>
    /// <param name="input"><c>[N, bands, S, S]</c> normalised samples.</param>
    /// <returns><c>[N, A, classes + 1]</c> scores before the sigmoid and <c>[N, A, 4]</c> box activations.</returns>
    public (string Scores, string Boxes) AddTo(OnnxGraphBuilder graph, string input)
    {
        int side = Backbones.For(_options).FeatureSize(_options.ChipSize);
        string x = Layer(0, graph.Add("Relu", [_body.AddTo(graph, input)]));
        List<string> scores = [];
        List<string> boxes = [];
        for (int i = 0; i < _outputs.Count; i++)
        {
            x = Layer(i + 1, x);
            side = _options.Grids[i];
            scores.Add(Flattened(_outputs[i].Score.AddTo(graph, x), _options.Classes + 1));
            boxes.Add(Flattened(_outputs[i].Box.AddTo(graph, x), 4));
        }

        return (graph.Concat(scores), graph.Concat(boxes));

        string Layer(int i, string value)
        {
            string map = _resized[i] is int wanted ? graph.Resized(value, side, wanted) : value;
            string scaled = graph.Add("Mul", [_convolutions[i].AddTo(graph, map), graph.Weight(_norms[i].Scale)]);
            return graph.Add("Add", [scaled, graph.Weight(_norms[i].Shift)]);
        }

        string Flattened(string map, int width) =>
            graph.Add("Reshape", [graph.Add("Transpose", [map], OnnxAttribute.Of("perm", 0, 2, 3, 1)), graph.Integers(0, -1, width)]);
    }

    public void Dispose()
    {
        _body.Dispose();
        _convolutions.ForEach(layer => layer.Dispose());
        foreach ((Tensor scale, Tensor shift) in _norms)
        {
            scale.Dispose();
            shift.Dispose();
        }

        foreach ((FusedConvolution score, FusedConvolution box) in _outputs)
        {
            score.Dispose();
            box.Dispose();
        }
    }

    private Tensor Layer(int i, Tensor input) => _convolutions[i].Apply(SsdConvolution.Resize(input, _resized[i])).mul_(_norms[i].Scale).PlusInPlace(_norms[i].Shift);

    private static Tensor Keep(Tensor channels) => channels.reshape(1, -1, 1, 1).detach().DetachFromDisposeScope();

    private static float[] ToArray(Tensor tensor) => tensor.cpu().contiguous().data<float>().ToArray();
}
