using ArcLearn.Core.Training;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Training;

[Collection(TorchTests.Name)]
public sealed class CheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_lies_below_the_data_under_the_time_and_holds_the_best_weights()
    {
        using FakeTrainable model = new() { DataFolder = _folder.Root, Losses = [2, 1, 3] };
        TrainingOptions options = new()
        {
            Epochs = 3,
            Clock = new StoppedClock(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero)),
            WriteDefinition = (weights, stream) => stream.Write(System.Text.Encoding.UTF8.GetBytes(Path.GetFileName(weights))),
        };

        List<EpochResult> epochs = [.. Fit(model, options)];

        string folder = _folder.PathOf("models", "checkpoint_2026-03-04_05-06-07");
        Assert.All(epochs, e => Assert.Equal(folder, e.CheckpointPath));
        Assert.Equal(
            ["checkpoint_2026-03-04_05-06-07.emd", "checkpoint_2026-03-04_05-06-07.pth"],
            Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).Order());
        Assert.Equal("checkpoint_2026-03-04_05-06-07.pth", File.ReadAllText(Path.Combine(folder, "checkpoint_2026-03-04_05-06-07.emd")));
        Assert.Equal(model.Bytes(), File.ReadAllBytes(Path.Combine(folder, "checkpoint_2026-03-04_05-06-07.pth")));
        Assert.Equal(model.Seen[1], model.Weights());
    }

    [Fact]
    public void Two_trainings_within_a_second_do_not_share_a_folder()
    {
        using FakeTrainable model = new() { DataFolder = _folder.Root, Losses = [1] };
        TrainingOptions options = new() { Epochs = 1, Clock = new StoppedClock(DateTimeOffset.UnixEpoch) };

        string?[] folders = [Fit(model, options).Single().CheckpointPath, Fit(model, options).Single().CheckpointPath];

        Assert.Equal(["checkpoint_1970-01-01_00-00-00", "checkpoint_1970-01-01_00-00-00_2"], folders.Select(Path.GetFileName));
    }

    [Fact]
    public void A_folder_that_vanishes_is_told_and_the_model_keeps_the_best_weights()
    {
        using FakeTrainable model = new() { DataFolder = _folder.Root, Losses = [2, 1] };
        using IEnumerator<EpochResult> epochs = Fit(model, new() { Epochs = 2, CheckpointPath = _folder.PathOf("best") }).GetEnumerator();
        epochs.MoveNext();
        Directory.Delete(_folder.PathOf("best"), recursive: true);

        LearnDataException error = Assert.Throws<LearnDataException>(() => epochs.MoveNext());

        Assert.Equal("CheckpointMissing", error.Id);
        Assert.Contains("epoch 2", error.Message, StringComparison.Ordinal);
        Assert.Equal(model.Seen[1], model.Weights());
    }

    [Theory]
    [InlineData(typeof(UnauthorizedAccessException))]
    [InlineData(typeof(IOException))]
    public void A_place_that_cannot_be_written_to_is_an_error_before_the_first_batch(Type fault)
    {
        using FakeTrainable model = new() { DataFolder = _folder.Root, Losses = [1] };
        TrainingOptions options = new() { Files = new FaultyFileSystem { BeforeCreate = _ => throw (Exception)Activator.CreateInstance(fault, "It is sealed.")! } };

        Exception? error = Record.Exception(() => Fit(model, options).Count());

        Assert.IsType(fault, error);
        Assert.Contains("It is sealed.", error.Message, StringComparison.Ordinal);
        Assert.Contains("-NoCheckpoint", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, model.StepsRun);
        Assert.False(model.Gate.IsTraining);
        Assert.Empty(Directory.EnumerateDirectories(_folder.PathOf("models")));
    }

    [Fact]
    public void A_full_disk_ends_the_training_with_the_best_weights_in_the_model_and_whole_files_on_disk()
    {
        int files = 0;
        using FakeTrainable model = new() { DataFolder = _folder.Root, Losses = [2, 1] };
        TrainingOptions options = new()
        {
            Epochs = 2,
            CheckpointPath = _folder.PathOf("best"),
            Files = new FaultyFileSystem
            {
                BeforeCreate = _ =>
                {
                    if (++files == 3)
                    {
                        throw new IOException("No space left on device.");
                    }
                },
            },
        };

        Assert.Throws<IOException>(() => Fit(model, options).Count());

        Assert.Equal([_folder.PathOf("best", "best.pth")], Directory.EnumerateFileSystemEntries(_folder.PathOf("best")));
        Assert.Equal(model.Seen[1], model.Weights());
    }

    [Fact]
    public void A_model_at_the_checkpoints_path_is_replaced_only_when_told_so()
    {
        using FakeTrainable model = new() { DataFolder = _folder.Root, Losses = [1] };
        Directory.CreateDirectory(_folder.PathOf("trees"));
        File.WriteAllText(_folder.PathOf("trees", "trees.pth"), "precious");
        TrainingOptions options = new() { Epochs = 1, CheckpointPath = _folder.PathOf("trees") };

        Assert.Throws<OutputExistsException>(() => Fit(model, options).Count());
        Assert.Equal("precious", File.ReadAllText(_folder.PathOf("trees", "trees.pth")));
        Assert.Equal(0, model.StepsRun);

        _ = Fit(model, options with { ReplaceCheckpoint = true }).Count();
        Assert.NotEqual("precious", File.ReadAllText(_folder.PathOf("trees", "trees.pth")));
    }

    private static IEnumerable<EpochResult> Fit(FakeTrainable model, TrainingOptions options) =>
        Trainer.Fit(model, options, progress: null, CancellationToken.None);

    private sealed class StoppedClock(DateTimeOffset now) : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => now;
    }
}
