using ArcLearn.Core.IO;
using SkiaSharp;

namespace ArcLearn.Core.Drawing;

/// <summary>A learning rate curve as a picture.</summary>
internal static class LearningRateChart
{
    // Far above the lowest loss the curve is a wall that would flatten the fall.
    private const double Headroom = 1.5;

    /// <summary>Loss over rate on a logarithmic axis, the suggestion marked.</summary>
    /// <exception cref="OutputExistsException">The picture exists and <paramref name="force"/> is false.</exception>
    public static PictureItem Save(LearningRateCurve curve, string path, bool force, IFileSystem? files = null)
    {
        double first = curve.Points.Select(point => point.SmoothedLoss).FirstOrDefault(double.NaN);
        LineChart chart = new(new ChartAxis("learning rate") { IsLogarithmic = true }, new ChartAxis("loss") { Max = Headroom * Math.Max(first, curve.LowestLoss) })
        {
            Series =
            [
                new ChartSeries("batch", [.. curve.Points.Select(point => (point.Rate, point.Loss))]) { IsFaint = true },
                new ChartSeries("smoothed", [.. curve.Points.Select(point => (point.Rate, point.SmoothedLoss))]),
            ],
            Marks = curve.Suggestion is double rate ? [new ChartMark(rate, FormattableString.Invariant($"suggestion {rate:0.0e-0}"))] : [],
        };
        using SKBitmap picture = LineChart.Draw($"Learning rate search of {curve.Model}", [chart]);
        return PictureFile.Save(picture, path, "loss over learning rate", files ?? LocalFileSystem.Instance, force);
    }
}
