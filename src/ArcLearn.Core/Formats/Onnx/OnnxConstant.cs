namespace ArcLearn.Core.Formats.Onnx;

/// <summary>A value that depends on nothing that goes into the model.</summary>
/// <param name="Shape">Null where it is not known.</param>
/// <param name="Numbers">Row-major; null where there are more than a shape or a list of pads has, or they are not known.</param>
internal sealed record OnnxConstant(IReadOnlyList<long>? Shape, IReadOnlyList<double>? Numbers)
{
    /// <summary>Of how many numbers the values are kept.</summary>
    public const int MostNumbers = 64;

    public static OnnxConstant Unknown { get; } = new(null, null);

    /// <summary>How many numbers it has; null where that is not known.</summary>
    public double? Count => Shape?.Aggregate(1.0, (product, side) => product * side) ?? Numbers?.Count;

    /// <summary>A list.</summary>
    public static OnnxConstant Of(IReadOnlyList<double> numbers) => numbers.Count <= MostNumbers ? new([numbers.Count], numbers) : new([numbers.Count], null);
}
