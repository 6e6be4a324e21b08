using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Runtime;

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
    /// <param name="model">The model's name.</param>
    /// <param name="output">The layer that is asked for.</param>
    /// <inheritdoc cref="DetectionJournal.Open(string, RunIdentity, DetectionRecord, bool, IFileSystem, long?)"/>
    public JournaledRun(
        DetectionRunOptions options, IRaster raster, IDetectionBackend backend, RunIdentity identity, string journal, bool force,
        IFileSystem? files = null, long? journalBytes = null, string model = "", string output = "")
    {
        (_options, _raster, _backend) = (options, raster, backend);
        _plan = DetectionPlan.Create(options, raster, backend);
        identity = options.Shard is ShardNumber shard ? identity.With(RunIdentity.Shard, shard.ToString()) : identity;
        _journal = DetectionJournal.Open(
            journal, identity, DetectionRecord.Of(_plan, options, raster, backend.Classes, model, output), force, files ?? LocalFileSystem.Instance, journalBytes);
        ResumedTiles = _journal.Finished;
        Journal = journal;
    }

    /// <summary>Where its journal lies.</summary>
    public string Journal { get; }

    /// <summary>Tiles of the run.</summary>
    public int Tiles => _plan.Tiles.Count;

    /// <summary>Those that an interrupted run had done.</summary>
    public int ResumedTiles { get; }

    /// <summary>Does the tiles that are left into the journal, which then stays to be finished, or a shard's to be merged.</summary>
    /// <param name="warn">Is told where memory ran out.</param>
    /// <exception cref="LearnDataException">TileFailed, ModelOutput, JournalDamaged. What was finished stays in the journal, also when the run is cancelled.</exception>
    public JournaledResult Search(Action<InferenceProgress>? progress, CancellationToken cancel, Action<string>? warn = null)
    {
        for (DetectionRunOptions options = _options; _journal.Finished < _plan.Tiles.Count;)
        {
            try
            {
                DetectionEngine.Detect(_plan, options, _raster, _backend, _journal, progress, cancel);
            }
            catch (Exception e) when (TorchFailure.IsOutOfMemory(e) && options.Smaller() is DetectionRunOptions smaller)
            {
                // What is in the journal is done; the rest gives the same in less memory.
                warn?.Invoke($"Memory ran out. Going on with {smaller.Workers} model(s) and {smaller.Buffers} batch(es) at a time.");
                options = smaller;
            }
        }

        _journal.Seal();
        return new JournaledResult(_journal.Finished - _journal.Skipped, _journal.Skipped, ResumedTiles, _journal.CutDetections);
    }

    /// <summary>Lets a layer take the detections, best first. Ends with the journal gone.</summary>
    public FeatureLayerItem Finish(DetectionLayer layer, JournaledResult result, CancellationToken cancel) => layer.Write(_journal, result, cancel);

    /// <summary>Lets <paramref name="write"/> take the detections, best first. Ends with the journal gone.</summary>
    public void Finish(Action<IEnumerable<Detection>> write, CancellationToken cancel) => _journal.Finish(write, cancel);

    public void Dispose() => _journal.Dispose();
}
