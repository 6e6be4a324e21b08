using ArcLearn.Core.Training;
using ArcLearn.Tests.Unit.TestSupport;
using TorchSharp;

namespace ArcLearn.Tests.Unit.Training;

[Collection(TorchTests.Name)]
public sealed class TrainerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_epoch_begins_with_how_far_the_training_is()
    {
        using FakeTrainable model = new(steps: 4) { DataFolder = _folder.Root, Losses = [3, 2, 1] };

        _ = Fit(model, new() { Epochs = 3, NoCheckpoint = true }).Count();

        Assert.Equal([(0, 12), (4, 12), (8, 12)], model.Epochs);
    }

    [Fact]
    public void The_best_epochs_weights_are_in_the_model_at_the_end()
    {
        using FakeTrainable model = new() { DataFolder = _folder.Root, Losses = [3, 1, 2] };

        List<EpochResult> epochs = [.. Fit(model, new() { Epochs = 3 })];

        Assert.Equal([true, true, false], epochs.Select(e => e.IsBest));
        Assert.Equal([3.0, 1, 2], epochs.Select(e => e.ValidLoss));
        Assert.Equal(model.Seen[1], model.Weights());
        Assert.NotEqual(model.Seen[2], model.Weights());
    }

    [Fact]
    public void Without_validation_chips_the_training_loss_decides()
    {
        using FakeTrainable model = new() { DataFolder = _folder.Root, Factor = (epoch, _) => epoch switch { 1 => 10, 2 => 1, _ => 100 } };

        List<EpochResult> epochs = [.. Fit(model, new() { Epochs = 3 })];

        Assert.Equal([true, true, false], epochs.Select(e => e.IsBest));
        Assert.All(epochs, e => Assert.True(double.IsNaN(e.ValidLoss) && double.IsNaN(e.Metric)));
    }

    [Fact]
    public void Epochs_are_trained_when_they_are_asked_for()
    {
        using FakeTrainable model = new() { DataFolder = _folder.Root, Losses = [1, 2, 3] };
        IEnumerable<EpochResult> sequence = Fit(model, new() { Epochs = 3 });
        Assert.Equal(0, model.StepsRun);

        using (IEnumerator<EpochResult> epochs = sequence.GetEnumerator())
        {
            epochs.MoveNext();
            Assert.Equal(4, model.StepsRun);
            epochs.MoveNext();
            Assert.NotEqual(model.Seen[0], model.Weights());
        }

        Assert.Equal(8, model.StepsRun);
        Assert.Equal(model.Seen[0], model.Weights());
    }

    [Fact]
    public void Cancelling_within_an_epoch_keeps_the_best()
    {
        using FakeTrainable model = new() { DataFolder = _folder.Root, Losses = [1, 2, 0.5] };
        using CancellationTokenSource stop = new();

        Assert.Throws<OperationCanceledException>(() => Trainer.Fit(
            model,
            new() { Epochs = 3 },
            at => CancelAt(at, 3, 2, stop),
            stop.Token).Count());

        Assert.Equal(10, model.StepsRun);
        Assert.Equal(model.Seen[0], model.Weights());
        Assert.False(model.Gate.IsTraining);
    }

    [Fact]
    public void Cancelling_within_the_first_epoch_keeps_what_was_learnt()
    {
        using FakeTrainable model = new() { DataFolder = _folder.Root, Losses = [1] };
        float[] initial = model.Weights();
        using CancellationTokenSource stop = new();

        Assert.Throws<OperationCanceledException>(() => Trainer.Fit(model, new() { Epochs = 1 }, at => CancelAt(at, 1, 2, stop), stop.Token).Count());

        Assert.NotEqual(initial, model.Weights());
        Assert.False(Directory.Exists(_folder.PathOf("models")) && Directory.EnumerateFileSystemEntries(_folder.PathOf("models")).Any());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_loss_that_is_not_finite_ends_the_training_and_restores_the_best(bool noCheckpoint)
    {
        using FakeTrainable model = new() { DataFolder = _folder.Root, Losses = [1, 2, 3], Factor = (epoch, step) => (epoch, step) == (3, 1) ? float.NaN : 1 };

        TrainingException error = Assert.Throws<TrainingException>(
            () => Fit(model, new() { Epochs = 3, NoCheckpoint = noCheckpoint, Schedule = LearningRateSchedule.Constant }).Count());

        Assert.Equal((3, 2, 3e-3), (error.Epoch, error.Batch, error.LearningRate));
        Assert.Contains("Lower -LearningRate", error.Message, StringComparison.Ordinal);
        Assert.Contains("epoch 1", error.Message, StringComparison.Ordinal);
        Assert.Equal(model.Seen[0], model.Weights());
    }

    [Fact]
    public void A_failure_in_the_first_epoch_restores_the_initial_weights()
    {
        using FakeTrainable model = new() { DataFolder = _folder.Root, Losses = [1], Factor = (_, step) => step == 2 ? float.PositiveInfinity : 1 };
        float[] initial = model.Weights();

        Assert.Throws<TrainingException>(() => Fit(model, new()).Count());

        Assert.Equal(initial, model.Weights());
    }

    [Fact]
    public void Without_a_checkpoint_the_last_weights_stay_and_nothing_is_written()
    {
        using FakeTrainable model = new() { DataFolder = _folder.Root, Losses = [1, 2] };

        List<EpochResult> epochs = [.. Fit(model, new() { Epochs = 2, NoCheckpoint = true })];

        Assert.Equal(model.Seen[1], model.Weights());
        Assert.All(epochs, e => Assert.Null(e.CheckpointPath));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void Early_stopping_ends_it_after_six_epochs_without_progress()
    {
        using FakeTrainable model = new() { DataFolder = _folder.Root, Losses = [2, 1, .. Enumerable.Repeat(0.9995, 20)] };

        Assert.Equal(8, Fit(model, new() { Epochs = 20, EarlyStopping = true }).Count());
    }

    [Fact]
    public void Equal_seeds_give_equal_bits_and_other_seeds_do_not()
    {
        float[] Trained(int seed)
        {
            using FakeTrainable model = new(seed) { DataFolder = _folder.Root };
            _ = Fit(model, new() { Epochs = 2, NoCheckpoint = true }).Count();
            return model.Weights();
        }

        float[] first = Trained(7);

        Assert.Equal(first, Trained(7));
        Assert.NotEqual(first, Trained(8));
    }

    [Fact]
    public void A_later_training_goes_on_with_the_random_numbers()
    {
        List<int> drawn = [];
        using FakeTrainable model = new()
        {
            DataFolder = _folder.Root,
            EpochsTrained = 2,
            Factor = (epoch, step) =>
            {
                if (step == 0)
                {
                    drawn.Add(epoch);
                }

                return 1;
            },
        };

        List<EpochResult> epochs = [.. Fit(model, new() { Epochs = 2, NoCheckpoint = true })];

        Assert.Equal([1, 2], epochs.Select(epoch => epoch.Epoch));
        Assert.Equal([3, 4], drawn);
    }

    [Fact]
    public void Progress_counts_batches_and_names_the_rate_and_the_time_left()
    {
        using FakeTrainable model = new() { DataFolder = _folder.Root, Losses = [1, 2] };
        List<BatchProgress> seen = [];

        List<EpochResult> epochs = [.. Trainer.Fit(model, new() { Epochs = 2, NoCheckpoint = true }, seen.Add, CancellationToken.None)];

        Assert.Equal([(1, 1), (1, 2), (1, 3), (1, 4), (2, 1), (2, 2), (2, 3), (2, 4)], seen.Select(at => (at.Epoch, at.Batch)));
        Assert.All(seen, at => Assert.True(at is { Epochs: 2, Batches: 4, ImagesPerSecond: > 0 } && at.Loss > 0));
        Assert.Equal(3e-3 / 25, seen[0].LearningRate, 9);
        Assert.True(seen[0].Remaining > TimeSpan.Zero);
        Assert.Equal(seen[^1].LearningRate, epochs[1].LearningRate);
    }

    [Fact]
    public void Tensors_do_not_pile_up_over_the_steps()
    {
        using FakeTrainable model = new() { DataFolder = _folder.Root, Losses = [3, 2, 1] };
        List<long> alive = [];

        _ = Trainer.Fit(
            model,
            new() { Epochs = 3, NoCheckpoint = true },
            _ => alive.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount),
            CancellationToken.None).Count();

        // The optimiser's memory comes with the first step; nothing may come after it.
        Assert.Single(alive.Distinct());
    }

    [Fact]
    public void A_model_is_trained_once_at_a_time()
    {
        using FakeTrainable model = new() { DataFolder = _folder.Root, Losses = [1, 2] };
        using IEnumerator<EpochResult> first = Fit(model, new() { Epochs = 2, NoCheckpoint = true }).GetEnumerator();
        first.MoveNext();

        LearnDataException error = Assert.Throws<LearnDataException>(() => Fit(model, new()).Count());

        Assert.Equal("ModelBusy", error.Id);
        Assert.True(model.Gate.IsTraining);
    }

    [Fact]
    public void Torchs_lack_of_memory_is_dotnets()
    {
        using FakeTrainable model = new()
        {
            DataFolder = _folder.Root,
            Factor = (_, step) => step == 1 ? torch.zeros(1L << 45).item<float>() : 1,
        };
        float[] initial = model.Weights();

        InsufficientMemoryException error = Assert.Throws<InsufficientMemoryException>(() => Fit(model, new()).Count());

        Assert.Contains("-BatchSize", error.Message, StringComparison.Ordinal);
        Assert.Equal(initial, model.Weights());
    }

    [Fact]
    public void A_training_without_epochs_or_a_full_batch_is_refused()
    {
        using FakeTrainable model = new(steps: 0) { DataFolder = _folder.Root };

        Assert.Equal("Epochs", Assert.Throws<LearnArgumentException>(() => Fit(model, new() { Epochs = 0 })).Parameter);
        Assert.Equal("BatchTooLarge", Assert.Throws<LearnDataException>(() => Fit(model, new())).Id);
    }

    private static IEnumerable<EpochResult> Fit(FakeTrainable model, TrainingOptions options) =>
        Trainer.Fit(model, options, progress: null, CancellationToken.None);

    private static void CancelAt(BatchProgress at, int epoch, int batch, CancellationTokenSource stop)
    {
        if ((at.Epoch, at.Batch) == (epoch, batch))
        {
            stop.Cancel();
        }
    }
}
