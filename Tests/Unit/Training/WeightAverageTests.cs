using ArcLearn.Core.Models;
using ArcLearn.Core.Runtime;
using ArcLearn.Core.Training;
using ArcLearn.Tests.Unit.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace ArcLearn.Tests.Unit.Training;

[Collection(TorchTests.Name)]
public sealed class WeightAverageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Averaging_changes_what_is_validated_and_kept_and_not_what_is_learnt()
    {
        using FakeTrainable plain = new(steps: 12) { DataFolder = _folder.PathOf("plain"), Losses = [3, 1, 2, 4] };
        using FakeTrainable averaged = new(steps: 12) { DataFolder = _folder.PathOf("averaged"), Losses = [3, 1, 2, 4], AveragesWeights = true };

        EpochResult[] expected = [.. Fit(plain, noCheckpoint: false)];
        EpochResult[] found = [.. Fit(averaged, noCheckpoint: false)];

        Assert.Equal(expected.Select(epoch => epoch.TrainLoss), found.Select(epoch => epoch.TrainLoss));
        Assert.All(plain.Seen.Zip(averaged.Seen), pair => Assert.NotEqual(pair.First, pair.Second));
        Assert.Equal(averaged.Seen[1], averaged.Weights());
    }

    [Fact]
    public void Without_a_checkpoint_the_last_average_stays()
    {
        using FakeTrainable model = new(steps: 12) { DataFolder = _folder.Root, Losses = [1, 2, 3, 4], AveragesWeights = true };

        Assert.Equal(4, Fit(model, noCheckpoint: true).Count());

        Assert.Equal(model.Seen[3], model.Weights());
    }

    [Fact]
    public void A_training_of_few_steps_has_no_average()
    {
        using FakeTrainable plain = new(steps: 2) { DataFolder = _folder.PathOf("plain"), Losses = [4, 3, 2, 1] };
        using FakeTrainable averaged = new(steps: 2) { DataFolder = _folder.PathOf("averaged"), Losses = [4, 3, 2, 1], AveragesWeights = true };

        Assert.Equal(4, Fit(plain, noCheckpoint: true).Count());
        Assert.Equal(4, Fit(averaged, noCheckpoint: true).Count());

        Assert.Equal(plain.Seen, averaged.Seen);
    }

    [Fact]
    public void A_snapshot_follows_by_a_share_and_copies_what_counts()
    {
        using BatchNorm layer = new(2);
        using WeightSnapshot snapshot = new(layer);
        Set(layer, weight: 5, batches: 7);

        snapshot.Follow(layer, 0.25);
        Set(layer, weight: 0, batches: 0);
        snapshot.Restore(layer);

        Assert.Equal([2f, 2], layer.state_dict()["weight"].data<float>().ToArray());
        Assert.Equal(7, layer.state_dict()["num_batches_tracked"].item<long>());

        static void Set(BatchNorm layer, double weight, long batches)
        {
            using IDisposable noGradient = no_grad();
            _ = layer.state_dict()["weight"].fill_(Scalars.Of(weight));
            using Tensor count = tensor(batches);
            _ = layer.state_dict()["num_batches_tracked"].copy_(count);
        }
    }

    private static IEnumerable<EpochResult> Fit(FakeTrainable model, bool noCheckpoint) => Trainer.Fit(
        model, new() { Epochs = 4, NoCheckpoint = noCheckpoint, CheckpointPath = noCheckpoint ? null : Path.Combine(model.DataFolder, "best") }, progress: null, CancellationToken.None);
}
