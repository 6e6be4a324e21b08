using System.Diagnostics;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Writing;

namespace ArcLearn.Core.Inference;

/// <summary>The raster that a classification, or the merge of its shards, writes, and the one of probabilities beside it.</summary>
/// <param name="hasProbabilities">Whether that is written, too.</param>
/// <inheritdoc cref="RunOutput(string, bool, IFileSystem, Action{string})"/>
internal sealed class PixelOutput(string path, bool force, IFileSystem files, bool hasProbabilities, Action<string>? warn = null) : RunOutput(path, force, files, warn)
{
    /// <summary>The name of the provenance among the file's metadata.</summary>
    public const string ProvenanceItem = "ARCLEARN_PROVENANCE";

    // One row of tiles of each level is in memory: smaller ones than GDAL's 512 take half of that.
    public const int BlockSize = 256;

    /// <summary>Where the probabilities go.</summary>
    public string ProbabilityPath => System.IO.Path.Combine(
        System.IO.Path.GetDirectoryName(Path) ?? "", System.IO.Path.GetFileNameWithoutExtension(Path) + "_probabilities" + System.IO.Path.GetExtension(Path));

    /// <summary>Threads that compress; 0 is one for each processor.</summary>
    public int Workers { get; init; }

    /// <inheritdoc cref="RunOutput.Beside"/>
    public static string OfShard(string shard, RunRecord run) => Beside(shard, run);

    /// <inheritdoc/>
    /// <exception cref="LearnArgumentException">OutputName: the extension is none of a TIFF.</exception>
    public override void Check(bool makesFolder)
    {
        if (System.IO.Path.GetExtension(Path).ToUpperInvariant() is not (".TIF" or ".TIFF"))
        {
            throw new LearnArgumentException("OutputName", $"{Path} has no extension that a raster is written with: .tif or .tiff (cloud-optimised GeoTIFF).");
        }

        if (makesFolder)
        {
            Files.RequireNoFileAbove(Path);
        }
        else
        {
            Files.RequireFolderOf(Path);
        }

        RequireRoom(isOurs: IsFinishing(Journal) || IsFinishing(MergeJournal));
    }

    /// <summary>The output may be none of the files that it is made of, which it would replace.</summary>
    /// <exception cref="LearnArgumentException">OutputName: it is.</exception>
    public void RequireOther(IEnumerable<string> sources)
    {
        if (sources.Any(file => FilePlace.IsSame(file, Path) || (hasProbabilities && FilePlace.IsSame(file, ProbabilityPath))))
        {
            throw new LearnArgumentException("OutputName", $"{Path} is the raster that is to be classified; choose another name.");
        }
    }

    public override void Try(SpatialReference? reference, IReadOnlyList<ClassDefinition> classes)
    {
        string partial = FileSystemExtensions.PartialName(Path);
        Files.Create(partial).Dispose();
        Files.DeleteFile(partial);
    }

    public override object Finish(TileJournal journal, JournaledResult result, Stopwatch watch, CancellationToken cancel) =>
        Write((PixelJournal)journal, result, cancel) with { Duration = watch.Elapsed };

