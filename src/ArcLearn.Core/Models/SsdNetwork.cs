using ArcLearn.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>
/// A Single Shot Detector: <c>[N, bands, S, S]</c> normalised samples in, <c>[N, A, classes + 1]</c> scores (before the sigmoid) and
/// <c>[N, A, 4]</c> box activations out. Keys of its state are those of arcgis.learn: child 0 is the body, child 1 the head.
/// </summary>
internal sealed class SsdNetwork : LearnNetwork<(Tensor Scores, Tensor Boxes)>
{
    private SsdNetwork(SsdOptions options, Backbone backbone)
        : base(nameof(SsdNetwork), backbone, backbone.Build(options.Bands), "0.")
    {
        Options = options;
        Anchors = new SsdAnchors(options);
        Head = new SsdHead(backbone.Channels, GridPlan.PlanOrExplain(backbone, options.ChipSize, options.Grids, options.Version), options);
        register_module("0", Body);
        register_module("1", Head);
    }

    public SsdOptions Options { get; }

    public SsdAnchors Anchors { get; }

    public SsdHead Head { get; }

    public override string Kind => $"a detector on {Backbone.Name} with {Options.Bands} bands";

    protected override IReadOnlyList<Module> Top => [Head];

    /// <summary>Builds a network on the CPU with first weights by seed.</summary>
    /// <exception cref="LearnArgumentException">Options that make no network.</exception>
    /// <exception cref="BackendMissingException">torch does not load.</exception>
    public static SsdNetwork Create(SsdOptions options, long seed = 0)
    {
        options.Validate();
        TorchRuntime.EnsureLoaded();

        // Registered weights are the network's own; what layers make on the way to them is not.
        using DisposeScope scope = NewDisposeScope();
        SsdNetwork network = new(options, Backbones.For(options));
        WeightInitializer.Initialize(network, seed);
        return network;
    }

    public override (Tensor Scores, Tensor Boxes) forward(Tensor input)
    {
        RequireInput(input, Options.Bands, Options.ChipSize);
        using DisposeScope scope = NewDisposeScope();
        (Tensor scores, Tensor boxes) = Head.call(Body.call(input));
        return (Widen(scores).MoveToOuterDisposeScope(), Widen(boxes).MoveToOuterDisposeScope());
    }

    /// <summary>A copy of the weights made ready for inference; later training does not change it.</summary>
    public PreparedSsd Prepare(LearnPrecision precision = LearnPrecision.Float32)
    {
        using IDisposable use = Use(precision);
        return new(this);
    }
}
