using System.Globalization;

namespace ArcLearn;

/// <summary>One kind of random change: how often it occurs, and between which values it is drawn.</summary>
public readonly record struct TransformRange
{
    /// <summary>Builds a range.</summary>
    /// <param name="probability">0 (never) to 1 (always).</param>
    /// <param name="min">The least value.</param>
    /// <param name="max">The greatest value, not less than the least.</param>
    /// <exception cref="ArgumentException">The probability is none, or the range has no order or no end.</exception>
    public TransformRange(double probability, double min, double max)
    {
        if (probability is not (>= 0 and <= 1))
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"A probability lies between 0 and 1; found {probability}."));
        }

        if (!(double.IsFinite(min) && double.IsFinite(max) && min <= max))
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"A range goes from its least value to its greatest; found {min} to {max}."));
        }

        (Probability, Min, Max) = (probability, min, max);
    }

    /// <summary>0 (never) to 1 (always).</summary>
    public double Probability { get; }

    /// <summary>The least value.</summary>
    public double Min { get; }

    /// <summary>The greatest value.</summary>
    public double Max { get; }

    /// <inheritdoc/>
    public override string ToString() => Probability == 0
        ? "never"
        : string.Create(CultureInfo.InvariantCulture, $"{Min:0.###} to {Max:0.###}{(Probability < 1 ? $" (p {Probability:0.##})" : "")}");
}
