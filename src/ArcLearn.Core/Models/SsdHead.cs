using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>
/// Scores and boxes from features, grid after grid: <c>[N, C, f, f]</c> in, <c>[N, A, classes + 1]</c> and <c>[N, A, 4]</c> out;
/// anchors in the order of <see cref="SsdAnchors"/>, column 0 of the scores is background. arcgis.learn's heads of both versions: they differ in the plan.
/// </summary>
internal sealed class SsdHead : Module<Tensor, (Tensor Scores, Tensor Boxes)>
{
    /// <summary>Channels of every convolution within the head.</summary>
    public const int Width = 256;

    private readonly Dropout drop;                              // field names are saved keys
    private readonly ModuleList<SsdConvolution> sconvs;
    private readonly ModuleList<SsdOutput> oconvs;

    /// <param name="channels">Of the features.</param>
    /// <param name="plan">One convolution for each grid (<see cref="GridPlan"/>).</param>
    public SsdHead(int channels, IReadOnlyList<GridStep> plan, SsdOptions options)
        : base(nameof(SsdHead))
    {
        drop = nn.Dropout(options.Dropout);
        sconvs = new ModuleList<SsdConvolution>(
            [new SsdConvolution(channels, Width, new GridStep(new SpatialStep(3, 1, 1)), options.Dropout), .. plan.Select(step => new SsdConvolution(Width, Width, step, options.Dropout))]);
        oconvs = new ModuleList<SsdOutput>([.. plan.Select(_ => new SsdOutput(Width, options.AnchorsPerCell, options.Classes + 1))]);
        RegisterComponents();
    }

    public IReadOnlyList<SsdConvolution> Convolutions => [.. sconvs];

    public IReadOnlyList<SsdOutput> Outputs => [.. oconvs];

    public override (Tensor Scores, Tensor Boxes) forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = sconvs[0].call(drop.call(input.relu()));
        List<Tensor> scores = [];
        List<Tensor> boxes = [];
        for (int i = 0; i < oconvs.Count; i++)
        {
            x = sconvs[i + 1].call(x);
            (Tensor score, Tensor box) = oconvs[i].call(x);
            scores.Add(score);
            boxes.Add(box);
        }

        return (cat(scores, dim: 1).MoveToOuterDisposeScope(), cat(boxes, dim: 1).MoveToOuterDisposeScope());
    }
}
