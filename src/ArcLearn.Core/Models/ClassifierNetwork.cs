using ArcLearn.Core.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>
/// An image classifier as fastai 1's cnn_learner builds it: <c>[N, bands, S, S]</c> normalised samples in, scores before softmax or sigmoid
/// <c>[N, classes]</c> out. Keys of its state are those of arcgis.learn: the body's begin with 0, the head's with 1.
/// </summary>
internal sealed class ClassifierNetwork : LearnNetwork<Tensor>
{
    private ClassifierNetwork(ClassifierOptions options, Backbone backbone)
        : base(nameof(ClassifierNetwork), backbone, backbone.Build(options.Bands), "0.")
    {
        Options = options;
        Head = ClassifierHead.Build(backbone.Channels, options.Classes, options.Dropout);
        register_module("0", Body);
        register_module("1", Head);
    }

    public ClassifierOptions Options { get; }

    public override string Kind => $"an image classifier on {Backbone.Name} with {Options.Bands} bands and {Options.Classes} classes";

    /// <summary>See <see cref="ClassifierHead"/>.</summary>
    public Sequential Head { get; }

    protected override IReadOnlyList<Module> Top => [Head];

    /// <summary>Builds a network on the CPU with first weights by seed.</summary>
    /// <exception cref="LearnArgumentException">Options that make no network.</exception>
    /// <exception cref="BackendMissingException">torch does not load.</exception>
    public static ClassifierNetwork Create(ClassifierOptions options, long seed = 0)
    {
        options.Validate();
        TorchRuntime.EnsureLoaded();

        // Registered weights are the network's own; what layers make on the way to them is not.
        using DisposeScope scope = NewDisposeScope();
        ClassifierNetwork network = new(options, Backbones.Get(options.Backbone));
        WeightInitializer.Initialize(network, seed);
        return network;
    }

    public override Tensor forward(Tensor input)
    {
        RequireInput(input, Options.Bands, Options.ChipSize);
        using DisposeScope scope = NewDisposeScope();
        return Head.call(Pool(Backbone, Body.call(input))).MoveToOuterDisposeScope();
    }

    /// <summary>What the head's layers see of an image: <c>[N, 2·C]</c>.</summary>
    public Tensor Features(Tensor input)
    {
        RequireInput(input, Options.Bands, Options.ChipSize);
        using DisposeScope scope = NewDisposeScope();
        return ClassifierHead.Concat(Pool(Backbone, Body.call(input))).flatten(1).MoveToOuterDisposeScope();
    }

    /// <summary>A copy of the weights made ready for inference; later training does not change it.</summary>
    public PreparedClassifier Prepare(LearnPrecision precision = LearnPrecision.Float32)
    {
        using IDisposable use = Use(precision);
        return new(this);
    }

    /// <summary>Features as the head takes them: brought to the side that the backbone's own classifier has them at, where it has one.</summary>
    internal static Tensor Pool(Backbone backbone, Tensor features) =>
        backbone.PooledSide is int side && features.shape[2] != side ? functional.adaptive_avg_pool2d(features, [side, side]) : features;
}
