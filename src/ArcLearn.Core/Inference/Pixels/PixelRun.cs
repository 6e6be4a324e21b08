using ArcLearn.Core.Data;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>
/// Classifies a raster into a journal, in bounded memory: killed at any moment and repeated, it goes on where it stopped. What comes of it depends on raster, model and options, not on
/// threads, timing or how often it was interrupted.
/// </summary>
internal sealed class PixelRun : TileRun
{
    private readonly PixelPlan _plan;
    private readonly PixelRunOptions _options;
    private readonly IRaster _raster;
    private readonly IPixelBackend _backend;
    private readonly PixelJournal _journal;

    /// <summary>Opens or begins the journal; holds it until it is disposed.</summary>
    /// <param name="journal">Its path.</param>
    /// <param name="force">Whether a journal of another run is thrown away.</param>
    /// <param name="model">The model's name.</param>
    /// <param name="output">The raster that is asked for.</param>
    /// <param name="stack">The files whose bands make the raster, where it is a stack.</param>
    /// <inheritdoc cref="PixelJournal.Open(string, RunIdentity, PixelRecord, bool, IFileSystem, long?)"/>
    public PixelRun(
        PixelRunOptions options, IRaster raster, IPixelBackend backend, RunIdentity identity, string journal, bool force,
        IFileSystem? files = null, long? journalBytes = null, string model = "", string output = "", IReadOnlyList<string>? stack = null)
        : this(
            options, raster, backend, PixelPlan.Create(options, raster, backend), plan => PixelJournal.Open(
                journal, identity.OfShard(options.Shard), PixelRecord.Of(plan, options, raster, backend.Classes, model, output, stack), force, files ?? LocalFileSystem.Instance, journalBytes))
    {
    }

    private PixelRun(PixelRunOptions options, IRaster raster, IPixelBackend backend, PixelPlan plan, Func<PixelPlan, PixelJournal> open)
        : this(options, raster, backend, plan, open(plan))
    {
    }

    private PixelRun(PixelRunOptions options, IRaster raster, IPixelBackend backend, PixelPlan plan, PixelJournal journal)
        : base(options, journal, plan.Tiles) => (_options, _raster, _backend, _plan, _journal) = (options, raster, backend, plan, journal);

    public PixelRecord Record => _journal.Run;

    /// <summary>Writes the raster. Ends with the journal gone.</summary>
    public ImageryLayerItem Finish(PixelOutput output, JournaledResult result, CancellationToken cancel)
    {
        FreeSearch();
        return output.Write(_journal, result, cancel);
    }

    /// <summary>Does some tiles of a run into nothing, for a plan.</summary>
    public static Trial Try(PixelPlan plan, TileSelection sample, PixelRunOptions options, IRaster raster, IPixelBackend backend, CancellationToken cancel)
    {
        TrialSink tried = new();
        RunPlain(plan.Grid, sample, options, options, raster, backend, tried, progress: null, cancel);
        return new Trial(tried.Skipped, 0, tried.Bytes);
    }

    /// <summary>Results that may wait for an earlier tile where each holds a whole chip's probabilities.</summary>
    public static int Ahead(int batchSize, int buffers) => batchSize * (buffers + 1);

    protected override void Run(RunOptions options, Action<InferenceProgress>? progress, CancellationToken cancel)
    {
        if (_options.Merge == MergePolicy.Mean)
        {
            RunMean(options, progress, cancel);
        }
        else
        {
            RunPlain(_plan.Grid, _plan.Tiles, _options, options, _raster, _backend, _journal, progress, cancel);
        }
    }

    protected override void Mend(IReadOnlyList<FailedTile> failed, RunOptions options, Action<InferenceProgress>? progress, CancellationToken cancel)
    {
        if (_options.Merge == MergePolicy.Mean)
        {
            // Their scores are missing in their neighbours, too.
            Tile first = _plan.Grid[failed[0].Tile];
            int from = (Math.Max(0, first.Row - _plan.Reach) * _plan.Grid.Columns) + Math.Max(0, first.Column - _plan.Reach);
            int kept = Enumerable.Range(0, _journal.Finished).Count(ordinal => _plan.Tiles[ordinal].Index < from);
            _journal.CutBack(_plan.Tiles, kept);
        }
        else
        {
            TileSelection again = new(_plan.Grid, [.. failed.Select(tile => tile.Tile)]);
            RunPlain(_plan.Grid, again, _options, options, _raster, _backend, new MendedTiles<ClassTile>(_journal.Mend), progress, cancel);
        }
    }

    /// <param name="asked">The run.</param>
    /// <param name="size">The same, perhaps in less memory.</param>
    private static void RunPlain(
        TileGrid grid, TileSelection tiles, PixelRunOptions asked, RunOptions size, IRaster raster, IPixelBackend backend, ITileSink<ClassTile> sink, Action<InferenceProgress>? progress, CancellationToken cancel)
    {
        TileReader reader = new(raster, backend.Bands, asked.Bands);
        TileEngine.Run(
            tiles,
            size,
            reader,
            backend,
            () => new ClassWorker(backend, grid, reader, asked),
            (tile, failure) => new ClassTile(tile.Index, IsSkipped: failure is null, null, null, failure),
            sink,
            progress,
            cancel);
    }

    private void RunMean(RunOptions options, Action<InferenceProgress>? progress, CancellationToken cancel)
    {
        // The tiles beside those that are left are seen once more: their scores were in no journal.
        TileReader reader = new(_raster, _backend.Bands, _options.Bands);
        ArrayStock<float> stock = new();
        using MeanMerge merge = new(_plan.Tiles, _journal.Finished, _plan.Reach, _backend.Classes.Count + 1, _options, stock, _journal.Accept, _journal.AddFailedAround);
        TileEngine.Run(
            MeanMerge.Around(_plan.Tiles, _journal.Finished, _plan.Reach),
            options,
            reader,
            _backend,
            () => new ScoreWorker(_backend, reader, _options, stock),
            (tile, failure) => new ScoreTile(tile.Index, IsSkipped: failure is null, null, null, failure),
            merge,
            progress,
            cancel,
            Ahead(_backend.BatchSize, options.Buffers > 0 ? options.Buffers : PipelineSize.Usual(options.Workers)));
    }

    /// <summary>Counts what tiles would take.</summary>
    private sealed class TrialSink : ITileSink<ClassTile>
    {
        // In the journal, and about as much in the raster with its overviews.
        private const int Copies = 2;

        public int Finished { get; private set; }

        public int Skipped { get; private set; }

        public long Bytes { get; private set; }

        public void Accept(ClassTile result)
        {
            Finished++;
            Skipped += result.IsSkipped ? 1 : 0;
            Bytes += Copies * ((long)(result.Classes?.Length ?? 0) + (result.Shares?.Length ?? 0));
        }
    }
}
