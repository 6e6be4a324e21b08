using ArcLearn.Core.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <summary>
/// A Single Shot Detector: <c>[N, bands, S, S]</c> normalised samples in, <c>[N, A, classes + 1]</c> scores (before the sigmoid) and
/// <c>[N, A, 4]</c> box activations out. Keys of its state are those of arcgis.learn: child 0 is the body, child 1 the head.
/// </summary>
internal sealed class SsdNetwork : Module<Tensor, (Tensor Scores, Tensor Boxes)>
{
    private readonly Backbone _backbone;

    private SsdNetwork(SsdOptions options)
        : base(nameof(SsdNetwork))
    {
        Options = options;
        _backbone = Backbones.For(options);
        Anchors = new SsdAnchors(options);
        Body = _backbone.Build(options.Bands);
        Head = new SsdHead(_backbone.Channels, GridPlan.PlanOrExplain(_backbone, options.ChipSize, options.Grids, options.Version), options);
        register_module("0", Body);
        register_module("1", Head);
    }

    public SsdOptions Options { get; }

    public Backbone Backbone => _backbone;

    public SsdAnchors Anchors { get; }

    public Sequential Body { get; }

    public SsdHead Head { get; }

    /// <summary>Trainable and frozen numbers.</summary>
    public long ParameterCount => parameters().Sum(parameter => parameter.numel());

    /// <summary>The body's groups and the head, from the input on: the units of freezing and of learning rates.</summary>
    public IReadOnlyList<IReadOnlyList<Parameter>> LayerGroups => [.. Groups().Select(group => (IReadOnlyList<Parameter>)[.. group.SelectMany(module => module.parameters())])];

    /// <summary>Whether a group before the last does not train.</summary>
    public bool IsFrozen => Groups().SkipLast(1).SelectMany(Trunk).Any(parameter => !parameter.requires_grad);

    /// <summary>Builds a network on the CPU with first weights by seed.</summary>
    /// <exception cref="LearnArgumentException">Options that make no network.</exception>
    /// <exception cref="BackendMissingException">torch does not load.</exception>
    public static SsdNetwork Create(SsdOptions options, long seed = 0)
    {
        options.Validate();
        TorchRuntime.EnsureLoaded();

        // Registered weights are the network's own; what layers make on the way to them is not.
        using DisposeScope scope = NewDisposeScope();
        SsdNetwork network = new(options);
        WeightInitializer.Initialize(network, seed);
        return network;
    }

    public override (Tensor Scores, Tensor Boxes) forward(Tensor input)
    {
        long[] shape = input.shape;
        if (shape.Length != 4 || shape[1] != Options.Bands || shape[2] != Options.ChipSize || shape[3] != Options.ChipSize)
        {
            throw new ArgumentException($"The network takes [N, {Options.Bands}, {Options.ChipSize}, {Options.ChipSize}]; found [{string.Join(", ", shape)}].");
        }

        using DisposeScope scope = NewDisposeScope();
        (Tensor scores, Tensor boxes) = Head.call(Body.call(input));
        return (Widen(scores).MoveToOuterDisposeScope(), Widen(boxes).MoveToOuterDisposeScope());
    }

    /// <summary>Computes in a precision from now on, until the result is disposed. Weights and answers stay 32-bit.</summary>
    public IDisposable Use(LearnPrecision precision)
    {
        SetArithmetic(ConvolutionArithmetic.Of(precision, parameters().First().device));
        return new Exit(() => SetArithmetic(default));
    }

    /// <summary>Only the head trains; batch norm of the body trains on, as in fastai.</summary>
    public void Freeze()
    {
        Unfreeze();
        foreach (Parameter parameter in Groups().SkipLast(1).SelectMany(Trunk))
        {
            parameter.requires_grad = false;
        }
    }

    public void Unfreeze()
    {
        foreach (Parameter parameter in parameters())
        {
            parameter.requires_grad = true;
        }
    }

    /// <summary>A copy of the weights made ready for inference; later training does not change it.</summary>
    public PreparedSsd Prepare(LearnPrecision precision = LearnPrecision.Float32)
    {
        using IDisposable use = Use(precision);
        return new(this);
    }

    internal static Tensor Widen(Tensor answer) => answer.dtype == ScalarType.BFloat16 ? answer.to(ScalarType.Float32) : answer;

    private IReadOnlyList<IReadOnlyList<Module>> Groups() => [.. _backbone.Groups(Body), [Head]];

    private void SetArithmetic(ConvolutionArithmetic arithmetic)
    {
        foreach (Convolution convolution in modules().OfType<Convolution>())
        {
            convolution.Arithmetic = arithmetic;
        }
    }

    /// <summary>A group's parameters but for those of batch norm.</summary>
    private static IEnumerable<Parameter> Trunk(IReadOnlyList<Module> group) => group
        .SelectMany(module => module.modules().Prepend(module))     // TorchSharp's modules() leaves out the module itself
        .Where(module => module is not BatchNorm)
        .SelectMany(module => module.parameters(recurse: false));
}
