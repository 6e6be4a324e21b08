using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using ArcLearn.Core.IO;
using ArcLearn.Core.Vectors;

namespace ArcLearn.Core.Inference;

/// <summary>The layer that a search, or the merge of its shards, writes.</summary>
/// <inheritdoc cref="RunOutput(string, bool, IFileSystem, Action{string})"/>
internal sealed class DetectionLayer(string path, bool force, IFileSystem files, Action<string>? warn = null) : RunOutput(path, force, files, warn)
{
    private readonly bool _isTable = PostGisAddress.IsAddress(path);

    public string Name => _isTable ? PostGisAddress.Parse(Path, "OutputName").Table : System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>For a table, in the user's application data, under a name made of its address.</summary>
    protected override string Place => _isTable
        ? System.IO.Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
            "ArcLearn", "Runs", Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Path)))[..16])
        : Path;

    /// <inheritdoc cref="RunOutput.Beside"/>
    public static string OfShard(string shard, RunRecord run) => PostGisAddress.IsAddress(run.Output) ? run.Output : Beside(shard, run);

    /// <inheritdoc cref="FeatureWriters.Check"/>
    public override void Check(bool makesFolder) => FeatureWriters.Check(Path, Name, DetectionFields.All, Force, makesFolder, Files);

    /// <summary>A table's folder is made by nobody else.</summary>
    public override void MakeFolder(bool isAsked) => base.MakeFolder(isAsked || _isTable);

    public override void Try(SpatialReference? reference, IReadOnlyList<ClassDefinition> classes) => Create(reference, classes).Dispose();

    public override object Finish(TileJournal journal, JournaledResult result, Stopwatch watch, CancellationToken cancel) =>
        Write((DetectionJournal)journal, result, cancel) with { Duration = watch.Elapsed };

    /// <summary>Brings a finished journal's detections together and writes them; ends with the journal gone.</summary>
    public FeatureLayerItem Write(DetectionJournal journal, JournaledResult result, CancellationToken cancel)
    {
        DetectionRecord run = journal.Run;
        BadTile[] bad = TellHoles(run, result);
        FeatureLayerItem? layer = null;
        journal.Finish(
            detections =>
            {
                using IFeatureWriter writer = Create(run.SpatialReference, run.Classes);
                FeatureDigest digest = new();
                IReadOnlyDictionary<string, int> byClass = DetectionWriter.Write(detections, run.Classes, run.ToTransform(), writer, digest, cancel);
                writer.Describe(Provenance(journal, result, writer.SpatialReference, digest.Count, digest.ToString()).ToJson());
                writer.Complete();
                layer = new FeatureLayerItem
                {
                    Path = Path,
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

    private IFeatureWriter Create(SpatialReference? reference, IReadOnlyList<ClassDefinition> classes) => FeatureWriters.Create(
        Path, Name, reference, DetectionFields.All, Files, Force,
        new FeatureWriterOptions { Style = new ClassStyle(DetectionFields.Class, classes), Warn = Warn });
}
