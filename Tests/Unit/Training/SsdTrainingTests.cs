using ArcLearn.Core.IO;
using ArcLearn.Core.Models;
using ArcLearn.Core.Training;
using ArcLearn.Tests.Unit.TestSupport;
using TorchSharp;

namespace ArcLearn.Tests.Unit.Training;

[Collection(TorchTests.Name)]
public sealed class SsdTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_short_training_finds_squares_it_has_not_seen()
    {
        using SsdEngine model = Squares.Detector(new SquaresData(training: 64));

        List<EpochResult> epochs = [.. Trainer.Fit(
            model, new() { Epochs = 12, LearningRate = new(1e-3), NoCheckpoint = true }, null, CancellationToken.None)];

        Assert.True(epochs[^1].TrainLoss < epochs[0].TrainLoss / 2, $"{epochs[0].TrainLoss} → {epochs[^1].TrainLoss}");
        Assert.True(epochs[^1].ValidLoss < epochs[0].ValidLoss / 2, $"{epochs[0].ValidLoss} → {epochs[^1].ValidLoss}");
        Assert.Equal("AveragePrecision", epochs[^1].MetricName);
        Assert.True(epochs[^1].Metric > 0.5, $"{epochs[^1]}");

        // A third of the overlap cannot be had by saying where the cell is: the boxes have been learnt too.
        IReadOnlyList<AveragePrecision> measured = model.Measure(new(IouThreshold: 0.3), null, CancellationToken.None);
        Assert.True(measured[^1].Value > 0.4, string.Join("; ", measured));
    }

    [Fact]
    public void Equal_seeds_give_equal_weights_bit_by_bit()
    {
        float[] Trained(int seed)
        {
            using SsdEngine model = Squares.Detector(new SquaresData(training: 16, validation: 0), seed);
            _ = Fit(model, 1);
            return Squares.Weights(model);
        }

        float[] first = Trained(3);

        Assert.Equal(first, Trained(3));
        Assert.NotEqual(first, Trained(4));
    }

    [Fact]
    public void A_frozen_backbone_trains_its_batch_norm_only()
    {
        using SsdEngine model = Squares.Detector(new SquaresData(training: 16, validation: 0));
        model.Freeze();
        Dictionary<string, float[]> before = Copy(model);

        _ = Fit(model, 1);

        Dictionary<string, float[]> after = Copy(model);
        Assert.True(model.IsFrozen);
        Assert.Equal(before["0.4.0.conv1.weight"], after["0.4.0.conv1.weight"]);
        Assert.NotEqual(before["0.4.0.bn1.weight"], after["0.4.0.bn1.weight"]);
        Assert.NotEqual(before["0.4.0.bn1.running_mean"], after["0.4.0.bn1.running_mean"]);
        Assert.NotEqual(before["1.sconvs.0.conv.weight"], after["1.sconvs.0.conv.weight"]);
    }

    [Fact]
    public void A_checkpoint_is_a_model_that_detects_the_same()
    {
        SquaresData data = new(training: 16, validation: 8) { Paths = [_folder.Root] };
        using SsdEngine model = Squares.Detector(data);
        EpochResult epoch = Trainer.Fit(model, new() { Epochs = 1 }, null, CancellationToken.None).Single();
        string weights = Path.Combine(epoch.CheckpointPath!, Path.GetFileName(epoch.CheckpointPath) + ".pth");

        using SsdEngine loaded = SsdEngine.Load(model.Definition, weights, data: null, LearnDevice.Cpu, seed: 9);

        Assert.Equal(Squares.Weights(model), Squares.Weights(loaded));
        Assert.Equal(Squares.Detect(model, data), Squares.Detect(loaded, data));
        Assert.NotEmpty(Squares.Detect(model, data)[0]);
        Assert.Equal("DataMissing", Assert.Throws<LearnDataException>(() => loaded.Measure(new(), null, CancellationToken.None)).Id);
    }

    [Fact]
    public void Cancelling_within_an_epoch_leaves_the_best_epochs_weights_and_checkpoint()
    {
        SquaresData data = new(training: 24, validation: 8) { Paths = [_folder.Root] };
        using SsdEngine model = Squares.Detector(data);
        using CancellationTokenSource stop = new();
        IEnumerable<EpochResult> training = Trainer.Fit(
            model, new() { Epochs = 5, CheckpointPath = _folder.PathOf("best") }, at => CancelAt(at, 2, 1, stop), stop.Token);
        using IEnumerator<EpochResult> epochs = training.GetEnumerator();
        Assert.True(epochs.MoveNext());
        float[] first = Squares.Weights(model);

        Assert.Throws<OperationCanceledException>(() => epochs.MoveNext());

        Assert.Equal(first, Squares.Weights(model));
        using SsdEngine saved = SsdEngine.Load(model.Definition, _folder.PathOf("best", "best.pth"), null, LearnDevice.Cpu, 0);
        Assert.Equal(first, Squares.Weights(saved));
    }

    [Fact]
    public void A_rate_that_is_far_too_high_is_an_error_and_leaves_the_model_as_it_was()
    {
        using SsdEngine model = Squares.Detector(new SquaresData(training: 64, validation: 0));
        float[] initial = Squares.Weights(model);

        TrainingException error = Assert.Throws<TrainingException>(() => Trainer.Fit(
            model,
            new() { Epochs = 2, LearningRate = new(1e30), Schedule = LearningRateSchedule.Constant, NoCheckpoint = true },
            null,
            CancellationToken.None).Count());

        Assert.Equal(1, error.Epoch);
        Assert.Equal(initial, Squares.Weights(model));
    }

    [Fact]
    public void Chips_without_a_single_object_are_refused_before_the_first_batch()
    {
        using SsdEngine model = Squares.Detector(new SquaresData { TrainingObjects = 0 });

        Assert.Equal("NoLabels", Assert.Throws<LearnDataException>(() => model.Fit(new(), null, null, CancellationToken.None)).Id);
        Assert.Equal("NoLabels", Assert.Throws<LearnDataException>(() => model.FindLearningRate(new(), null, null, CancellationToken.None)).Id);
    }

    [Fact]
    public void Tensors_do_not_pile_up_over_training_and_validation()
    {
        using SsdEngine model = Squares.Detector(new SquaresData(training: 16, validation: 8));
        List<long> alive = [];

        _ = Trainer.Fit(
            model,
            new() { Epochs = 3, NoCheckpoint = true },
            _ => alive.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount),
            CancellationToken.None).Count();

        Assert.Single(alive.Distinct());
    }

    [Fact]
    public void Weights_of_another_network_leave_the_model_as_it_was()
    {
        using SsdEngine model = Squares.Detector(new SquaresData());
        using SsdEngine other = Squares.Detector(new SquaresData { Classes = [new(1, "one", [0, 0, 0])] });
        other.SaveWeights(_folder.PathOf("other.pth"), LocalFileSystem.Instance);
        float[] before = Squares.Weights(model);

        LearnDataException error = Assert.Throws<LearnDataException>(() => model.LoadWeights(_folder.PathOf("other.pth")));

        Assert.Equal("WeightsMismatch", error.Id);
        Assert.Equal(before, Squares.Weights(model));
    }

    private static int Fit(SsdEngine model, int epochs) =>
        Trainer.Fit(model, new() { Epochs = epochs, NoCheckpoint = true }, null, CancellationToken.None).Count();

    private static Dictionary<string, float[]> Copy(SsdEngine model)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        return model.Network.state_dict().ToDictionary(
            pair => pair.Key, pair => pair.Value.to(torch.ScalarType.Float32).contiguous().data<float>().ToArray());
    }

    private static void CancelAt(BatchProgress at, int epoch, int batch, CancellationTokenSource stop)
    {
        if ((at.Epoch, at.Batch) == (epoch, batch))
        {
            stop.Cancel();
        }
    }
}
