using ArcLearn.Core.Drawing;
using ArcLearn.Tests.Unit.TestSupport;
using SkiaSharp;

namespace ArcLearn.Tests.Unit.Drawing;

public class TrainingCurveTests
{
    [Fact]
    public void Losses_metric_and_rate_are_lines_over_the_epochs_and_the_best_is_marked()
    {
        IReadOnlyList<LineChart> charts = TrainingCurve.Charts([Epoch(1, 9, 8, 0.1), Epoch(2, 7, 5, 0.4), Epoch(3, 6, 6, 0.3)]);

        Assert.Equal(3, charts.Count);
        Assert.Equal([(1.0, 9.0), (2, 7), (3, 6)], charts[0].Series[0].Points);
        Assert.Equal([(1.0, 8.0), (2, 5), (3, 6)], charts[0].Series[1].Points);
        Assert.Equal([(1.0, 0.1), (2, 0.4), (3, 0.3)], charts[1].Series.Single().Points);
        Assert.Equal("AveragePrecision", charts[1].Y.Title);
        Assert.Equal([1e-3, 2e-3, 3e-3], charts[2].Series.Single().Points.Select(point => point.Y), (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Equal(2, charts[0].Marks.Single().X);
        Assert.False(charts[0].Y.IsLogarithmic);
        Assert.True(TrainingCurve.Charts([Epoch(1, 900, 8, 0.1)])[0].Y.IsLogarithmic);
    }

    [Fact]
    public void Trainings_follow_one_another()
    {
        IReadOnlyList<LineChart> charts = TrainingCurve.Charts([Epoch(1, 9, 8, 0.1), Epoch(2, 7, 5, 0.4), Epoch(1, 6, 4, 0.3)]);

        Assert.Equal([1, 2, 3], charts[0].Series[0].Points.Select(point => point.X));
        Assert.Equal(3, charts[0].Marks.Single().X);
    }

    [Fact]
    public void Without_validation_the_training_loss_is_drawn_alone()
    {
        using TemporaryFolder folder = new();
        EpochResult[] epochs = [Epoch(1, 9, double.NaN, double.NaN), Epoch(2, 8, double.NaN, double.NaN)];

        PictureItem item = TrainingCurve.Draw(epochs, folder.PathOf("a.png"), force: false);

        using SKBitmap picture = SKBitmap.Decode(item.Path);
        Assert.Equal((item.Width, item.Height), (picture.Width, picture.Height));
        Assert.Equal("2 epochs, best training loss 8; no validation", item.Shows);
        Assert.StartsWith("1 epoch, best", TrainingCurve.Draw(epochs[..1], folder.PathOf("b.png"), force: false).Shows, StringComparison.Ordinal);
        Assert.Empty(TrainingCurve.Charts(epochs)[0].Marks);
    }

    [Fact]
    public void Nothing_to_draw_is_named()
    {
        using TemporaryFolder folder = new();

        Assert.Equal("NoEpochs", Assert.Throws<LearnDataException>(() => TrainingCurve.Draw([], folder.PathOf("a.png"), force: false)).Id);
        Assert.Empty(Directory.GetFiles(folder.Root));
    }

    private static EpochResult Epoch(int epoch, double train, double valid, double metric) => new()
    {
        Epoch = epoch, Epochs = 3, TrainLoss = train, ValidLoss = valid, MetricName = "AveragePrecision", Metric = metric, LearningRate = epoch * 1e-3,
        Duration = TimeSpan.FromSeconds(1), ImagesPerSecond = 10,
    };
}
