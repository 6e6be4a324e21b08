using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace ArcLearn.Core.Runtime;

/// <summary>
/// Arithmetic of tensors with numbers that live as long as the process. TorchSharp makes a <see cref="Scalar"/> of each number in passing, also of the 1 that it multiplies the second part of a sum with; nothing
/// holds it while the native call reads it, so that the collector may free it meanwhile, and torch reads what lies there then: an error of torch, or another number.
/// </summary>
internal static class Scalars
{
    private static readonly ConcurrentDictionary<double, Scalar> s_kept = new();

    /// <summary>1, as a whole number.</summary>
    public static Scalar One { get; } = 1L;

    /// <summary>For numbers of which there are few: constants and counts.</summary>
    public static Scalar Of(double number) => s_kept.GetOrAdd(number, static value => value);

    public static Tensor Plus(this Tensor left, Tensor right) => left.add(right, Of(1));

    public static Tensor PlusInPlace(this Tensor left, Tensor right) => left.add_(right, Of(1));

    public static Tensor Plus(this Tensor tensor, double number) => tensor.add(Of(number), Of(1));

    public static Tensor Times(this Tensor tensor, double number) => tensor.mul(Of(number));

    public static Tensor Over(this Tensor tensor, double number) => tensor.div(Of(number));

    /// <summary>The number of a tensor that has one; TorchSharp's own ToDouble and ToSingle read it by a scalar that nothing holds.</summary>
    public static double Number(this Tensor tensor)
    {
        using Tensor number = tensor.to(ScalarType.Float64);
        return number.item<double>();
    }

    /// <summary>number − tensor.</summary>
    public static Tensor Minus(double number, Tensor tensor) => tensor.neg().Plus(number);
}
