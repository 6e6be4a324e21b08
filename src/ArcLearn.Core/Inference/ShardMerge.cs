using System.Diagnostics;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Inference;

/// <summary>The shards of a run as a user asks for them to be merged.</summary>
internal sealed record ShardMergeRequest
{
    /// <summary>The files of all shards, in any order.</summary>
    public required IReadOnlyList<string> Shards { get; init; }

    /// <summary>The output to write; null for the one that the run named, beside the shards.</summary>
    public string? Output { get; init; }

    public bool Force { get; init; }

    /// <summary>See <see cref="RunRequest.MakeFolder"/>.</summary>
    public bool MakeFolder { get; init; }

    /// <summary>Takes shards of machines whose processors or versions differ, and whose scores then differ in their last digits.</summary>
    public bool AllowMixedRuntime { get; init; }
}

/// <summary>Makes of the shards of a run the output that the whole run would have written, byte for byte, without raster and model.</summary>
internal static class ShardMerge
{
    /// <summary>Everything that <see cref="Run"/> refuses before it writes.</summary>
    /// <returns>The output that will be written.</returns>
    /// <exception cref="LearnDataException">ShardMissing, ShardIncomplete, ShardMismatch, JournalInUse, JournalDamaged.</exception>
    /// <exception cref="LearnArgumentException">OutputName: a map would replace the raster that it was made of.</exception>
    /// <exception cref="OutputExistsException">The output exists.</exception>
    public static string Check(ShardMergeRequest request, IFileSystem? files = null)
    {
        files ??= LocalFileSystem.Instance;
        using OpenShards shards = Open(request, files);
        RunOutput output = Output(request, shards, files, warn: null);
        output.Check(request.MakeFolder);
        return output.Path;
    }

    /// <inheritdoc cref="Check"/>
    /// <returns>A <see cref="FeatureLayerItem"/> or an <see cref="ImageryLayerItem"/>.</returns>
    public static object Run(ShardMergeRequest request, Action<string>? warn, CancellationToken cancel, IFileSystem? files = null)
    {
        Stopwatch watch = Stopwatch.StartNew();
        files ??= LocalFileSystem.Instance;
        using OpenShards shards = Open(request, files);
        RunOutput output = Output(request, shards, files, warn);
        output.MakeFolder(request.MakeFolder);
        output.Check(makesFolder: false);
        TileJournal first = shards.Journals[0];
        output.Try(first.Record.SpatialReference, first.Record.Classes);
        using TileJournal whole = first.BeginWhole(
            output.MergeJournal, shards.WholeIdentity(), first.Record with { Shard = null, Tiles = shards.Journals.Sum(journal => journal.Record.Tiles) }, files);
        try
        {
            whole.TakeAll(shards.Journals, cancel);
            JournaledResult result = JournaledResult.Of(whole, resumedTiles: 0);
            result.RequireTiles(whole.Record);
            return output.Finish(whole, result, watch, cancel);
        }
        catch
        {
            // The shards hold all of it.
            whole.Complete();
            throw;
        }
    }

    private static RunOutput Output(ShardMergeRequest request, OpenShards shards, IFileSystem files, Action<string>? warn)
    {
        TileJournal first = shards.Journals[0];
        if (first is not PixelJournal pixels)
        {
            return new DetectionLayer(request.Output ?? DetectionLayer.OfShard(first.Path, first.Record), request.Force, files, warn);
        }

        PixelOutput output = new(request.Output ?? PixelOutput.OfShard(first.Path, first.Record), request.Force, files, pixels.Run.HasProbabilities, warn);
        output.RequireOther(first.Record.SourceFiles);
        return output;
    }

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
        private readonly List<TileJournal> _journals = [];

        public OpenShards(IReadOnlyList<string> paths, IFileSystem files)
        {
            try
            {
                foreach (string path in paths)
                {
                    _journals.Add(TileJournal.OpenShard(path, files));
                }

                TileJournal[] inOrder = [.. _journals.OrderBy(journal => NumberOf(journal).Index)];
                _journals.Clear();
                _journals.AddRange(inOrder);
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public List<TileJournal> Journals => _journals;

        public void Check(bool allowMixedRuntime)
        {
            TileJournal first = _journals[0];
            int count = NumberOf(first).Count;
            foreach (TileJournal other in _journals.Skip(1))
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

            if (_journals.Find(journal => journal.Finished < journal.Record.Tiles) is TileJournal unfinished)
            {
                throw new LearnDataException(
                    "ShardIncomplete",
                    $"{unfinished.Path} has {unfinished.Finished} of its {unfinished.Record.Tiles} tiles: repeat the run with -Shard {unfinished.Record.Shard} to finish it.",
                    unfinished.Path);
            }
        }

        /// <summary>The identity of the run that the shards are of; what differs between their machines stands side by side.</summary>
        public RunIdentity WholeIdentity() => new([.. _journals[0].Identity.Without(RunIdentity.Shard).Parts.Select(part => RunIdentity.Runtime.Contains(part.Key)
            ? new KeyValuePair<string, string>(part.Key, string.Join(" | ", _journals.Select(journal => journal.Identity.Value(part.Key)).Distinct(StringComparer.Ordinal)))
            : part)]);

        public void Dispose() => _journals.ForEach(journal => journal.Dispose());

        private static string? Difference(TileJournal first, TileJournal other, string[] ignored) =>
            other.Identity.Without(ignored).Difference(first.Identity.Without(ignored));

        private static ShardNumber NumberOf(TileJournal journal) => journal.Record.Shard is string shard
            ? ShardNumber.Parse(shard)
            : throw new LearnDataException("ShardMismatch", $"{journal.Path} is the journal of a whole run, not of a shard: repeat the run to finish it.", journal.Path);
    }
}
