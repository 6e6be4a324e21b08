using System.Diagnostics;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using Envelope = NetTopologySuite.Geometries.Envelope;

namespace ArcLearn.Core.Inference;

/// <summary>What a run, or the merge of its shards, writes, and where the run's journals lie meanwhile.</summary>
/// <param name="path">A file whose extension names the format, or a table's address.</param>
/// <param name="force">Whether an output that exists is replaced.</param>
/// <param name="warn">Is told what the format cannot hold.</param>
internal abstract class RunOutput(string path, bool force, IFileSystem files, Action<string>? warn)
{
    private const string ShardMark = ".shard-";

    public string Path => path;

    /// <summary>Beside the output.</summary>
    public string Journal => TileJournal.PathFor(Place);

    /// <summary>Where the shards' journals are brought together.</summary>
    public string MergeJournal => Journal + ".merge";

    protected bool Force => force;

    protected IFileSystem Files => files;

    protected Action<string>? Warn => warn;

    /// <summary>What the journals' names are made of.</summary>
    protected virtual string Place => path;

    /// <summary>The file of a shard.</summary>
    public string ShardPath(ShardNumber shard) => FormattableString.Invariant($"{Place}{ShardMark}{shard.Index}-of-{shard.Count}");

    /// <summary>Whether a file that a pattern such as objects.gpkg.shard-* matches may be a shard: SQLite keeps files of its own beside one that is open.</summary>
    public static bool IsShard(string path) => !path.EndsWith("-wal", StringComparison.Ordinal) && !path.EndsWith("-shm", StringComparison.Ordinal);

    /// <summary>Shards by run: by the name of its output where each of that name is there once, as when machines wrote into folders of their own; else by folder, too.</summary>
    public static IEnumerable<IGrouping<string, string>> GroupShards(IEnumerable<string> shards) => shards
        .GroupBy(shard => System.IO.Path.GetFileName(RunOfShard(shard)), StringComparer.Ordinal)
        .SelectMany(named => named.DistinctBy(System.IO.Path.GetFileName, StringComparer.Ordinal).Count() == named.Count()
            ? named.GroupBy(_ => RunOfShard(named.First()), StringComparer.Ordinal)
            : named.GroupBy(RunOfShard, StringComparer.Ordinal));

    public static void RemoveShard(string shard) => TileJournal.Delete(shard, LocalFileSystem.Instance);

    /// <summary>What writing refuses, for before the work.</summary>
    /// <exception cref="OutputExistsException">The output exists.</exception>
    public abstract void Check(bool makesFolder);

    /// <summary>Makes the folder of output and journal where the user asked for it.</summary>
    public virtual void MakeFolder(bool isAsked)
    {
        if (isAsked && System.IO.Path.GetDirectoryName(Place) is { Length: > 0 } folder)
        {
            files.CreateDirectory(folder);
        }
    }

    /// <summary>Begins the output and lets it go: one that cannot be made is told before the first tile, not after the last.</summary>
    public abstract void Try(SpatialReference? reference, IReadOnlyList<ClassDefinition> classes);

    /// <summary>Makes the output of a finished journal; ends with the journal gone.</summary>
    /// <param name="watch">Since when the run takes.</param>
    /// <returns>The public item that describes it.</returns>
    public abstract object Finish(TileJournal journal, JournaledResult result, Stopwatch watch, CancellationToken cancel);

    /// <summary>Warns of tiles that could not be read.</summary>
    public static void TellFailed(RunRecord run, JournaledResult result, Action<string>? warn)
    {
        if (result.Failed.Count > 0)
        {
            warn?.Invoke(Holes(run, result));
        }

        if (result.FailedAround.Count > 0)
        {
            FailedTile first = result.FailedAround[0];
            warn?.Invoke($"{run.Source}: {result.FailedAround.Count} tile(s) beside those of the run, or done by it before, could not be read: the pixels that they see lack their probabilities. BadTiles lists them. The first: {run.ToGrid()[first.Tile]}: {first.Reason}");
        }
    }

    private static string Holes(RunRecord run, JournaledResult result) =>
        $"{run.Source}: {result.Failed.Count} of {result.Tiles + result.Failed.Count} tile(s) with data could not be read and are holes in the output; BadTiles lists them. The first: {run.ToGrid()[result.Failed[0].Tile]}: {result.Failed[0].Reason}";

    /// <summary>The output that shards make together where nobody names another: the one that their run named, beside them.</summary>
    /// <param name="shard">The file of a shard, which may have been copied from another machine.</param>
    protected static string Beside(string shard, RunRecord run) =>
        System.IO.Path.Combine(System.IO.Path.GetDirectoryName(shard) ?? "", System.IO.Path.GetFileName(run.Output));

    /// <summary>Tiles that could not be read as users see them, with a warning where there are some.</summary>
    protected BadTile[] TellHoles(RunRecord run, JournaledResult result)
    {
        TellFailed(run, result, warn);

        // An array: PowerShell cannot index every read-only list.
        (TileGrid grid, GeoTransform transform) = (run.ToGrid(), run.ToTransform());
        return [.. result.Failed.Concat(result.FailedAround).Select(failed => Describe(grid[failed.Tile], failed.Reason, transform))];
    }

    protected static OutputProvenance Provenance(TileJournal journal, JournaledResult result, SpatialReference? reference, long features, string content) => new()
    {
        Source = System.IO.Path.GetFileName(journal.Record.Source),
        SpatialReference = reference?.ToString(),
        Model = journal.Record.Model,
        Tiles = result.Tiles,
        SkippedTiles = result.SkippedTiles,
        MaskedTiles = result.MaskedTiles,
        FailedTiles = result.Failed.Count + result.FailedAround.Count,
        Features = features,
        Content = content,
        Run = new Dictionary<string, string>(journal.Identity.Parts),
    };

    private static BadTile Describe(Tile tile, string reason, GeoTransform transform)
    {
        PixelWindow core = tile.Core;
        Envelope bounds = RasterBounds.InMap(transform, core);
        return new BadTile(tile.Index, core.Column, core.Row, core.Width, core.Height, new GeoExtent(bounds.MinX, bounds.MinY, bounds.MaxX, bounds.MaxY), reason);
    }

    private static string RunOfShard(string shard) =>
        shard.LastIndexOf(ShardMark, StringComparison.Ordinal) is int at and >= 0 ? shard[..at] : shard;
}
