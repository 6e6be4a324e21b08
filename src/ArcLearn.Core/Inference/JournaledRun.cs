using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>What a journalled run came to; the detections themselves are in the journal.</summary>
/// <param name="Tiles">Tiles that the model saw, in this run or before it was interrupted.</param>
/// <param name="SkippedTiles">Tiles that are wholly nodata.</param>
/// <param name="ResumedTiles">Tiles that an interrupted run had done.</param>
internal sealed record JournaledResult(int Tiles, int SkippedTiles, int ResumedTiles, int CutDetections);

/// <summary>
/// Searches a raster into a journal, in bounded memory: killed at any moment and repeated, it goes on where it stopped, and what comes of it is
/// what <see cref="DetectionEngine.Run"/> finds.
/// </summary>
internal sealed class JournaledRun : IDisposable
{
    private readonly DetectionPlan _plan;
    private readonly DetectionRunOptions _options;
    private readonly IRaster _raster;
    private readonly IDetectionBackend _backend;
    private readonly DetectionJournal _journal;

    /// <summary>Opens or begins the journal; holds it until it is disposed.</summary>
    /// <param name="journal">Its path.</param>
    /// <param name="force">Whether a journal of another run is thrown away.</param>
    /// <inheritdoc cref="DetectionJournal.Open"/>
    public JournaledRun(
        DetectionRunOptions options, IRaster raster, IDetectionBackend backend, RunIdentity identity, string journal, bool force, IFileSystem? files = null, long? journalBytes = null)
    {
        (_options, _raster, _backend) = (options, raster, backend);
        _plan = DetectionPlan.Create(options, raster, backend);
        _journal = DetectionJournal.Open(journal, identity, force, files ?? LocalFileSystem.Instance, journalBytes);
        ResumedTiles = _journal.Finished;
    }

    /// <summary>Tiles of the run.</summary>
    public int Tiles => _plan.Tiles.Count;

    /// <summary>Those that an interrupted run had done.</summary>
    public int ResumedTiles { get; }

    /// <summary>Does the tiles that are left, then lets <paramref name="write"/> take the detections, best first. Ends with the journal gone.</summary>
    /// <param name="write">Writes and completes the layer.</param>
    /// <exception cref="LearnDataException">TileFailed, ModelOutput, JournalDamaged. What was finished stays in the journal, also when the run is cancelled.</exception>
    public JournaledResult Execute(Action<IEnumerable<Detection>> write, Action<InferenceProgress>? progress, CancellationToken cancel)
    {
        if (_journal.Finished < _plan.Tiles.Count)
        {
            DetectionEngine.Detect(_plan, _options, _raster, _backend, _journal, progress, cancel);
            _journal.Commit();
        }

        _journal.Keep(new DetectionFinish(_plan, _options, _raster.Transform, _journal).Run(), cancel);
        write(_journal.Kept());
        JournaledResult result = new(_journal.Finished - _journal.Skipped, _journal.Skipped, ResumedTiles, _journal.CutDetections);
        _journal.Complete();
        return result;
    }

    public void Dispose() => _journal.Dispose();
}
