using TorchSharp.Modules;
using static TorchSharp.torch;

namespace ArcLearn.Core.Models;

/// <summary>What all networks here have in common: a backbone, layers above it, and what of both trains and computes how.</summary>
internal interface ILearnNetwork : IDisposable
{
    nn.Module Module { get; }

    Backbone Backbone { get; }

    Sequential Body { get; }

    /// <summary>Begins the keys of the body's state.</summary>
    string BodyPrefix { get; }

    /// <summary>What weights of this shape are weights of, for messages.</summary>
    string Kind { get; }

    /// <summary>Trainable and frozen numbers.</summary>
    long ParameterCount { get; }

    /// <summary>The body's groups and the layers above it, from the input on: the units of freezing and of learning rates.</summary>
    IReadOnlyList<IReadOnlyList<Parameter>> LayerGroups { get; }

    /// <summary>Whether a group before the last does not train.</summary>
    bool IsFrozen { get; }

    /// <summary>Computes in a precision from now on, until the result is disposed. Weights and answers stay 32-bit.</summary>
    IDisposable Use(LearnPrecision precision);

    /// <summary>Only the layers above the body train; batch norm of the body trains on, as in fastai.</summary>
    void Freeze();

    void Unfreeze();
}
