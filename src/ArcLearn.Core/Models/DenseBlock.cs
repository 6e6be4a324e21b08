using ArcLearn.Core.Formats.Onnx;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>Layers that each see the channels of all before: <c>[N, input, s, s]</c> in, <c>[N, input + layers · growth, s, s]</c> out.</summary>
internal sealed class DenseBlock : Module<Tensor, Tensor>, IFusible
{
    private readonly List<DenseLayer> _layers = [];

    public DenseBlock(int input, int layers, int growth)
        : base(nameof(DenseBlock))
    {
        for (int i = 0; i < layers; i++)
        {
            DenseLayer layer = new(input + (i * growth), growth);
            register_module($"denselayer{i + 1}", layer);
            _layers.Add(layer);
        }
    }

    public override Tensor forward(Tensor input) => Grow(input, _layers.Select(layer => (Func<Tensor, Tensor>)layer.call));

    public IFusedLayer Fuse() => new Fused([.. _layers.Select(layer => layer.Fuse())]);

    private static Tensor Grow(Tensor input, IEnumerable<Func<Tensor, Tensor>> layers)
    {
        using DisposeScope scope = NewDisposeScope();
        List<Tensor> maps = [input];
        foreach (Func<Tensor, Tensor> layer in layers)
        {
            maps.Add(layer(cat(maps, dim: 1)));
        }

        return cat(maps, dim: 1).MoveToOuterDisposeScope();
    }

    private sealed class Fused(IReadOnlyList<IFusedLayer> layers) : IFusedLayer
    {
        public Tensor Apply(Tensor input) => Grow(input, layers.Select(layer => (Func<Tensor, Tensor>)layer.Apply));

        public string AddTo(OnnxGraphBuilder graph, string input) =>
            layers.Aggregate(input, (maps, layer) => graph.Concat([maps, layer.AddTo(graph, maps)]));

        public void Dispose()
        {
            foreach (IFusedLayer layer in layers)
            {
                layer.Dispose();
            }
        }
    }
}

/// <summary>Batch norm, ReLU and a 1×1 convolution, then the same with a 3×3: <c>[N, input, s, s]</c> in, <c>[N, growth, s, s]</c> out.</summary>
internal sealed class DenseLayer : Module<Tensor, Tensor>, IFusible
{
    // The first convolution narrows what may be many channels to so many times the growth.
    private const int Bottleneck = 4;

    private readonly BatchNorm norm1;            // field names are saved keys
    private readonly Convolution conv1;
    private readonly BatchNorm norm2;
    private readonly Convolution conv2;

    public DenseLayer(int input, int growth)
        : base(nameof(DenseLayer))
    {
        norm1 = new BatchNorm(input);
        conv1 = new Convolution(input, Bottleneck * growth, new SpatialStep(1, 1, 0), hasBias: false);
        norm2 = new BatchNorm(Bottleneck * growth);
        conv2 = new Convolution(Bottleneck * growth, growth, new SpatialStep(3, 1, 1), hasBias: false);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = conv1.call(norm1.call(input).relu_());
        return conv2.call(norm2.call(x).relu_()).MoveToOuterDisposeScope();
    }

    public IFusedLayer Fuse() => new Fused(new FusedNorm(norm1), FusedConvolution.Of(conv1, norm2, relu: true), FusedConvolution.Of(conv2, null, relu: false));

    private sealed class Fused(FusedNorm norm, FusedConvolution narrow, FusedConvolution grow) : IFusedLayer
    {
        public Tensor Apply(Tensor input)
        {
            using DisposeScope scope = NewDisposeScope();
            return grow.Apply(narrow.Apply(norm.Apply(input))).MoveToOuterDisposeScope();
        }

        public string AddTo(OnnxGraphBuilder graph, string input) => grow.AddTo(graph, narrow.AddTo(graph, norm.AddTo(graph, input)));

        public void Dispose()
        {
            norm.Dispose();
            narrow.Dispose();
            grow.Dispose();
        }
    }
}
