using SkiaSharp;

namespace ArcLearn.Core.Drawing;

/// <summary>One line of a <see cref="LineChart"/>.</summary>
/// <param name="Name">For the legend.</param>
/// <param name="Points">In the order in which they are joined; a point that is not finite interrupts the line.</param>
internal sealed record ChartSeries(string Name, IReadOnlyList<(double X, double Y)> Points)
{
    /// <summary>Null for the next of the chart's own colours.</summary>
    public SKColor? Color { get; init; }

    /// <summary>Thin and pale: for raw values behind their smoothed line.</summary>
    public bool IsFaint { get; init; }
}

/// <summary>A place that a <see cref="LineChart"/> points out by a dashed upright line.</summary>
/// <param name="X">Where, in the units of the x axis.</param>
/// <param name="Label">For the legend.</param>
internal sealed record ChartMark(double X, string Label);
