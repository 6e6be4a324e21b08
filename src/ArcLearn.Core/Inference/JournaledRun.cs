using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Runtime;

namespace ArcLearn.Core.Inference;

/// <summary>What a journalled run came to; the detections themselves are in the journal.</summary>
/// <param name="Tiles">Tiles that the model saw, in this run or before it was interrupted.</param>
/// <param name="SkippedTiles">Tiles that are wholly nodata.</param>
/// <param name="ResumedTiles">Tiles that an interrupted run had done.</param>
/// <param name="MaskedTiles">Tiles that touch no polygon of the mask, and are no part of the run.</param>
/// <param name="Failed">Tiles that could not be read, where they are listed.</param>
internal sealed record JournaledResult(int Tiles, int SkippedTiles, int ResumedTiles, int CutDetections, int MaskedTiles, IReadOnlyList<FailedTile> Failed)
{
    /// <summary>What stands in a journal whose tiles are all finished.</summary>
    public static JournaledResult Of(DetectionJournal journal, int resumedTiles)
    {
        IReadOnlyList<FailedTile> failed = journal.Failed;
        return new JournaledResult(
            journal.Finished - journal.Skipped - failed.Count, journal.Skipped, resumedTiles, journal.CutDetections, journal.Run.MaskedTiles, failed);
    }

    /// <exception cref="LearnDataException">TileFailed: no tile with data could be read, so that there is nothing to write.</exception>
    public void RequireTiles(DetectionRecord run)
    {
        if (Failed.Count > 0 && Tiles == 0)
        {
            throw new LearnDataException(
                "TileFailed", $"{run.Source}: none of {Failed.Count} tile(s) with data can be read. The first: {run.ToGrid()[Failed[0].Tile]}: {Failed[0].Reason}", run.Source);
        }
    }
}

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
    private bool _hasReadAgain;

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
    {
        (_options, _raster, _backend) = (options, raster, backend);
        _plan = DetectionPlan.Create(options, raster, backend);
        identity = options.Shard is ShardNumber shard ? identity.With(RunIdentity.Shard, shard.ToString()) : identity;
        _journal = DetectionJournal.Open(
            journal, identity, DetectionRecord.Of(_plan, options, raster, backend.Classes, model, output, stack), force, files ?? LocalFileSystem.Instance, journalBytes);
        ResumedTiles = _journal.Finished;
        Journal = journal;
    }

    /// <summary>Where its journal lies.</summary>
    public string Journal { get; }

    public DetectionRecord Record => _journal.Run;

    /// <summary>Tiles of the run.</summary>
    public int Tiles => _plan.Tiles.Count;

    /// <summary>Those that an interrupted run had done.</summary>
    public int ResumedTiles { get; }

    /// <summary>Does the tiles that are left into the journal, which then stays to be finished, or a shard's to be merged.</summary>
    /// <param name="warn">Is told where memory ran out.</param>
    /// <exception cref="LearnDataException">TileFailed (also where every tile failed), ModelOutput, JournalDamaged. What was finished stays in the journal, also when the run is cancelled.</exception>
    public JournaledResult Search(Action<InferenceProgress>? progress, CancellationToken cancel, Action<string>? warn = null)
    {
        DetectionRunOptions options = _options;
        for (bool isDone = false; !isDone;)
        {
            try
            {
                ReadAgain(options, progress, cancel);
                if (_journal.Finished < _plan.Tiles.Count)
                {
                    DetectionEngine.Detect(_plan, options, _raster, _backend, _journal, progress, cancel);
                }

                isDone = true;
            }
            catch (Exception e) when (TorchFailure.IsOutOfMemory(e) && options.Smaller() is DetectionRunOptions smaller)
            {
                // What is in the journal is done; the rest gives the same in less memory.
                warn?.Invoke($"Memory ran out. Going on with {smaller.Workers} model(s) and {smaller.Buffers} batch(es) at a time.");
                options = smaller;
            }
        }

        _journal.Seal();
        JournaledResult result = JournaledResult.Of(_journal, ResumedTiles);
        if (_options.Shard is null)
        {
            result.RequireTiles(_journal.Run);
        }

        return result;
    }

    /// <summary>Lets a layer take the detections, best first. Ends with the journal gone.</summary>
    public FeatureLayerItem Finish(DetectionLayer layer, JournaledResult result, CancellationToken cancel)
    {
        // What the search held, batches and decoded blocks, is garbage in large arrays now: no collection would come before merging has taken as much again.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return layer.Write(_journal, result, cancel);
    }

    /// <summary>Lets <paramref name="write"/> take the detections, best first. Ends with the journal gone.</summary>
    public void Finish(Action<IEnumerable<Detection>> write, CancellationToken cancel) => _journal.Finish(write, cancel);

    public void Dispose() => _journal.Dispose();

    /// <summary>
    /// Tries the tiles once more that the interrupted run could not read: a disk or network may be there again. What comes of them is what an undisturbed run finds.
    /// </summary>
    private void ReadAgain(DetectionRunOptions options, Action<InferenceProgress>? progress, CancellationToken cancel)
    {
        int[] tiles = _hasReadAgain ? [] : [.. _journal.Failed.Select(failed => failed.Tile)];
        if (tiles.Length > 0)
        {
            DetectionEngine.Detect(_plan.Over(new TileSelection(_plan.Grid, tiles)), options, _raster, _backend, new MendedTiles(_journal), progress, cancel);
            _journal.Commit();
        }

        _hasReadAgain = true;
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
