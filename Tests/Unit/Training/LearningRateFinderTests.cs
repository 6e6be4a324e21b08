using ArcLearn.Core.Drawing;
using ArcLearn.Core.Models;
using ArcLearn.Core.Training;
using ArcLearn.Tests.Unit.TestSupport;
using static TorchSharp.torch;

namespace ArcLearn.Tests.Unit.Training;

[Collection(TorchTests.Name)]
public sealed class LearningRateFinderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rates_rise_by_one_factor_until_the_loss_runs_away()
    {
        using FakeTrainable model = Model();

        LearningRateCurve curve = Find(model, new() { StartRate = 1e-5, EndRate = 1e5, Iterations = 50 });

        Assert.True(curve.HasDiverged);
        Assert.InRange(curve.Points.Count, 15, 49);
        Assert.Equal(1e-5, curve.Points[0].Rate);
        Assert.All(curve.Points.Skip(1).Zip(curve.Points), pair => Assert.Equal(Math.Pow(1e10, 1 / 50.0), pair.First.Rate / pair.Second.Rate, 9));
        Assert.True(curve.Points[^1].SmoothedLoss > 4 * curve.LowestLoss);
        Assert.All(curve.Points.SkipLast(1), point => Assert.True(point.SmoothedLoss <= 4 * curve.LowestLoss * 1.0001 || point.SmoothedLoss <= 4 * curve.Points[0].SmoothedLoss));
        Assert.InRange(curve.Suggestion!.Value, 1e-5, curve.Points[^1].Rate);
    }

    [Fact]
    public void It_goes_over_as_many_epochs_as_its_batches_take()
    {
        using FakeTrainable model = Model();

        Assert.Equal(11, Find(model, new() { Iterations = 11, EndRate = 1e-6 }).Points.Count);
        Assert.Equal(11, model.StepsRun);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Weights_statistics_and_random_numbers_are_as_before_also_when_it_is_cancelled(int cancelAfter)
    {
        using SsdEngine model = Squares.Detector(new SquaresData(training: 16, validation: 0));
        random.manual_seed(77);
        _ = rand(3);
        float[] weights = Squares.Weights(model);
        byte[] state = random.get_rng_state().bytes.ToArray();
        using CancellationTokenSource stop = new();
        LearningRateSearch search = new() { StartRate = 1e-3, EndRate = 1, Iterations = 6 };

        void Search() => _ = LearningRateFinder.Find(model, search, (_, count) => CancelAt(count, cancelAfter, stop), stop.Token);
        if (cancelAfter > 0)
        {
            Assert.Throws<OperationCanceledException>(Search);
        }
        else
        {
            Search();
        }

        Assert.Equal(weights, Squares.Weights(model));
        Assert.Equal(state, random.get_rng_state().bytes.ToArray());
        Assert.All(model.Network.parameters(), parameter => Assert.True(parameter.grad is null && parameter.requires_grad));
        Assert.False(model.Network.training || model.Gate.IsTraining);
    }

    [Fact]
    public void A_training_after_it_equals_one_without_it()
    {
        float[] Trained(bool search)
        {
            using FakeTrainable model = Model();
            if (search)
            {
                _ = Find(model, new() { Iterations = 9 });
            }

            _ = Trainer.Fit(model, new() { Epochs = 2, NoCheckpoint = true }, null, CancellationToken.None).Count();
            return model.Weights();
        }

        Assert.Equal(Trained(search: false), Trained(search: true));
    }

    [Fact]
    public void The_suggestion_lies_in_the_middle_of_the_longest_fall()
    {
        // Five flat points, then a fall over twelve, then a wall; five at each end do not count.
        double[] losses = [5, 5, 5, 5, 5, 5, 5, .. Enumerable.Range(1, 12).Select(i => 5 - (0.25 * i)), 6, 9, 20, 40, 60, 80];
        LearningRatePoint[] points = [.. losses.Select((loss, i) => new LearningRatePoint(Math.Pow(10, i), loss, loss))];

        // The fall begins at index 5 or 6 and has 13 points; counted back from its end, 13 / 3 + 13 / 6 = 6 on from index 5.
        Assert.Equal(1e11, LearningRateFinder.Suggest(points)!.Value, 1e-3);
        Assert.Null(LearningRateFinder.Suggest(points[..10]));
        Assert.Null(LearningRateFinder.Suggest([.. Enumerable.Range(0, 30).Select(i => new LearningRatePoint(i, i, i))]));
    }

    [Fact]
    public void A_model_that_is_being_trained_or_has_no_numbers_is_refused()
    {
        using FakeTrainable model = new() { DataFolder = _folder.Root, Losses = [1, 2] };
        using IEnumerator<EpochResult> training = Trainer.Fit(model, new() { Epochs = 2, NoCheckpoint = true }, null, CancellationToken.None).GetEnumerator();
        training.MoveNext();
        Assert.Equal("ModelBusy", Assert.Throws<LearnDataException>(() => Find(model, new())).Id);

        using FakeTrainable broken = new() { DataFolder = _folder.Root, Factor = (_, _) => float.NaN };
        float[] before = broken.Weights();
        Assert.Throws<TrainingException>(() => Find(broken, new()));
        Assert.Equal(before, broken.Weights());
        Assert.Equal("EndRate", Assert.Throws<LearnArgumentException>(() => Find(broken, new() { StartRate = 1, EndRate = 0.1 })).Parameter);
        using FakeTrainable none = new(steps: 0) { DataFolder = _folder.Root };
        Assert.Equal("BatchTooLarge", Assert.Throws<LearnDataException>(() => Find(none, new())).Id);
    }

    [Fact]
    public void The_curve_is_drawn()
    {
        using FakeTrainable model = Model();
        LearningRateCurve curve = Find(model, new() { EndRate = 1e4, Iterations = 60 });

        PictureItem picture = LearningRateChart.Save(curve, _folder.PathOf("curve.png"), force: false);

        Assert.True(new FileInfo(picture.Path).Length > 1000);
        Assert.Throws<OutputExistsException>(() => LearningRateChart.Save(curve, picture.Path, force: false));
    }

    private FakeTrainable Model() => new() { DataFolder = _folder.Root };

    private static LearningRateCurve Find(FakeTrainable model, LearningRateSearch search) => LearningRateFinder.Find(model, search, null, CancellationToken.None);

    private static void CancelAt(int count, int last, CancellationTokenSource stop)
    {
        if (count == last)
        {
            stop.Cancel();
        }
    }
}
