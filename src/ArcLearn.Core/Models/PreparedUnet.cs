using ArcLearn.Core.Formats.Onnx;
using ArcLearn.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>
/// A U-Net for inference: batch norm folded into the convolutions before it, channels innermost in memory, ReLU in place, maps freed as soon as they are
/// used. Its answers are those of the network within 1e-4. Any number of threads may use one: it holds weights only.
/// </summary>
internal sealed class PreparedUnet : IDisposable
{
    private readonly FusedBody _body;
    private readonly FusedNorm _bottom;
    private readonly IFusedLayer[] _middle;
    private readonly Block[] _blocks;
    private readonly IFusedLayer? _shuffle;
    private readonly IFusedLayer[] _residual;
    private readonly IFusedLayer _score;
    private readonly UnetOptions _options;
    private readonly Device _device;

    /// <param name="chipSize">Side of the chips that it takes; null for the network's own.</param>
    internal PreparedUnet(UnetNetwork network, int? chipSize = null)
    {
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        _options = network.Options with { ChipSize = chipSize ?? network.Options.ChipSize };
        _device = network.parameters().First().device;
        _body = new FusedBody(network.Body, network.IsTap);
        _bottom = new FusedNorm(network.BottomNorm);
        _middle = [.. network.Middle.Select(layer => layer.Fuse())];
        _blocks = [.. network.Blocks.Select(block => new Block(block))];
        _shuffle = network.LastShuffle?.Convolution.Fuse();
        _residual = [.. network.Residual.Select(layer => layer.Fuse())];
        _score = network.Score.Fuse();
    }

    public UnetOptions Options => _options;

    /// <summary>Runs a batch of <c>[N, bands, S, S]</c> normalised samples.</summary>
    /// <param name="scores">Takes <c>[N, 1 + classes, S, S]</c> scores before the softmax, row-major.</param>
    public void Run(ReadOnlySpan<float> samples, int count, Span<float> scores)
    {
        int side = _options.ChipSize;
        Require(samples.Length, count, _options.Bands, "takes");
        Require(scores.Length, count, _options.Classes + 1, "gives");
        using IDisposable inference = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        Tensor output = Forward(TensorCopy.Of(samples, [count, _options.Bands, side, side], _device));
        TensorCopy.Samples(output.cpu().contiguous()).CopyTo(scores);
    }

    /// <summary>As the network's own forward; the result belongs to the caller's dispose scope.</summary>
    internal Tensor Forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        List<Tensor> skips = [];
        Tensor image = FusedConvolution.ChannelsLast(input);
        Tensor x = _body.Apply(image, skips);
        x = Then(x, _bottom);
        x = Then(x, _middle);
        for (int i = 0; i < _blocks.Length; i++)
        {
            Tensor skip = skips[^(i + 1)];
            x = _blocks[i].Apply(x, skip);
            skip.Dispose();
        }

        if (_shuffle is not null)
        {
            x = Shuffled(x, _shuffle);
        }

        x = UnetBlock.Fit(x, _options.ChipSize);
        Tensor all = cat([x, image.to(x.dtype)], dim: 1);
        x.Dispose();
        Tensor residual = _residual[0].Apply(all);
        residual = Then(residual, _residual[1]);
        all = all.PlusInPlace(residual);
        residual.Dispose();
        return LearnNetwork<Tensor>.Widen(_score.Apply(all)).MoveToOuterDisposeScope();
    }

    /// <summary>Writes the network as operators.</summary>
    /// <param name="input"><c>[N, bands, S, S]</c> normalised samples.</param>
    /// <returns><c>[N, 1 + classes, S, S]</c> scores before the softmax.</returns>
    public string AddTo(OnnxGraphBuilder graph, string input)
    {
        Backbone backbone = Backbones.Get(_options.Backbone);
        List<string> skips = [];
        string x = _bottom.AddTo(graph, _body.AddTo(graph, input, skips));
        x = _middle.Aggregate(x, (value, layer) => layer.AddTo(graph, value));
        int side = backbone.FeatureSize(_options.ChipSize);
        for (int i = 0; i < _blocks.Length; i++)
        {
            int next = backbone.Taps[^(i + 1)].Side(_options.ChipSize);
            x = _blocks[i].AddTo(graph, x, side, skips[^(i + 1)], next);
            side = next;
        }

        if (_shuffle is not null)
        {
            (x, side) = (Shuffled(graph, x, _shuffle), side * UnetShuffle.Factor);
        }

        string all = graph.Concat([graph.Resized(x, side, _options.ChipSize), input]);
        string residual = _residual.Aggregate(all, (value, layer) => layer.AddTo(graph, value));
        return _score.AddTo(graph, graph.Add("Add", [all, residual]));
    }

    public void Dispose()
    {
        foreach (IFusedLayer layer in (IFusedLayer[])[_body, _bottom, .. _middle, .. _residual, _score])
        {
            layer.Dispose();
        }

        _shuffle?.Dispose();
        foreach (Block block in _blocks)
        {
            block.Dispose();
        }
    }

    private static Tensor Then(Tensor x, params ReadOnlySpan<IFusedLayer> layers)
    {
        foreach (IFusedLayer layer in layers)
        {
            Tensor next = layer.Apply(x);
            x.Dispose();
            x = next;
        }

        return x;
    }

    private static Tensor Shuffled(Tensor x, IFusedLayer convolution)
    {
        using Tensor four = Then(x, convolution);
        return nn.functional.pixel_shuffle(four, UnetShuffle.Factor);
    }

    private static string Shuffled(OnnxGraphBuilder graph, string x, IFusedLayer convolution) => graph.Add(
        "DepthToSpace", [convolution.AddTo(graph, x)], OnnxAttribute.Of("blocksize", UnetShuffle.Factor), OnnxAttribute.Of("mode", "CRD"));

    private void Require(int found, int count, int channels, string verb)
    {
        if (count < 1 || found != (long)count * channels * _options.ChipSize * _options.ChipSize)
        {
            throw new ArgumentException($"The network {verb} {count} × {channels} × {_options.ChipSize} × {_options.ChipSize} numbers; found {found}.");
        }
    }

    /// <summary>A step up.</summary>
    private sealed class Block(UnetBlock block) : IDisposable
    {
        private readonly IFusedLayer _shuffle = block.Shuffle.Convolution.Fuse();
        private readonly FusedNorm _norm = new(block.SkipNorm);
        private readonly IFusedLayer[] _convolutions = [.. block.Convolutions.Select(layer => layer.Fuse())];

        public Tensor Apply(Tensor below, Tensor skip)
        {
            Tensor up = UnetBlock.Fit(Shuffled(below, _shuffle), skip);
            Tensor beside = _norm.Apply(skip);
            Tensor both = cat([up, beside], dim: 1);
            up.Dispose();
            beside.Dispose();
            return Then(both, _convolutions);
        }

        /// <param name="side">Of the map from below.</param>
        /// <param name="next">Of the map beside it.</param>
        public string AddTo(OnnxGraphBuilder graph, string below, int side, string skip, int next)
        {
            string up = graph.Resized(Shuffled(graph, below, _shuffle), side * UnetShuffle.Factor, next);
            string both = graph.Concat([up, _norm.AddTo(graph, skip)]);
            return _convolutions.Aggregate(both, (value, layer) => layer.AddTo(graph, value));
        }

        public void Dispose()
        {
            _shuffle.Dispose();
            _norm.Dispose();
            foreach (IFusedLayer layer in _convolutions)
            {
                layer.Dispose();
            }
        }
    }
}
