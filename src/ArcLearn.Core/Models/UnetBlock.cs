using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>
/// One step up: the map from below at twice its side, the body's map of that side beside it, two convolutions.
/// <c>[N, below, s, s]</c> and <c>[N, skip, t, t]</c> in, <c>[N, Output, t, t]</c> out.
/// </summary>
internal sealed class UnetBlock : Module<Tensor, Tensor, Tensor>
{
    private readonly UnetShuffle shuf;              // field names are saved keys
    private readonly BatchNorm bn;
    private readonly UnetConvolution conv1;
    private readonly UnetConvolution conv2;

    /// <param name="isLast">Whether it is the uppermost, which halves its channels.</param>
    public UnetBlock(int below, int skip, bool isLast)
        : base(nameof(UnetBlock))
    {
        int both = (below / 2) + skip;
        Output = isLast ? both / 2 : both;
        shuf = new UnetShuffle(below, below / 2);
        bn = Norm.Of(skip);
        conv1 = new UnetConvolution(both, Output);
        conv2 = new UnetConvolution(Output, Output);
        RegisterComponents();
    }

    /// <summary>Channels that it gives.</summary>
    public int Output { get; }

    public UnetShuffle Shuffle => shuf;

    public BatchNorm SkipNorm => bn;

    public IReadOnlyList<UnetConvolution> Convolutions => [conv1, conv2];

    public override Tensor forward(Tensor below, Tensor skip)
    {
        using DisposeScope scope = NewDisposeScope();

        // What is shuffled is not negative: of the two only the skip has anything for a ReLU to cut.
        Tensor both = cat([Fit(shuf.call(below), skip), bn.call(skip).relu_()], dim: 1);
        return conv2.call(conv1.call(both)).MoveToOuterDisposeScope();
    }

    /// <summary>A map brought to another's side by nearest neighbours: maps of odd sides are halved with rounding.</summary>
    internal static Tensor Fit(Tensor map, Tensor like) => Fit(map, like.shape[2]);

    internal static Tensor Fit(Tensor map, long side) =>
        map.shape[2] == side ? map : functional.interpolate(map, size: [side, side], mode: InterpolationMode.Nearest);
}
