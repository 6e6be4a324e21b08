using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>One grid's answers: <c>[N, C, g, g]</c> in, <c>[N, g·g·k, columns]</c> and <c>[N, g·g·k, 4]</c> out, row by row of cells, a cell's anchors together.</summary>
internal sealed class SsdOutput : Module<Tensor, (Tensor Scores, Tensor Boxes)>
{
    private readonly Convolution oconv1;         // field names are saved keys
    private readonly Convolution oconv2;
    private readonly int _columns;

    /// <param name="columns">Classes and background.</param>
    public SsdOutput(int channels, int anchorsPerCell, int columns)
        : base(nameof(SsdOutput))
    {
        _columns = columns;
        oconv1 = new Convolution(channels, anchorsPerCell * columns, new SpatialStep(3, 1, 1));
        oconv2 = new Convolution(channels, anchorsPerCell * 4, new SpatialStep(3, 1, 1));
        RegisterComponents();
    }

    public Convolution Score => oconv1;

    public Convolution Box => oconv2;

    public override (Tensor Scores, Tensor Boxes) forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        return (
            Flatten(oconv1.call(input), _columns).MoveToOuterDisposeScope(),
            Flatten(oconv2.call(input), 4).MoveToOuterDisposeScope());
    }

    /// <summary><c>[N, k·width, g, g]</c> to <c>[N, g·g·k, width]</c>.</summary>
    internal static Tensor Flatten(Tensor map, int width) => map.permute(0, 2, 3, 1).reshape(map.shape[0], -1, width);
}
