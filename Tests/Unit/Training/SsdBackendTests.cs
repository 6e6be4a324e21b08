using ArcLearn.Core.Inference;
using ArcLearn.Core.Models;
using ArcLearn.Core.Runtime;
using ArcLearn.Core.Training;
using ArcLearn.Tests.Unit.TestSupport;
using TorchSharp;

namespace ArcLearn.Tests.Unit.Training;

[Collection(TorchTests.Name)]
public class SsdBackendTests
{
    private static readonly SquaresData s_data = new(training: 16, validation: 4, batchSize: 4);

    [Fact]
    public void Raw_chips_give_what_the_model_itself_detects()
    {
        using SsdEngine model = Squares.Detector(s_data);
        using SsdBackend backend = new(model, batchSize: 4, threshold: 0.01, overlap: 0.5);
        using IDetectionReplica replica = backend.CreateReplica();

        IReadOnlyList<ChipDetection>[] actual = replica.Detect(Raw(16, 17, 18, 19));

        IReadOnlyList<ChipDetection>[] expected = Squares.Detect(model, s_data);
        Assert.Equal(4, actual.Length);
        Assert.All(actual, Assert.NotEmpty);
        Assert.Equal(expected.SelectMany(chip => chip), actual.SelectMany(chip => chip), IsClose);
        Assert.Equal((64, 3, SampleType.UInt8), (backend.ChipSize, backend.Bands, backend.SampleType));
    }

    [Fact]
    public void Replicas_on_threads_of_their_own_give_equal_bits_wherever_a_chip_lies_in_the_batch()
    {
        using SsdEngine model = Squares.Detector(s_data);
        using SsdBackend backend = new(model, batchSize: 4, threshold: 0.01, overlap: 0.5);
        using IDetectionReplica alone = backend.CreateReplica();
        IReadOnlyList<ChipDetection>[] expected = alone.Detect(Raw(0, 1, 2, 3));
        int before = torch.get_num_threads();
        IReadOnlyList<ChipDetection>[][] found = new IReadOnlyList<ChipDetection>[3][];

        Thread[] workers = [.. Enumerable.Range(0, found.Length).Select(i => new Thread(() =>
        {
            using IDetectionReplica replica = backend.CreateReplica();
            found[i] = replica.Detect(Raw(3, 2, 1, 0));
        }))];
        Array.ForEach(workers, worker => worker.Start());
        Array.ForEach(workers, worker => worker.Join());

        Assert.All(found, chips => Assert.Equal(expected, chips.Reverse()));
        Assert.Equal(before, torch.get_num_threads());
    }

    /// <summary>Another batch shape takes other paths through torch: the last bits differ, what is found does not.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Another_batch_shape_finds_the_same_within_a_hundred_thousandth(int batchSize)
    {
        using SsdEngine model = Squares.Detector(s_data);
        using SsdBackend four = new(model, batchSize: 4, threshold: 0.01, overlap: 0.5);
        using IDetectionReplica expectedReplica = four.CreateReplica();
        ChipDetection[] expected = [.. expectedReplica.Detect(Raw(5, 6, 7, 8))[1]];

        using SsdBackend other = new(model, batchSize, threshold: 0.01, overlap: 0.5);
        using IDetectionReplica replica = other.CreateReplica();
        ChipDetection[] actual = [.. replica.Detect(Raw([.. Enumerable.Range(5, batchSize)]))[1]];

        Assert.NotEmpty(expected);
        Assert.Equal(expected.Select(box => box.ClassIndex), actual.Select(box => box.ClassIndex));
        Assert.All(expected.Zip(actual), pair => Assert.InRange(Math.Abs(pair.First.Score - pair.Second.Score), 0, 1e-5));
    }

    [Fact]
    public void Training_the_model_further_does_not_change_it()
    {
        using SsdEngine model = Squares.Detector(s_data);
        using SsdBackend backend = new(model, batchSize: 4, threshold: 0.01, overlap: 0.5);
        using IDetectionReplica replica = backend.CreateReplica();
        IReadOnlyList<ChipDetection>[] before = replica.Detect(Raw(0, 1, 2, 3));

        _ = Trainer.Fit(model, new() { Epochs = 1, NoCheckpoint = true }, null, CancellationToken.None).Count();

        Assert.Equal(before, replica.Detect(Raw(0, 1, 2, 3)));
    }

    [Fact]
    public void Damaged_weights_are_an_error_and_not_an_empty_result()
    {
        using SsdEngine model = Squares.Detector(s_data);
        using (torch.no_grad())
        {
            model.Network.parameters().First().fill_(Scalars.Of(double.NaN));
        }

        using SsdBackend backend = new(model, batchSize: 2);
        using IDetectionReplica replica = backend.CreateReplica();

        Assert.Equal("ModelOutput", Assert.Throws<LearnDataException>(() => replica.Detect(Raw(0, 1))).Id);
    }

    [Fact]
    public void A_batch_of_one_or_of_another_length_is_refused()
    {
        using SsdEngine model = Squares.Detector(s_data);
        using SsdBackend backend = new(model, batchSize: 4);
        using IDetectionReplica replica = backend.CreateReplica();

        Assert.Throws<ArgumentOutOfRangeException>(() => new SsdBackend(model, batchSize: 1));
        Assert.Throws<ArgumentException>(() => replica.Detect(Raw(0, 1)));
    }

    [Fact]
    public void Detecting_leaves_no_tensors_behind()
    {
        using SsdEngine model = Squares.Detector(s_data);
        using SsdBackend backend = new(model, batchSize: 4);
        using IDetectionReplica replica = backend.CreateReplica();
        _ = replica.Detect(Raw(0, 1, 2, 3));
        long alive = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        _ = replica.Detect(Raw(4, 5, 6, 7));

        Assert.Equal(alive, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private static float[] Raw(params int[] items) => [.. items.SelectMany(s_data.Samples)];

    private static bool IsClose(ChipDetection a, ChipDetection b) =>
        a.ClassIndex == b.ClassIndex && Math.Abs(a.Score - b.Score) < 1e-4
        && Math.Abs(a.XMin - b.XMin) + Math.Abs(a.YMin - b.YMin) + Math.Abs(a.XMax - b.XMax) + Math.Abs(a.YMax - b.YMax) < 0.05;
}
