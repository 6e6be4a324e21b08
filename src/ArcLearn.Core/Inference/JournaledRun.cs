using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>
/// Searches a raster into a journal, in bounded memory: killed at any moment and repeated, it goes on where it stopped, and what comes of it is
/// what <see cref="DetectionEngine.Run"/> finds.
/// </summary>
internal sealed class JournaledRun : TileRun
{
    private readonly DetectionPlan _plan;
    private readonly IRaster _raster;
    private readonly IDetectionBackend _backend;
    private readonly DetectionJournal _journal;

    /// <summary>Opens or begins the journal; holds it until it is disposed.</summary>
    /// <param name="journal">Its path.</param>
    /// <param name="force">Whether a journal of another run is thrown away.</param>
    /// <param name="model">The model's name.</param>
    /// <param name="output">The layer that is asked for.</param>
    /// <param name="stack">The files whose bands make the raster, where it is a stack.</param>
    /// <inheritdoc cref="DetectionJournal.Open(string, RunIdentity, DetectionRecord, bool, IFileSystem, long?)"/>
    public JournaledRun(
        DetectionRunOptions options, IRaster raster, IDetectionBackend backend, RunIdentity identity, string journal, bool force,
        IFileSystem? files = null, long? journalBytes = null, string model = "", string output = "", IReadOnlyList<string>? stack = null)
        : this(
            options, raster, backend, DetectionPlan.Create(options, raster, backend), plan => DetectionJournal.Open(
                journal, identity.OfShard(options.Shard), DetectionRecord.Of(plan, options, raster, backend.Classes, model, output, stack), force, files ?? LocalFileSystem.Instance, journalBytes))
    {
    }

    private JournaledRun(DetectionRunOptions options, IRaster raster, IDetectionBackend backend, DetectionPlan plan, Func<DetectionPlan, DetectionJournal> open)
        : this(options, raster, backend, plan, open(plan))
    {
    }

    private JournaledRun(DetectionRunOptions options, IRaster raster, IDetectionBackend backend, DetectionPlan plan, DetectionJournal journal)
        : base(options, journal, plan.Tiles) => (_raster, _backend, _plan, _journal) = (raster, backend, plan, journal);

    public DetectionRecord Record => _journal.Run;

    /// <summary>Lets a layer take the detections, best first. Ends with the journal gone.</summary>
    public FeatureLayerItem Finish(DetectionLayer layer, JournaledResult result, CancellationToken cancel)
    {
        FreeSearch();
        return layer.Write(_journal, result, cancel);
    }

    /// <summary>Lets <paramref name="write"/> take the detections, best first. Ends with the journal gone.</summary>
    public void Finish(Action<IEnumerable<Detection>> write, CancellationToken cancel) => _journal.Finish(write, cancel);

    protected override void Run(RunOptions options, Action<InferenceProgress>? progress, CancellationToken cancel) =>
        DetectionEngine.Detect(_plan, (DetectionRunOptions)options, _raster, _backend, _journal, progress, cancel);

    protected override void Mend(IReadOnlyList<FailedTile> failed, RunOptions options, Action<InferenceProgress>? progress, CancellationToken cancel)
    {
        TileSelection again = new(_plan.Grid, [.. failed.Select(tile => tile.Tile)]);
        DetectionEngine.Detect(_plan.Over(again), (DetectionRunOptions)options, _raster, _backend, new MendedTiles<TileResult>(_journal.Mend), progress, cancel);
    }
}
