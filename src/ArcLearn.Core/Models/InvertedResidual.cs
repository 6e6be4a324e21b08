using ArcLearn.Core.Formats.Onnx;
using ArcLearn.Core.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>
/// MobileNetV2's block: widened by 1×1, a depthwise 3×3, narrowed by 1×1 without an activation; the input is added where the shape stays.
/// <c>[N, input, s, s]</c> in, <c>[N, output, s/stride, s/stride]</c> out.
/// </summary>
internal sealed class InvertedResidual : Module<Tensor, Tensor>, IFusible
{
    private readonly Sequential conv;            // field names are saved keys
    private readonly bool _isResidual;

    /// <param name="expansion">How many times as wide it is within; with 1 the first convolution is left out.</param>
    public InvertedResidual(int input, int output, int stride, int expansion)
        : base(nameof(InvertedResidual))
    {
        int width = input * expansion;
        List<Module<Tensor, Tensor>> layers = expansion == 1 ? [] : [ConvNorm.Capped(input, width, 1, 1)];
        layers.Add(ConvNorm.Capped(width, width, 3, stride, groups: width));
        layers.Add(new Convolution(width, output, new SpatialStep(1, 1, 0), hasBias: false));
        layers.Add(new BatchNorm(output));
        conv = Sequential(layers.Select((layer, i) => ($"{i}", layer)));
        _isResidual = stride == 1 && input == output;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        Tensor output = conv.call(input);
        return _isResidual ? output.PlusInPlace(input) : output;
    }

    public IFusedLayer Fuse() => _isResidual ? new FusedSum(new FusedBody(conv)) : new FusedBody(conv);

    /// <summary>What its layers answer, plus what they were given.</summary>
    private sealed class FusedSum(FusedBody layers) : IFusedLayer
    {
        public Tensor Apply(Tensor input) => layers.Apply(input).PlusInPlace(input);

        public string AddTo(OnnxGraphBuilder graph, string input) => graph.Add("Add", [layers.AddTo(graph, input), input]);

        public void Dispose() => layers.Dispose();
    }
}
