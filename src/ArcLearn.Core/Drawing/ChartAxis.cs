namespace ArcLearn.Core.Drawing;

/// <summary>What runs along one side of a <see cref="LineChart"/>.</summary>
/// <param name="Title">Quantity and unit, in a word or two.</param>
internal sealed record ChartAxis(string Title)
{
    /// <summary>Whether equal steps are equal factors; values that are not positive are then left out.</summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>Whether ticks stand at whole numbers only, as for epochs.</summary>
    public bool IsWhole { get; init; }

    /// <summary>The least value shown; null for that of the data.</summary>
    public double? Min { get; init; }

    /// <summary>The greatest value shown; null for that of the data.</summary>
    public double? Max { get; init; }

    /// <summary>Whether values are shares, which lie from 0 to 1: the axis does not reach beyond.</summary>
    public bool IsShare { get; init; }
}
