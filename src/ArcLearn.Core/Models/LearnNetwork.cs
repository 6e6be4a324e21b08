using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ArcLearn.Core.Models;

/// <inheritdoc cref="ILearnNetwork"/>
/// <typeparam name="TAnswer">What the network gives for <c>[N, bands, S, S]</c> normalised samples.</typeparam>
internal abstract class LearnNetwork<TAnswer>(string name, Backbone backbone, Sequential body, string bodyPrefix) : Module<Tensor, TAnswer>(name), ILearnNetwork
{
    public nn.Module Module => this;

    public Backbone Backbone { get; } = backbone;

    public Sequential Body { get; } = body;

    public string BodyPrefix { get; } = bodyPrefix;

    public abstract string Kind { get; }

    public long ParameterCount => parameters().Sum(parameter => parameter.numel());

    public IReadOnlyList<IReadOnlyList<Parameter>> LayerGroups => [.. Groups().Select(group => (IReadOnlyList<Parameter>)[.. group.SelectMany(module => module.parameters())])];

    public bool IsFrozen => Groups().SkipLast(1).SelectMany(Trunk).Any(parameter => !parameter.requires_grad);

    /// <summary>What lies above the body: the last layer group.</summary>
    protected abstract IReadOnlyList<nn.Module> Top { get; }

    public IDisposable Use(LearnPrecision precision)
    {
        SetArithmetic(ConvolutionArithmetic.Of(precision, parameters().First().device));
        return new Exit(() => SetArithmetic(default));
    }

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

    /// <summary>An answer in 32 bits, whatever it was computed in.</summary>
    internal static Tensor Widen(Tensor answer) => answer.dtype == ScalarType.BFloat16 ? answer.to(ScalarType.Float32) : answer;

    /// <exception cref="ArgumentException">The input is none of chips of this size.</exception>
    protected static void RequireInput(Tensor input, int bands, int chipSize)
    {
        long[] shape = input.shape;
        if (shape.Length != 4 || shape[1] != bands || shape[2] != chipSize || shape[3] != chipSize)
        {
            throw new ArgumentException($"The network takes [N, {bands}, {chipSize}, {chipSize}]; found [{string.Join(", ", shape)}].");
        }
    }

    private IReadOnlyList<IReadOnlyList<nn.Module>> Groups() => [.. Backbone.Groups(Body), Top];

    private void SetArithmetic(ConvolutionArithmetic arithmetic)
    {
        foreach (Convolution convolution in modules().OfType<Convolution>())
        {
            convolution.Arithmetic = arithmetic;
        }
    }

    /// <summary>A group's parameters but for those of batch norm.</summary>
    private static IEnumerable<Parameter> Trunk(IReadOnlyList<nn.Module> group) => group
        .SelectMany(module => module.modules().Prepend(module))     // TorchSharp's modules() leaves out the module itself
        .Where(module => module is not BatchNorm)
        .SelectMany(module => module.parameters(recurse: false));
}
