using ArcLearn.Core.Inference;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Inference;

public sealed class BadTileTests : IDisposable
{
    private const int Chip = 64;
    private readonly TemporaryFolder _folder = new();

    private string Journal => _folder.PathOf("found.gpkg.journal");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    public void Tiles_that_cannot_be_read_are_listed_and_the_others_are_as_ever(int workers, int readers)
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(420, 400, seed: 1);
        using BlobBackend backend = new(Chip);
        DetectionRunOptions options = new() { ListBadTiles = true, Workers = workers, Readers = readers };
        DetectionRunResult whole = DetectionEngine.Run(options, raster, backend);
        raster.OnRead = Broken(new IOException("bad sector"));

        DetectionRunResult memory = DetectionEngine.Run(options, raster, backend);
        (IReadOnlyList<Detection> found, JournaledResult result) = Finish(options, raster, backend);

        Assert.Equal([new FailedTile(15, "bad sector"), new FailedTile(29, "bad sector")], result.Failed);
        Assert.Equal(result.Failed, memory.Failed);
        Assert.Equal(memory.Detections, found);
        Assert.Equal((whole.Tiles - 2, 0), (result.Tiles, result.SkippedTiles));

        // Nothing else is missing, and nothing is there that the neighbours did not see.
        Assert.Equal(whole.Detections.Where(one => one.Tile is not (15 or 29)), found.Where(one => whole.Detections.Contains(one)));
        Assert.All(found.Where(one => !whole.Detections.Contains(one)), one => Assert.NotEqual(15, one.Tile));
    }

    [Fact]
    public void A_failing_model_is_no_bad_tile()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(200, 200, seed: 1);
        using BlobBackend backend = new(Chip) { OnDetect = _ => throw new IOException("the model failed") };

        Assert.Throws<IOException>(() => DetectionEngine.Run(new DetectionRunOptions { ListBadTiles = true }, raster, backend));
    }

    [Fact]
    public void Faults_that_are_not_of_the_reading_end_the_run_also_where_bad_tiles_are_listed()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(200, 200, seed: 1);
        raster.OnRead = _ => throw new InvalidOperationException("a fault of the program");
        using BlobBackend backend = new(Chip);

        Assert.Equal("TileFailed", Assert.Throws<LearnDataException>(() => DetectionEngine.Run(new DetectionRunOptions { ListBadTiles = true }, raster, backend)).Id);
    }

    [Fact]
    public void A_raster_of_which_no_tile_can_be_read_is_an_error()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(200, 200, seed: 1);
        raster.OnRead = _ => throw new LearnFormatException("block 0 is damaged.", "memory.tif");
        using BlobBackend backend = new(Chip);

        LearnDataException error = Assert.Throws<LearnDataException>(() => Finish(new DetectionRunOptions { ListBadTiles = true }, raster, backend));

        Assert.Equal("TileFailed", error.Id);
        Assert.Contains("block 0 is damaged", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_resumed_run_tries_failed_tiles_again_and_ends_as_an_undisturbed_one(bool list)
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(420, 900, seed: 2);
        using BlobBackend backend = new(Chip);
        DetectionRunResult whole = DetectionEngine.Run(new DetectionRunOptions(), raster, backend);
        Interrupt(raster);
        raster.OnRead = null;

        (IReadOnlyList<Detection> found, JournaledResult result) = Finish(new DetectionRunOptions { ListBadTiles = list, Workers = 2 }, raster, backend);

        Assert.True(result.ResumedTiles > 30);
        Assert.Equal(whole.Detections, found);
        Assert.Equal((whole.Tiles, whole.CutDetections), (result.Tiles, result.CutDetections));
        Assert.Empty(result.Failed);
    }

    [Fact]
    public void Tiles_that_fail_again_stay_on_the_list_or_end_the_run_that_stops_for_them()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(420, 900, seed: 2);
        using BlobBackend backend = new(Chip);
        Interrupt(raster);

        LearnDataException error = Assert.Throws<LearnDataException>(() => Finish(new DetectionRunOptions(), raster, backend));
        Assert.Contains("tile 15", error.Message, StringComparison.Ordinal);

        (_, JournaledResult result) = Finish(new DetectionRunOptions { ListBadTiles = true }, raster, backend);
        Assert.Equal([15, 29], result.Failed.Select(failed => failed.Tile));
    }

    private static Action<PixelWindow> Broken(Exception fault) => window => _ = window is { Column: 64, Row: 32 } or { Column: 96, Row: 64 } ? throw fault : 0;

    /// <summary>A run that lists, and is cancelled beyond the tiles that failed.</summary>
    private void Interrupt(MemoryRaster raster)
    {
        using CancellationTokenSource stop = new();
        Action<PixelWindow> broken = Broken(new IOException("bad sector"));
        raster.OnRead = window =>
        {
            if (window.Row > 500)
            {
                stop.Cancel();
            }

            broken(window);
        };
        using BlobBackend backend = new(Chip);
        Assert.Throws<OperationCanceledException>(() => Finish(new DetectionRunOptions { ListBadTiles = true }, raster, backend, stop.Token));
        Assert.True(File.Exists(Journal));
        raster.OnRead = broken;
    }

    private (IReadOnlyList<Detection> Found, JournaledResult Result) Finish(DetectionRunOptions options, IRaster raster, IDetectionBackend backend, CancellationToken cancel = default)
    {
        List<Detection> found = [];
        using JournaledRun run = new(options, raster, backend, new RunIdentity([new("raster", "AB")]), Journal, force: false, LocalFileSystem.Instance);
        JournaledResult result = run.Search(progress: null, cancel);
        run.Finish(found.AddRange, cancel);
        return (found, result);
    }
}
