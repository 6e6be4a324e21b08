using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>One grid's answers: <c>[N, C, g, g]</c> in, <c>[N, g·g·k, columns]</c> and <c>[N, g·g·k, 4]</c> out, row by row of cells, a cell's anchors together.</summary>
internal sealed class SsdOutput : Module<Tensor, (Tensor Scores, Tensor Boxes)>
{
    private readonly Conv2d oconv1;         // field names are saved keys
    private readonly Conv2d oconv2;
    private readonly int _columns;

    /// <param name="columns">Classes and background.</param>
    public SsdOutput(int channels, int anchorsPerCell, int columns)
        : base(nameof(SsdOutput))
    {
        _columns = columns;
        oconv1 = Conv2d(channels, anchorsPerCell * columns, kernel_size: 3, padding: 1L);
        oconv2 = Conv2d(channels, anchorsPerCell * 4, kernel_size: 3, padding: 1L);
        RegisterComponents();
    }

    public Conv2d Score => oconv1;

    public Conv2d Box => oconv2;

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
