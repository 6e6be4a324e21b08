using ArcLearn.Core.IO;
using SkiaSharp;

namespace ArcLearn.Core.Drawing;

/// <summary>Draws the losses, the metric and the learning rate of a training over its epochs.</summary>
internal static class TrainingCurve
{
    /// <summary>Losses that span more than this factor are drawn on a logarithmic axis.</summary>
    private const double WideSpan = 30;

    /// <exception cref="LearnDataException">NoEpochs: there is no result to draw.</exception>
    /// <exception cref="OutputExistsException">The picture exists.</exception>
    public static PictureItem Draw(IReadOnlyList<EpochResult> epochs, string pngPath, bool force, IFileSystem? files = null)
    {
        files ??= LocalFileSystem.Instance;
        PictureFile.CheckOutput(pngPath, files, force);
        if (epochs.Count == 0)
        {
            throw new LearnDataException("NoEpochs", "There are no results of epochs to draw; give what Start-ModelTraining wrote.");
        }

        using SKBitmap picture = Picture(epochs, out string shows);
        return PictureFile.Save(picture, pngPath, shows, files, force);
    }

    /// <param name="epochs">At least one.</param>
    /// <param name="shows">What is on the picture.</param>
    public static SKBitmap Picture(IReadOnlyList<EpochResult> epochs, out string shows)
    {
        shows = $"{Counted.Epochs(epochs.Count)}, best {Best(epochs)}";
        return LineChart.Draw(shows, Charts(epochs));
    }

    /// <summary>Losses, metric and rate, one below the other over the same epochs; results of several trainings follow one another.</summary>
    public static IReadOnlyList<LineChart> Charts(IReadOnlyList<EpochResult> epochs)
    {
        ChartAxis across = new("epoch") { IsWhole = true };
        double[] losses = [.. epochs.SelectMany(epoch => new[] { epoch.TrainLoss, epoch.ValidLoss }).Where(double.IsFinite)];
        bool isWide = losses.Length > 0 && losses.Min() > 0 && losses.Max() > WideSpan * losses.Min();
        ChartMark[] best = BestIndex(epochs) is int index ? [new ChartMark(Place(epochs, index), "best")] : [];
        return
        [
            new LineChart(across, new ChartAxis("loss") { IsLogarithmic = isWide })
            {
                Series = [Line("training", epoch => epoch.TrainLoss), Line("validation", epoch => epoch.ValidLoss)],
                Marks = best,
            },
            new LineChart(across, new ChartAxis(epochs[^1].MetricName) { IsShare = true }) { Series = [Line(epochs[^1].MetricName, epoch => epoch.Metric)] },
            new LineChart(across, new ChartAxis("learning rate at the end of the epoch")) { Series = [Line("rate", epoch => epoch.LearningRate)] },
        ];

        ChartSeries Line(string name, Func<EpochResult, double> value) =>
            new(name, [.. epochs.Select((epoch, i) => (Place(epochs, i), value(epoch)))]);
    }

    /// <summary>The epoch's own number in one training, its place where a second one begins again from 1.</summary>
    private static double Place(IReadOnlyList<EpochResult> epochs, int index) =>
        epochs.Zip(epochs.Skip(1)).All(pair => pair.First.Epoch < pair.Second.Epoch) ? epochs[index].Epoch : index + 1;

    private static int? BestIndex(IReadOnlyList<EpochResult> epochs)
    {
        int[] measured = [.. Enumerable.Range(0, epochs.Count).Where(i => double.IsFinite(epochs[i].ValidLoss))];
        return measured.Length == 0 ? null : measured.MinBy(i => epochs[i].ValidLoss);
    }

    private static string Best(IReadOnlyList<EpochResult> epochs) => BestIndex(epochs) is int index
        ? FormattableString.Invariant($"validation loss {epochs[index].ValidLoss:G4} at epoch {epochs[index].Epoch}")
        : FormattableString.Invariant($"training loss {epochs.Min(epoch => epoch.TrainLoss):G4}; no validation");
}
