using System.Security.Cryptography;
using System.Text;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Vectors;
using Envelope = NetTopologySuite.Geometries.Envelope;

namespace ArcLearn.Core.Inference;

/// <summary>The layer that a run, or the merge of its shards, writes, and where the run's journals lie meanwhile.</summary>
/// <param name="path">A file whose extension names the format, or a table's address.</param>
/// <param name="force">Whether a layer that exists is replaced.</param>
/// <param name="warn">Is told what the format cannot hold.</param>
internal sealed class DetectionLayer(string path, bool force, IFileSystem files, Action<string>? warn = null)
{
    private const string ShardMark = ".shard-";

    private readonly bool _isTable = PostGisAddress.IsAddress(path);

    public string Path => path;

    public string Name => _isTable ? PostGisAddress.Parse(path, "OutputName").Table : System.IO.Path.GetFileNameWithoutExtension(path);

    /// <summary>Beside a file; for a table, in the user's application data, under a name made of its address.</summary>
    public string Journal => DetectionJournal.PathFor(Place);

    private string Place => _isTable
        ? System.IO.Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
            "ArcLearn", "Runs", Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..16])
        : path;

    /// <summary>The file of a shard.</summary>
    public string ShardPath(ShardNumber shard) => FormattableString.Invariant($"{Place}{ShardMark}{shard.Index}-of-{shard.Count}");

    /// <summary>The layer that shards make together where nobody names another: the one that their run named, beside them.</summary>
    /// <param name="shard">The file of a shard, which may have been copied from another machine.</param>
    /// <param name="run">What it holds.</param>
    public static string OfShard(string shard, DetectionRecord run) => PostGisAddress.IsAddress(run.Output)
        ? run.Output
        : System.IO.Path.Combine(System.IO.Path.GetDirectoryName(shard) ?? "", System.IO.Path.GetFileName(run.Output));

    /// <summary>Whether a file that a pattern such as objects.gpkg.shard-* matches may be a shard: SQLite keeps files of its own beside one that is open.</summary>
    public static bool IsShard(string path) => !path.EndsWith("-wal", StringComparison.Ordinal) && !path.EndsWith("-shm", StringComparison.Ordinal);

    /// <summary>Shards by run: by the name of its layer where each of that name is there once, as when machines wrote into folders of their own; else by folder, too.</summary>
    public static IEnumerable<IGrouping<string, string>> GroupShards(IEnumerable<string> shards) => shards
        .GroupBy(shard => System.IO.Path.GetFileName(RunOfShard(shard)), StringComparer.Ordinal)
        .SelectMany(named => named.DistinctBy(System.IO.Path.GetFileName, StringComparer.Ordinal).Count() == named.Count()
            ? named.GroupBy(_ => RunOfShard(named.First()), StringComparer.Ordinal)
            : named.GroupBy(RunOfShard, StringComparer.Ordinal));

    private static string RunOfShard(string shard) =>
        shard.LastIndexOf(ShardMark, StringComparison.Ordinal) is int at and >= 0 ? shard[..at] : shard;

    public static void RemoveShard(string shard) => DetectionJournal.Delete(shard, LocalFileSystem.Instance);

    /// <summary>What writing refuses, for before the work.</summary>
    /// <inheritdoc cref="FeatureWriters.Check"/>
    public void Check(bool makesFolder) => FeatureWriters.Check(path, Name, DetectionFields.All, force, makesFolder, files);

    /// <summary>Makes the folder of layer and journal where the user asked for it or nobody else does.</summary>
    public void MakeFolder(bool isAsked)
    {
        if ((isAsked || _isTable) && System.IO.Path.GetDirectoryName(Place) is string folder)
        {
            files.CreateDirectory(folder);
        }
    }

    /// <summary>Begins the layer and lets it go: a table or file that cannot be made is told before the first tile, not after the last.</summary>
    public void Try(SpatialReference? reference, IReadOnlyList<ClassDefinition> classes) => Create(reference, classes).Dispose();

    /// <summary>Brings a finished journal's detections together and writes them; ends with the journal gone.</summary>
    public FeatureLayerItem Write(DetectionJournal journal, JournaledResult result, CancellationToken cancel)
    {
        DetectionRecord run = journal.Run;

        // An array: PowerShell cannot index every read-only list.
        (TileGrid grid, GeoTransform transform) = (run.ToGrid(), run.ToTransform());
        BadTile[] bad = [.. result.Failed.Select(failed => Describe(grid[failed.Tile], failed.Reason, transform))];
        if (bad.Length > 0)
        {
            warn?.Invoke(Holes(run, result));
        }

        FeatureLayerItem? layer = null;
        journal.Finish(
            detections =>
            {
                using IFeatureWriter writer = Create(run.SpatialReference, run.Classes);
                FeatureDigest digest = new();
                IReadOnlyDictionary<string, int> byClass = DetectionWriter.Write(detections, run.Classes, transform, writer, digest, cancel);
                writer.Describe(Provenance(journal, result, digest, writer.SpatialReference).ToJson());
                writer.Complete();
                layer = new FeatureLayerItem
                {
                    Path = path,
                    LayerName = Name,
                    Format = writer.Format,
                    Features = byClass.Values.Sum(),
                    FeaturesByClass = byClass,
                    SpatialReference = writer.SpatialReference,
                    SourcePath = run.Source,
                    SourceFiles = run.SourceFiles,
                    Model = run.Model,
                    Tiles = result.Tiles,
                    SkippedTiles = result.SkippedTiles,
                    ResumedTiles = result.ResumedTiles,
                    MaskedTiles = result.MaskedTiles,
                    FailedTiles = bad.Length,
                    BadTiles = bad,
                    Duration = default,
                };
            },
            cancel);
        return layer!;
    }

    /// <summary>The warning that tiles are missing.</summary>
    public static string Holes(DetectionRecord run, JournaledResult result) =>
        $"{run.Source}: {result.Failed.Count} of {result.Tiles + result.Failed.Count} tile(s) with data could not be read and are holes in the layer; BadTiles lists them. The first: {run.ToGrid()[result.Failed[0].Tile]}: {result.Failed[0].Reason}";

    private static BadTile Describe(Tile tile, string reason, GeoTransform transform)
    {
        PixelWindow core = tile.Core;
        Envelope bounds = RasterBounds.InMap(transform, core);
        return new BadTile(tile.Index, core.Column, core.Row, core.Width, core.Height, new GeoExtent(bounds.MinX, bounds.MinY, bounds.MaxX, bounds.MaxY), reason);
    }

    private static OutputProvenance Provenance(DetectionJournal journal, JournaledResult result, FeatureDigest digest, SpatialReference? reference) => new()
    {
        Source = System.IO.Path.GetFileName(journal.Run.Source),
        SpatialReference = reference?.ToString(),
        Model = journal.Run.Model,
        Tiles = result.Tiles,
        SkippedTiles = result.SkippedTiles,
        MaskedTiles = result.MaskedTiles,
        FailedTiles = result.Failed.Count,
        Features = digest.Count,
        Content = digest.ToString(),
        Run = new Dictionary<string, string>(journal.Identity.Parts),
    };

    private IFeatureWriter Create(SpatialReference? reference, IReadOnlyList<ClassDefinition> classes) => FeatureWriters.Create(
        path, Name, reference, DetectionFields.All, files, force,
        new FeatureWriterOptions { Style = new ClassStyle(DetectionFields.Class, classes), Warn = warn });
}
