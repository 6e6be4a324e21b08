using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>What a journalled run came to; the detections themselves are in the journal.</summary>
/// <param name="Tiles">Tiles that the model saw, in this run or before it was interrupted.</param>
/// <param name="SkippedTiles">Tiles that are wholly nodata.</param>
/// <param name="ResumedTiles">Tiles that an interrupted run had done.</param>
/// <param name="MaskedTiles">Tiles that touch no polygon of the mask, and are no part of the run.</param>
/// <param name="Failed">Tiles that could not be read, where they are listed.</param>
internal sealed record JournaledResult(int Tiles, int SkippedTiles, int ResumedTiles, int CutDetections, int MaskedTiles, IReadOnlyList<FailedTile> Failed);

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
    /// <exception cref="LearnDataException">TileFailed (also where every tile failed), ModelOutput, JournalDamaged. What was finished stays in the journal, also when the run is cancelled.</exception>
    public JournaledResult Execute(Action<IEnumerable<Detection>> write, Action<InferenceProgress>? progress, CancellationToken cancel)
    {
        ReadAgain(cancel);
        if (_journal.Finished < _plan.Tiles.Count)
        {
            DetectionEngine.Detect(_plan, _options, _raster, _backend, _journal, progress, cancel);
            _journal.Commit();
        }

        IReadOnlyList<FailedTile> failed = _journal.Failed;
        int tiles = _journal.Finished - _journal.Skipped - failed.Count;
        if (failed.Count > 0 && tiles == 0)
        {
            throw new LearnDataException(
                "TileFailed", $"{_raster.Path}: none of {failed.Count} tile(s) with data can be read. The first: {_plan.Grid[failed[0].Tile]}: {failed[0].Reason}", _raster.Path);
        }

        _journal.Keep(new DetectionFinish(_plan, _options, _raster.Transform, _journal).Run(), cancel);
        write(_journal.Kept());
        JournaledResult result = new(tiles, _journal.Skipped, ResumedTiles, _journal.CutDetections, _plan.MaskedTiles, failed);
        _journal.Complete();
        return result;
    }

    /// <summary>Where a failed tile lies: its number, and what it owns in pixels of the run.</summary>
    public Tile TileOf(in FailedTile failed) => _plan.Grid[failed.Tile];

    public void Dispose() => _journal.Dispose();

    /// <summary>
    /// Tries the tiles once more that the interrupted run could not read: a disk or network may be there again. What comes of them is what an undisturbed run finds.
    /// </summary>
    private void ReadAgain(CancellationToken cancel)
    {
        int[] tiles = [.. _journal.Failed.Select(failed => failed.Tile)];
        if (tiles.Length > 0)
        {
            DetectionEngine.Detect(_plan.Over(tiles), _options, _raster, _backend, new MendedTiles(_journal), progress: null, cancel);
            _journal.Commit();
        }
    }

    private sealed class MendedTiles(DetectionJournal journal) : ITileSink
    {
        public int Finished => 0;

        public int Skipped => 0;

        public void Accept(TileResult result)
        {
            if (result.Failure is null)
            {
                journal.Mend(result);
            }
        }
    }
}
