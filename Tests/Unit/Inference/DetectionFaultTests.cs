using ArcLearn.Core.Inference;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Tests.Unit.Inference;

public class DetectionFaultTests
{
    private const int Chip = 64;

    public static TheoryData<Exception> ReadFaults =>
        [new IOException("the disk went away"), new LearnFormatException("block 3 is damaged.", "memory.tif")];

    [Theory]
    [MemberData(nameof(ReadFaults))]
    public void A_tile_that_cannot_be_read_ends_the_run_and_is_named(Exception fault)
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(420, 400, seed: 1);
        raster.OnRead = window => _ = window is { Column: 64, Row: 32 } ? throw fault : 0;
        using BlobBackend backend = new(Chip);

        LearnDataException error = Assert.Throws<LearnDataException>(
            () => DetectionEngine.Run(new DetectionRunOptions { Workers = 2, Readers = 2 }, raster, backend));

        Assert.Equal("TileFailed", error.Id);
        Assert.Same(fault, error.InnerException);
        Assert.Contains("tile 15 (columns 64 to 127, rows 32 to 95)", error.Message, StringComparison.Ordinal);
        Assert.Contains(fault.Message, error.Message, StringComparison.Ordinal);
        Assert.Equal(backend.Replicas, backend.Disposed);
    }

    [Fact]
    public void A_failing_model_surfaces_as_it_was_thrown()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(420, 400, seed: 1);
        int calls = 0;
        using BlobBackend backend = new(Chip)
        {
            OnDetect = samples => _ = Interlocked.Increment(ref calls) == 3 ? throw new InvalidOperationException("out of memory") : samples,
        };

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(
            () => DetectionEngine.Run(new DetectionRunOptions { Workers = 3 }, raster, backend));

        Assert.Equal("out of memory", error.Message);
        Assert.Equal((3, 3), (backend.Replicas, backend.Disposed));
    }

    [Fact]
    public void A_failing_sink_ends_all_threads()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(420, 400, seed: 1);
        using BlobBackend backend = new(Chip);
        DetectionRunOptions options = new() { Workers = 2 };

        Assert.Throws<IOException>(() => DetectionEngine.Detect(
            DetectionPlan.Create(options, raster, backend), options, raster, backend, new FullSink(), progress: null, CancellationToken.None));

        Assert.Equal(backend.Replicas, backend.Disposed);
    }

    [Theory]
    [InlineData(float.NaN, 0.5f, 0)]
    [InlineData(1, float.NaN, 0)]
    [InlineData(1, 1.5f, 0)]
    [InlineData(1, 0.5f, 2)]
    [InlineData(1, 0.5f, -1)]
    public void Answers_that_make_no_sense_are_refused(float xMin, float score, int classIndex)
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(100, 100, seed: 1);
        using BlobBackend backend = new(Chip) { Change = box => box with { XMin = xMin, Score = score, ClassIndex = classIndex } };

        LearnDataException error = Assert.Throws<LearnDataException>(() => DetectionEngine.Run(new DetectionRunOptions(), raster, backend));

        Assert.Equal("ModelOutput", error.Id);
    }

    [Fact]
    public void A_model_that_answers_fewer_chips_than_it_was_given_is_refused()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(100, 100, seed: 1);
        using ShortBackend backend = new();

        LearnDataException error = Assert.Throws<LearnDataException>(() => DetectionEngine.Run(new DetectionRunOptions(), raster, backend));

        Assert.Equal("ModelOutput", error.Id);
        Assert.Contains("answered 1 chips of a batch that holds 4", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelling_ends_the_run_within_a_batch()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(420, 400, seed: 1);
        using CancellationTokenSource stop = new();
        using BlobBackend backend = new(Chip, batchSize: 2) { OnDetect = _ => stop.Cancel() };

        Assert.Throws<OperationCanceledException>(
            () => DetectionEngine.Run(new DetectionRunOptions { Workers = 2, Readers = 2 }, raster, backend, progress: null, stop.Token));

        // Each worker may be in a batch when the other one cancels.
        Assert.InRange(backend.Calls, 1, 2);
        Assert.Equal(backend.Replicas, backend.Disposed);
    }

    [Fact]
    public void Cancelling_wakes_readers_that_wait_for_a_slow_model()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(420, 400, seed: 1);
        using CancellationTokenSource stop = new();
        using ManualResetEventSlim isBusy = new();
        using BlobBackend backend = new(Chip, batchSize: 2)
        {
            OnDetect = _ =>
            {
                isBusy.Set();
                stop.Token.WaitHandle.WaitOne();
            },
        };
        Task run = Task.Run(
            () => DetectionEngine.Run(new DetectionRunOptions { Readers = 2, Buffers = 1 }, raster, backend, progress: null, stop.Token));
        Assert.True(isBusy.Wait(TimeSpan.FromSeconds(30)));

        stop.Cancel();

        Assert.Throws<OperationCanceledException>(() => run.GetAwaiter().GetResult());
        Assert.Equal(1, backend.Calls);
    }

    [Fact]
    public void A_run_that_is_cancelled_before_it_begins_reads_nothing()
    {
        using MemoryRaster raster = new(100, 100);
        raster.OnRead = _ => Assert.Fail("read");
        using BlobBackend backend = new(Chip);

        Assert.Throws<OperationCanceledException>(
            () => DetectionEngine.Run(new DetectionRunOptions(), raster, backend, progress: null, new CancellationToken(canceled: true)));

        Assert.Equal(0, backend.Replicas);
    }

    [Fact]
    public void Rasters_and_extents_that_do_not_fit_the_model_are_named_errors()
    {
        using MemoryRaster raster = new(100, 100);
        using BlobBackend backend = new(Chip);
        using BlobBackend color = new(Chip, bands: 3);
        using BlobBackend deep = new(Chip) { SampleType = SampleType.UInt16 };
        DetectionRunOptions outside = new() { Extent = new GeoExtent(0, 0, 10, 10) };
        DetectionRunOptions empty = new() { Extent = new GeoExtent(500_000, 3_999_990, 500_000, 4_000_000) };

        Assert.Equal("BandMismatch", Fault(() => DetectionEngine.Run(new DetectionRunOptions(), raster, color)).Id);
        Assert.Equal("SampleTypeMismatch", Fault(() => DetectionEngine.Run(new DetectionRunOptions(), raster, deep)).Id);
        Assert.Equal("ExtentOutside", Fault(() => DetectionEngine.Run(outside, raster, backend)).Id);
        Assert.Throws<LearnArgumentException>(() => DetectionEngine.Run(empty, raster, backend));
        Assert.Throws<LearnArgumentException>(() => DetectionEngine.Run(new DetectionRunOptions { Workers = 0 }, raster, backend));
        Assert.Equal(9, DetectionEngine.Run(new DetectionRunOptions { AllowOtherSampleType = true }, raster, deep).Tiles);
    }

    private static LearnDataException Fault(Action run) => Assert.Throws<LearnDataException>(run);

    /// <summary>One answer to each batch.</summary>
    private sealed class ShortBackend : IDetectionBackend, IDetectionReplica
    {
        public int BatchSize => 4;

        public int ChipSize => Chip;

        public int Bands => 1;

        public SampleType SampleType => SampleType.UInt8;

        public IReadOnlyList<ClassDefinition> Classes { get; } = [new(1, "car", [255, 0, 0])];

        public long BytesPerReplica => 1;

        public IDetectionReplica CreateReplica() => this;

        public IReadOnlyList<ChipDetection>[] Detect(float[] samples) => [[]];

        public void Dispose()
        {
        }
    }

    private sealed class FullSink : ITileSink
    {
        public int Finished => 0;

        public int Skipped => 0;

        public void Accept(TileResult result) => throw new IOException("disk full");
    }
}