    /// <summary>Brings a finished journal's tiles together and writes them; ends with the journal gone.</summary>
    public ImageryLayerItem Write(PixelJournal journal, JournaledResult result, CancellationToken cancel)
    {
        PixelRecord run = journal.Run;
        BadTile[] bad = TellHoles(run, result);
        ClassCodes codes = run.ToCodes();
        PixelContent content = WriteFiles(journal, run, codes, result, cancel);
        journal.Complete();
        PixelWindow window = run.ToWindow();
        return new ImageryLayerItem
        {
            Path = Path,
            ProbabilityPath = hasProbabilities ? ProbabilityPath : null,
            Width = window.Width,
            Height = window.Height,
            SampleType = codes.SampleType,
            NoData = codes.NoData,
            NoDataPixels = window.Area - content.Classes.Sum(known => known.Pixels),
            Classes = content.Classes,
            SpatialReference = run.SpatialReference,
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
    }

    private PixelContent WriteFiles(PixelJournal journal, PixelRecord run, ClassCodes codes, JournaledResult result, CancellationToken cancel)
    {
        PixelWindow window = run.ToWindow();
        RasterWriteOptions place = new(window.Width, window.Height, [], SampleType.UInt8)
        {

            // A part of a raster without georeference still lies where it was cut from.
            Transform = run.IsGeoreferenced || window != new PixelWindow(0, 0, run.Width, run.Height) ? run.ToTransform().Shift(window.Column, window.Row) : null,
            SpatialReference = run.SpatialReference,
            TileSize = BlockSize,
            Workers = Workers,
        };
        foreach (string output in new[] { Path, ProbabilityPath }.SelectMany(raster => ValueTableFile.PathsOf(raster).Append(SideFile.PathOf(raster)).Append(raster)))
        {
            Files.DeletePartials(output);
        }

        using CogWriter classes = new(Files, Path, place with { Bands = [new RasterBand("Class", codes.NoData)], SampleType = codes.SampleType, Classes = codes.Classes, IsClassified = true });
        using CogWriter? shares = hasProbabilities ? new CogWriter(Files, ProbabilityPath, place with { Bands = ShareBands(run, codes) }) : null;
        using PixelFinish finish = new(journal);
        PixelContent content = finish.Write(classes, shares, cancel);
        string grid = GridOf(place);
        classes.Describe(ProvenanceItem, (Provenance(journal, result, run.SpatialReference, window.Area, content.Content) with { Grid = grid }).ToJson());
        shares?.Describe(ProvenanceItem, (Provenance(journal, result, run.SpatialReference, window.Area, content.ShareContent!) with { Grid = grid }).ToJson());
        using StagedFiles staged = new(Files);
        shares?.Stage(staged);
        ValueTableFile.Write(staged, Path, codes.Classes, [.. content.Classes.Select(known => known.Pixels)]);
        classes.Stage(staged);
        if (!hasProbabilities && Force && IsOfRun(ProbabilityPath))
        {
            // They would be taken for this map's.
            staged.Remove(ProbabilityPath);
            staged.Remove(SideFile.PathOf(ProbabilityPath));
        }

        RequireRoom(journal.IsFinishing);
        journal.BeginFinish();
        staged.Commit();
        return content;
    }

    /// <summary>Whether a raster says that a classification made it.</summary>
    private bool IsOfRun(string path)
    {
        try
        {
            using IRaster? raster = Files.FileExists(path) ? RasterFile.Open(path, Files) : null;
            return raster?.Metadata.ContainsKey(ProvenanceItem) == true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or LearnFormatException or LearnDataException)
        {
            return false;
        }
    }

    /// <summary>Whether a journal is of a run that was interrupted while its files got their names.</summary>
    private bool IsFinishing(string path)
    {
        if (!Files.FileExists(path))
        {
            return false;
        }

        try
        {
            using PixelJournal journal = PixelJournal.Open(path, Files);
            return journal.IsFinishing;
        }
        catch (Exception e) when (e is LearnDataException or IOException or UnauthorizedAccessException)
        {
            // Whoever opens it to go on will hear what it is.
            return false;
        }
    }

    /// <summary>Where a raster lies, in words: what its provenance is compared with.</summary>
    public static string GridOf(IRaster raster) => Describe(raster.Width, raster.Height, raster.IsGeoreferenced ? raster.Transform : null);

    private static string GridOf(RasterWriteOptions options) => Describe(options.Width, options.Height, options.Transform);

    private static string Describe(int width, int height, GeoTransform? transform) => transform is GeoTransform at
        ? FormattableString.Invariant($"{width} by {height} pixels of {at.PixelWidth:R}, {at.PixelHeight:R}, {at.RowRotation:R}, {at.ColumnRotation:R} from {at.OriginX:R}, {at.OriginY:R}")
        : FormattableString.Invariant($"{width} by {height} pixels");

    private static RasterBand[] ShareBands(PixelRecord run, ClassCodes codes)
    {
        IEnumerable<string> names = run.Classes.Select(known => known.Name);
        return
        [
            .. (run.PredictBackground ? names.Prepend(codes.Classes.FirstOrDefault(known => known.Value == 0)?.Name ?? ClassCodes.BackgroundName) : names)
                .Select(name => new RasterBand(name, CorePacker.NoPercent, Unit: "%")),
        ];
    }

    /// <param name="isOurs">Whether what is there was made by this run before it was interrupted.</param>
    private void RequireRoom(bool isOurs)
    {
        foreach (string output in hasProbabilities ? [Path, ProbabilityPath] : new[] { Path })
        {
            if (!Force && !isOurs && Files.FileExists(output))
            {
                throw new OutputExistsException(output);
            }
        }
    }
}
