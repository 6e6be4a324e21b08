using ArcLearn.Core.Inference;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Tests.Unit.TestSupport;
using Microsoft.Data.Sqlite;

namespace ArcLearn.Tests.Unit.Inference;

public sealed class JournaledRunTests : IDisposable
{
    private const int Chip = 64;
    private readonly TemporaryFolder _folder = new();

    private string Journal => _folder.PathOf("found.gpkg.journal");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(16, false, 0.0)]
    [InlineData(16, true, 0.0)]
    [InlineData(16, true, 0.3)]
    [InlineData(26, true, 0.1)]
    [InlineData(0, true, 0.1)]
    public void What_a_journal_brings_together_is_what_memory_does(int padding, bool runNms, double maxOverlap)
    {
        foreach (int seed in new[] { 1, 2 })
        {
            using MemoryRaster raster = DetectionEngineTests.Scene(200, 400, seed);
            using BlobBackend backend = Growing();
            foreach (GeoExtent? extent in new GeoExtent?[] { null, new GeoExtent(500_020, 3_999_830, 500_080, 3_999_960) })
            {
                foreach (bool exclude in new[] { true, false })
                {
                    DetectionRunOptions options = new() { Padding = padding, RunNms = runNms, MaxOverlapRatio = maxOverlap, Extent = extent, Workers = 2, ExcludePadDetections = exclude };
                    DetectionRunResult expected = DetectionEngine.Run(options, raster, backend);

                    (IReadOnlyList<Detection> found, JournaledResult result) = Finish(options, raster, backend);

                    Assert.Equal(expected.Detections, found);
                    Assert.Equal((expected.Tiles, expected.SkippedTiles, expected.CutDetections), (result.Tiles, result.SkippedTiles, result.CutDetections));
                    Assert.Empty(Directory.GetFiles(_folder.Root));
                }
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void A_run_that_is_cancelled_again_and_again_ends_with_the_same_detections(int workers)
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(420, 900, seed: 1, noData: 10);
        DetectionRunOptions options = new() { RunNms = true, MaxOverlapRatio = 0.1, Workers = workers, Readers = 2 };
        using BlobBackend whole = new(Chip);
        DetectionRunResult expected = DetectionEngine.Run(options, raster, whole);
        Random random = new(workers);
        int resumed = 0;
        for (int attempt = 0; ; attempt++)
        {
            using CancellationTokenSource stop = new();
            int left = random.Next(1, 12);
            using BlobBackend backend = new(Chip) { OnDetect = _ => { if (Interlocked.Decrement(ref left) == 0 && attempt < 20) { stop.Cancel(); } } };
            try
            {
                (IReadOnlyList<Detection> found, JournaledResult result) = Finish(options, raster, backend, stop.Token);
                Assert.Equal(expected.Detections, found);
                Assert.Equal((expected.Tiles, expected.SkippedTiles), (result.Tiles, result.SkippedTiles));
                Assert.Equal(resumed, result.ResumedTiles);
                Assert.True(backend.Calls < whole.Calls);
                break;
            }
            catch (OperationCanceledException)
            {
                using DetectionJournal journal = DetectionJournal.Open(Journal, LocalFileSystem.Instance);
                Assert.InRange(journal.Finished, resumed, expected.Tiles + expected.SkippedTiles);
                resumed = journal.Finished;
            }
        }

        Assert.True(resumed > 0);
        Assert.Empty(Directory.GetFiles(_folder.Root));
    }

    [Fact]
    public void A_failing_read_leaves_what_was_done()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(420, 900, seed: 1);
        DetectionRunResult expected = Run(raster);
        raster.OnRead = window => _ = window.Row > 500 ? throw new IOException("the disk went away") : 0;
        using BlobBackend backend = new(Chip);
        Assert.Equal("TileFailed", Assert.Throws<LearnDataException>(() => Finish(new DetectionRunOptions(), raster, backend)).Id);
        Assert.Equal([Journal], Directory.GetFiles(_folder.Root));

        raster.OnRead = null;
        (IReadOnlyList<Detection> found, JournaledResult result) = Finish(new DetectionRunOptions(), raster, backend);

        Assert.InRange(result.ResumedTiles, 1, expected.Tiles - 1);
        Assert.Equal(expected.Detections, found);
    }

    [Fact]
    public void A_failing_writer_leaves_all_tiles_done()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(300, 300, seed: 1);
        using BlobBackend backend = new(Chip);
        using (JournaledRun run = Begin(new DetectionRunOptions(), raster, backend))
        {
            Assert.Throws<IOException>(() => Execute(run, _ => throw new IOException("full")));
        }

        int calls = backend.Calls;
        (IReadOnlyList<Detection> found, JournaledResult result) = Finish(new DetectionRunOptions(), raster, backend);

        Assert.Equal(calls, backend.Calls);
        Assert.Equal(result.Tiles, result.ResumedTiles);
        Assert.Equal(Run(raster).Detections, found);
    }

    [Fact]
    public void A_full_disk_is_told_and_what_fitted_is_kept()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(1200, 1800, seed: 1);
        using BlobBackend backend = new(Chip);

        IOException error = Assert.Throws<IOException>(() =>
        {
            using JournaledRun run = Begin(new DetectionRunOptions(), raster, backend, bytes: 400_000);
            _ = Execute(run, _ => Assert.Fail("written"));
        });
        Assert.Contains("disk is full", error.Message, StringComparison.Ordinal);

        (IReadOnlyList<Detection> found, JournaledResult result) = Finish(new DetectionRunOptions(), raster, backend);
        Assert.InRange(result.ResumedTiles, 1, result.Tiles - 1);
        Assert.Equal(Run(raster).Detections, found);
    }

    [Fact]
    public void Where_memory_runs_out_the_run_goes_on_with_less_to_the_same_result()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(420, 900, seed: 1);
        (int busy, int failures) = (0, 0);
        using BlobBackend backend = new(Chip)
        {
            OnDetect = samples =>
            {
                // As a machine with room for one model only.
                if (Interlocked.Increment(ref busy) > 1)
                {
                    Interlocked.Decrement(ref busy);
                    Interlocked.Increment(ref failures);
                    throw new OutOfMemoryException();
                }

                Thread.Sleep(1);
                Interlocked.Decrement(ref busy);
            },
        };
        List<Detection> found = [];
        List<string> warnings = [];
        using JournaledRun run = Begin(new DetectionRunOptions { Workers = 4, Readers = 2 }, raster, backend);

        _ = run.Search(progress: null, CancellationToken.None, warnings.Add);
        run.Finish(found.AddRange, CancellationToken.None);

        Assert.True(failures > 0);
        Assert.StartsWith("Memory ran out. Going on with 4 model(s) and 4", warnings[0], StringComparison.Ordinal);
        Assert.StartsWith("Memory ran out. Going on with 1 model(s) and 1", warnings[^1], StringComparison.Ordinal);
        Assert.Equal(Run(raster).Detections, found);
    }

    [Fact]
    public void What_a_failing_group_held_is_not_counted_as_done()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(200, 200, seed: 1);
        using BlobBackend backend = new(Chip);
        DetectionPlan plan = DetectionPlan.Create(new DetectionRunOptions(), raster, backend);
        using DetectionJournal journal = DetectionJournal.Open(Journal, Identity(), DetectionRecord.Of(plan, new(), raster, backend.Classes, "blobs", "found.gpkg"), force: false, LocalFileSystem.Instance);
        Detection found = new(1, 1, 9, 9, 0, 0.5f, 0, 0);
        journal.Accept(new TileResult(0, IsSkipped: false, [found], CutDetections: 1));
        journal.Commit();
        journal.Accept(new TileResult(1, IsSkipped: true, [], CutDetections: 0));

        // The number of a detection that is there already: the database refuses it, and takes the group back.
        Assert.ThrowsAny<Exception>(() => journal.Accept(new TileResult(2, IsSkipped: false, [found], CutDetections: 1)));

        Assert.Equal((1, 0, 1), (journal.Finished, journal.Skipped, journal.CutDetections));
        Assert.Equal([found], journal.Between(0, 10));
    }

    [Fact]
    public void A_journal_that_another_process_makes_at_the_same_moment_is_not_emptied()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(300, 300, seed: 1);
        using BlobBackend backend = new(Chip);
        Interrupt(raster, backend);
        string other = _folder.PathOf("other");
        File.Move(Journal, other);

        // It appears after it was looked for.
        FaultyFileSystem files = new() { BeforeCreate = path => File.Move(other, path) };
        using JournaledRun run = new(new DetectionRunOptions(), raster, backend, Identity(), Journal, force: false, files);

        Assert.True(run.ResumedTiles > 0);
    }

    [Fact]
    public void Where_memory_does_not_do_for_one_batch_the_run_ends_with_that_error()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(300, 300, seed: 1);
        using BlobBackend backend = new(Chip) { OnDetect = _ => throw new OutOfMemoryException() };
        using JournaledRun run = Begin(new DetectionRunOptions { Workers = 2 }, raster, backend);

        Assert.Throws<OutOfMemoryException>(() => run.Search(progress: null, CancellationToken.None));
    }

    [Fact]
    public void The_journal_of_another_run_is_refused_by_name_and_kept_until_forced()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(300, 300, seed: 1);
        using BlobBackend backend = new(Chip);
        Interrupt(raster, backend);
        byte[] before = File.ReadAllBytes(Journal);

        LearnDataException error = Assert.Throws<LearnDataException>(
            () => new JournaledRun(new DetectionRunOptions(), raster, backend, Identity(threshold: "0.4"), Journal, force: false));

        Assert.Equal("JournalMismatch", error.Id);
        Assert.Contains("threshold: 0.5 then, 0.4 now", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Journal));
        using JournaledRun forced = new(new DetectionRunOptions(), raster, backend, Identity(threshold: "0.4"), Journal, force: true);
        Assert.Equal(0, forced.ResumedTiles);
    }

    [Theory]
    [InlineData("not a database, but text that is longer than the hundred bytes of a header, so that it is looked at as one")]
    public void A_damaged_journal_is_refused_and_kept_until_forced(string content)
    {
        File.WriteAllText(Journal, content);
        using MemoryRaster raster = DetectionEngineTests.Scene(100, 100, seed: 1);
        using BlobBackend backend = new(Chip);

        Assert.Equal("JournalDamaged", Assert.Throws<LearnDataException>(() => Begin(new DetectionRunOptions(), raster, backend)).Id);

        Assert.True(File.Exists(Journal));
        using JournaledRun forced = new(new DetectionRunOptions(), raster, backend, Identity(), Journal, force: true);
        Assert.Equal(0, forced.ResumedTiles);
    }

    [Fact]
    public void A_run_that_was_killed_as_it_began_is_begun_anew()
    {
        File.WriteAllText(Journal, "");
        using MemoryRaster raster = DetectionEngineTests.Scene(100, 100, seed: 1);
        using BlobBackend backend = new(Chip);

        (IReadOnlyList<Detection> found, JournaledResult result) = Finish(new DetectionRunOptions(), raster, backend);

        Assert.Equal(Run(raster).Detections, found);
        Assert.Equal(0, result.ResumedTiles);
    }

    [Fact]
    public void A_journal_with_a_damaged_page_is_a_named_error()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(900, 900, seed: 1);
        using BlobBackend backend = new(Chip);
        using (JournaledRun run = Begin(new DetectionRunOptions(), raster, backend))
        {
            Assert.Throws<IOException>(() => Execute(run, _ => throw new IOException("full")));
        }

        byte[] bytes = File.ReadAllBytes(Journal);
        bytes.AsSpan(8192).Fill(0xA5);
        File.WriteAllBytes(Journal, bytes);

        Assert.Equal("JournalDamaged", Assert.Throws<LearnDataException>(() => Finish(new DetectionRunOptions(), raster, backend)).Id);
    }

    [Fact]
    public void A_journal_that_a_living_run_holds_is_refused_also_when_forced()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(300, 300, seed: 1);
        using BlobBackend backend = new(Chip);
        Interrupt(raster, backend);
        using JournaledRun holder = Begin(new DetectionRunOptions(), raster, backend);

        foreach (bool force in new[] { false, true })
        {
            LearnDataException error = Assert.Throws<LearnDataException>(() => new JournaledRun(new DetectionRunOptions(), raster, backend, Identity(), Journal, force));
            Assert.Equal("JournalInUse", error.Id);
        }

        Assert.True(File.Exists(Journal));
    }

    [Fact]
    public void A_run_without_a_finished_tile_leaves_no_journal()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(300, 300, seed: 1);
        raster.OnRead = _ => throw new IOException("the disk went away");
        using BlobBackend backend = new(Chip);

        Assert.Throws<LearnDataException>(() => Finish(new DetectionRunOptions(), raster, backend));

        Assert.Empty(Directory.GetFiles(_folder.Root));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_an_error_of_the_file_system()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(100, 100, seed: 1);
        using BlobBackend backend = new(Chip);

        Assert.Throws<DirectoryNotFoundException>(() => new JournaledRun(new DetectionRunOptions(), raster, backend, Identity(), _folder.PathOf("nowhere", "a.journal"), force: false));
    }

    private static RunIdentity Identity(string threshold = "0.5") => new([new("raster", "AB"), new("threshold", threshold)]);

    private static DetectionRunResult Run(IRaster raster)
    {
        using BlobBackend backend = new(Chip);
        return DetectionEngine.Run(new DetectionRunOptions(), raster, backend);
    }

    /// <summary>Boxes larger than the objects, so that they overlap.</summary>
    private static BlobBackend Growing() => new(Chip) { Change = box => box with { XMin = box.XMin - 4, YMin = box.YMin - 4, XMax = box.XMax + 4, YMax = box.YMax + 5 } };

    private JournaledRun Begin(DetectionRunOptions options, IRaster raster, IDetectionBackend backend, long? bytes = null) =>
        new(options, raster, backend, Identity(), Journal, force: false, files: null, bytes);

    private (IReadOnlyList<Detection> Found, JournaledResult Result) Finish(DetectionRunOptions options, IRaster raster, IDetectionBackend backend, CancellationToken cancel = default)
    {
        List<Detection> found = [];
        using JournaledRun run = Begin(options, raster, backend);
        JournaledResult result = Execute(run, found.AddRange, cancel);
        return (found, result);
    }

    private static JournaledResult Execute(JournaledRun run, Action<IEnumerable<Detection>> write, CancellationToken cancel = default)
    {
        JournaledResult result = run.Search(progress: null, cancel);
        run.Finish(write, cancel);
        return result;
    }

    private void Interrupt(MemoryRaster raster, BlobBackend backend)
    {
        raster.OnRead = window => _ = window.Row > 100 ? throw new IOException("the disk went away") : 0;
        Assert.Throws<LearnDataException>(() => Finish(new DetectionRunOptions(), raster, backend));
        raster.OnRead = null;
        Assert.True(File.Exists(Journal));
        SqliteConnection.ClearAllPools();
    }
}
