using System.Diagnostics;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Inference;

/// <summary>The shards of a run as a user asks for them to be merged.</summary>
internal sealed record ShardMergeRequest
{
    /// <summary>The files of all shards, in any order.</summary>
    public required IReadOnlyList<string> Shards { get; init; }

    /// <summary>The layer to write; null for the one that the run named, beside the shards.</summary>
    public string? Output { get; init; }

    public bool Force { get; init; }

    /// <summary>See <see cref="DetectionRequest.MakeFolder"/>.</summary>
    public bool MakeFolder { get; init; }

    /// <summary>Takes shards of machines whose processors or versions differ, and whose scores then differ in their last digits.</summary>
    public bool AllowMixedRuntime { get; init; }
}

/// <summary>Makes of the shards of a run the layer that the whole run would have written, byte for byte, without raster and model.</summary>
internal static class ShardMerge
{
    /// <summary>Everything that <see cref="Run"/> refuses before it writes.</summary>
    /// <returns>The layer that will be written.</returns>
    /// <exception cref="LearnDataException">ShardMissing, ShardIncomplete, ShardMismatch, JournalInUse, JournalDamaged.</exception>
    /// <exception cref="OutputExistsException">The layer exists.</exception>
    public static string Check(ShardMergeRequest request, IFileSystem? files = null)
    {
        files ??= LocalFileSystem.Instance;
        using OpenShards shards = Open(request, files);
        DetectionLayer layer = Layer(request, shards, files, warn: null);
        layer.Check(request.MakeFolder);
        return layer.Path;
    }

    /// <inheritdoc cref="Check"/>
    public static FeatureLayerItem Run(ShardMergeRequest request, Action<string>? warn, CancellationToken cancel, IFileSystem? files = null)
    {
        Stopwatch watch = Stopwatch.StartNew();
        files ??= LocalFileSystem.Instance;
        using OpenShards shards = Open(request, files);
        DetectionLayer layer = Layer(request, shards, files, warn);
        layer.MakeFolder(request.MakeFolder);
        layer.Check(makesFolder: false);
        layer.Try(shards.Journals[0].Run.SpatialReference, shards.Journals[0].Run.Classes);
        DetectionJournal first = shards.Journals[0];
        using DetectionJournal whole = DetectionJournal.Open(
            layer.Journal + ".merge",
            shards.WholeIdentity(),
            first.Run with { Shard = null, Tiles = shards.Journals.Sum(journal => journal.Run.Tiles) },
            force: true,
            files);
        try
        {
            whole.TakeAll(shards.Journals, cancel);
            JournaledResult result = JournaledResult.Of(whole, resumedTiles: 0);
            result.RequireTiles(whole.Run);
            return layer.Write(whole, result, cancel) with { Duration = watch.Elapsed };
        }
        catch
        {
            // The shards hold all of it.
            whole.Complete();
            throw;
        }
    }

    private static DetectionLayer Layer(ShardMergeRequest request, OpenShards shards, IFileSystem files, Action<string>? warn) =>
        new(request.Output ?? DetectionLayer.OfShard(shards.Journals[0].Path, shards.Journals[0].Run), request.Force, files, warn);

    private static OpenShards Open(ShardMergeRequest request, IFileSystem files)
    {
        OpenShards shards = new(request.Shards, files);
        try
        {
            shards.Check(request.AllowMixedRuntime);
            return shards;
        }
        catch
        {
            shards.Dispose();
            throw;
        }
    }

    /// <summary>The journals of shards, in the order of their tiles.</summary>
    private sealed class OpenShards : IDisposable
    {
        private readonly List<DetectionJournal> _journals = [];

        public OpenShards(IReadOnlyList<string> paths, IFileSystem files)
        {
            try
            {
                foreach (string path in paths)
                {
                    _journals.Add(DetectionJournal.Open(path, files));
                }

                DetectionJournal[] inOrder = [.. _journals.OrderBy(journal => NumberOf(journal).Index)];
                _journals.Clear();
                _journals.AddRange(inOrder);
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public List<DetectionJournal> Journals => _journals;

        public void Check(bool allowMixedRuntime)
        {
            DetectionJournal first = _journals[0];
            int count = NumberOf(first).Count;
            foreach (DetectionJournal other in _journals.Skip(1))
            {
                string? ofRun = NumberOf(other).Count != count
                    ? FormattableString.Invariant($"one of {count} shards then, one of {NumberOf(other).Count} now")
                    : Difference(first, other, [RunIdentity.Shard, .. RunIdentity.Runtime]);
                string? ofMachine = allowMixedRuntime ? null : Difference(first, other, [RunIdentity.Shard]);
                if ((ofRun ?? ofMachine) is string difference)
                {
                    throw new LearnDataException(
                        "ShardMismatch",
                        $"{first.Path} and {other.Path} are shards of different runs: {difference}. "
                        + (ofRun is null
                            ? "Give -AllowMixedRuntime to merge them all the same: scores may then differ in their last digits from those of one machine."
                            : "Give the shards of one run."),
                        other.Path);
                }
            }

            int[] found = [.. _journals.Select(journal => NumberOf(journal).Index)];
            int[] missing = [.. Enumerable.Range(1, count).Except(found)];
            if (missing.Length > 0 || found.Length > count)
            {
                string what = missing.Length > 0
                    ? $"Missing {(missing.Length == 1 ? "is" : "are")} {string.Join(", ", missing.Take(10))}{(missing.Length > 10 ? " …" : "")} of {count}."
                    : $"Shard {found.GroupBy(index => index).First(group => group.Count() > 1).Key} is given more than once.";
                throw new LearnDataException("ShardMissing", $"The {found.Length} shard(s) do not make a whole run. {what} Give all of a run's shards, which may lie in several folders.", first.Path);
            }

            if (_journals.Find(journal => journal.Finished < journal.Run.Tiles) is DetectionJournal unfinished)
            {
                throw new LearnDataException(
                    "ShardIncomplete",
                    $"{unfinished.Path} has {unfinished.Finished} of its {unfinished.Run.Tiles} tiles: repeat Invoke-DetectObjects with -Shard {unfinished.Run.Shard} to finish it.",
                    unfinished.Path);
            }
        }

        /// <summary>The identity of the run that the shards are of; what differs between their machines stands side by side.</summary>
        public RunIdentity WholeIdentity() => new([.. _journals[0].Identity.Without(RunIdentity.Shard).Parts.Select(part => RunIdentity.Runtime.Contains(part.Key)
            ? new KeyValuePair<string, string>(part.Key, string.Join(" | ", _journals.Select(journal => journal.Identity.Value(part.Key)).Distinct(StringComparer.Ordinal)))
            : part)]);

        public void Dispose() => _journals.ForEach(journal => journal.Dispose());

        private static string? Difference(DetectionJournal first, DetectionJournal other, string[] ignored) =>
            other.Identity.Without(ignored).Difference(first.Identity.Without(ignored));

        private static ShardNumber NumberOf(DetectionJournal journal) => journal.Run.Shard is string shard
            ? ShardNumber.Parse(shard)
            : throw new LearnDataException("ShardMismatch", $"{journal.Path} is the journal of a whole run, not of a shard: repeat the run to finish it.", journal.Path);
    }
}
