using ArcLearn.Core.Runtime;

namespace ArcLearn.Core.Inference;

/// <summary>What a journalled run came to; what the tiles hold is in the journal.</summary>
/// <param name="Tiles">Tiles that the model saw, in this run or before it was interrupted.</param>
/// <param name="SkippedTiles">Tiles that are wholly nodata.</param>
/// <param name="ResumedTiles">Tiles that an interrupted run had done.</param>
/// <param name="MaskedTiles">Tiles that touch no polygon of the mask, and are no part of the run.</param>
/// <param name="Failed">Tiles that could not be read, where they are listed.</param>
internal sealed record JournaledResult(int Tiles, int SkippedTiles, int ResumedTiles, int CutDetections, int MaskedTiles, IReadOnlyList<FailedTile> Failed)
{
    /// <summary>See <see cref="TileJournal.FailedAround"/>.</summary>
    public IReadOnlyList<FailedTile> FailedAround { get; init; } = [];

    /// <summary>What stands in a journal whose tiles are all finished.</summary>
    public static JournaledResult Of(TileJournal journal, int resumedTiles)
    {
        IReadOnlyList<FailedTile> failed = journal.Failed;
        return new JournaledResult(
            journal.Finished - journal.Skipped - failed.Count, journal.Skipped, resumedTiles, (journal as DetectionJournal)?.CutDetections ?? 0, journal.Record.MaskedTiles, failed)
        {
            FailedAround = journal.FailedAround,
        };
    }

    /// <exception cref="LearnDataException">TileFailed: no tile with data could be read, so that there is nothing to write.</exception>
    public void RequireTiles(RunRecord run)
    {
        if (Failed.Count > 0 && Tiles == 0)
        {
            throw new LearnDataException(
                "TileFailed", $"{run.Source}: none of {Failed.Count} tile(s) with data can be read. The first: {run.ToGrid()[Failed[0].Tile]}: {Failed[0].Reason}", run.Source);
        }
    }
}

/// <summary>A run through a raster's tiles into a journal: resumed where it stopped, in less memory where that ran out, and with the tiles tried again that could not be read.</summary>
internal abstract class TileRun : IDisposable
{
    private readonly RunOptions _options;
    private readonly TileJournal _journal;
    private bool _hasReadAgain;

    /// <param name="journal">Open; disposed with this.</param>
    /// <param name="tiles">Of the run, or of its shard.</param>
    protected TileRun(RunOptions options, TileJournal journal, TileSelection tiles)
    {
        (_options, _journal, Tiles) = (options, journal, tiles.Count);
        ResumedTiles = journal.Finished;
    }

    /// <summary>Where its journal lies.</summary>
    public string Journal => _journal.Path;

    public RunRecord RunRecord => _journal.Record;

    /// <summary>Tiles of the run.</summary>
    public int Tiles { get; }

    /// <summary>Those that an interrupted run had done.</summary>
    public int ResumedTiles { get; private set; }

    /// <summary>Does the tiles that are left into the journal, which then stays to be finished, or a shard's to be merged.</summary>
    /// <param name="warn">Is told where memory ran out.</param>
    /// <exception cref="LearnDataException">TileFailed (also where every tile failed), ModelOutput, JournalDamaged. What was finished stays in the journal, also when the run is cancelled.</exception>
    public JournaledResult Search(Action<InferenceProgress>? progress, CancellationToken cancel, Action<string>? warn = null)
    {
        RunOptions options = _options;
        for (bool isDone = false; !isDone;)
        {
            try
            {
                MendOnce(options, progress, cancel);
                if (_journal.Finished < Tiles)
                {
                    Run(options, progress, cancel);
                }

                isDone = true;
            }
            catch (Exception e) when (TorchFailure.IsOutOfMemory(e) && options.Smaller() is RunOptions smaller)
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
            result.RequireTiles(_journal.Record);
        }

        return result;
    }

    public void Dispose() => _journal.Dispose();

    /// <summary>
    /// Before the tiles are brought together: what the search held, batches and decoded blocks, is garbage in large arrays now, and no collection would come before that has taken as much again.
    /// </summary>
    protected static void FreeSearch() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

    /// <summary>Runs the tiles that the journal does not have.</summary>
    protected abstract void Run(RunOptions options, Action<InferenceProgress>? progress, CancellationToken cancel);

    /// <summary>
    /// Tries tiles once more that the interrupted run could not read: a disk or network may be there again. What comes of them is what an undisturbed run finds.
    /// </summary>
    protected abstract void Mend(IReadOnlyList<FailedTile> failed, RunOptions options, Action<InferenceProgress>? progress, CancellationToken cancel);

    private void MendOnce(RunOptions options, Action<InferenceProgress>? progress, CancellationToken cancel)
    {
        FailedTile[] failed = _hasReadAgain ? [] : [.. _journal.Failed.Concat(_journal.FailedAround).OrderBy(tile => tile.Tile)];
        if (failed.Length > 0)
        {
            Mend(failed, options, progress, cancel);
            _journal.Commit();

            // Others may have to be done again for them.
            ResumedTiles = Math.Min(ResumedTiles, _journal.Finished);
        }

        _hasReadAgain = true;
    }

    /// <summary>Gives a journal the tiles that could be read this time.</summary>
    protected sealed class MendedTiles<TOutcome>(Action<TOutcome> mend) : ITileSink<TOutcome>
        where TOutcome : TileOutcome
    {
        public int Finished => 0;

        public int Skipped => 0;

        public void Accept(TOutcome result)
        {
            if (result.Failure is null)
            {
                mend(result);
            }
        }
    }
}
