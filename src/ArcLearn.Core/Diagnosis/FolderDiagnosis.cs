using ArcLearn.Core.Data;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Diagnosis;

/// <summary>What can be said of training folders before a training: everything is read once, nothing is changed.</summary>
internal static class FolderDiagnosis
{
    private const int LeastSide = 32;                       // pixels: below that no backbone has anything left

    public static IReadOnlyList<TrainingDataFinding> Run(IReadOnlyList<string> paths, string? datasetType, IFileSystem? files = null, CancellationToken cancel = default)
    {
        files ??= LocalFileSystem.Instance;
        Findings findings = new();
        List<TrainingFolder> folders = [];
        foreach (string path in paths)
        {
            findings.Try(path, "Give a folder that an export wrote, or -DatasetType.", () => folders.Add(TrainingFolder.Open(
                path, files, datasetType, text => findings.Add(FindingSeverity.Warning, Kind(text), path, Plain(text), Remedy(text)), new ListingOptions(SkipDamaged: true), cancel)));
        }

        foreach (TrainingFolder folder in folders)
        {
            Classes(folder, findings);
            Chips(folder, findings);
            Places(folder, findings);
        }

        if (folders.Count > 1)
        {
            Together(folders, findings);
        }

        return findings.Ordered;
    }

    /// <summary>Without the folder's name before it, which the finding has in a field of its own.</summary>
    private static string Plain(string warning) => warning.IndexOf(": ", StringComparison.Ordinal) is > 0 and int at ? warning[(at + 2)..] : warning;

    private static string Kind(string warning) =>
        warning.Contains("damaged", StringComparison.Ordinal) ? "DamagedChips"
        : warning.Contains("missing", StringComparison.Ordinal) || warning.Contains("no label file", StringComparison.Ordinal) || warning.Contains("no image", StringComparison.Ordinal) ? "MissingFiles"
        : "LabelsChanged";

    private static string Remedy(string warning) => Kind(warning) switch
    {
        "DamagedChips" => "Copy or export these chips again; New-LearnDataBunch -SkipDamaged goes on without them.",
        "MissingFiles" => "Copy the whole folder, or export it again.",
        _ => "Look at the labels; what is told is left out or changed when they are read.",
    };

    private static void Classes(TrainingFolder folder, Findings findings)
    {
        if (folder.Content == LabelContent.None)
        {
            return;
        }

        bool isPixels = folder.Content is LabelContent.ClassMask or LabelContent.ClassAndInstanceMasks;
        Func<ChipEntry, string, long> count = folder.Content switch
        {
            LabelContent.Boxes or LabelContent.InstanceMasks => (chip, name) => chip.Boxes.Count(b => b.ClassName == name),
            LabelContent.ImageClass or LabelContent.ImageClasses => (chip, name) => chip.Labels.ClassNames.Contains(name) ? 1 : 0,
            _ => (chip, name) => chip.Labels.Pixels.GetValueOrDefault(name),
        };
        (string Name, long Count)[] classes =
        [
            .. folder.Classes.Where(c => !isPixels || c.Value != 0).Select(c => (c.Name, folder.Chips.Sum(chip => count(chip, c.Name)))),
        ];
        findings.AddClasses(folder.Path, classes, isPixels ? "pixels" : folder.Content is LabelContent.ImageClass or LabelContent.ImageClasses ? "images" : "objects");
        int bare = folder.Chips.Count(chip => !classes.Any(c => count(chip, c.Name) > 0));
        if (bare > 0 && bare < folder.Chips.Count)
        {
            findings.Add(
                FindingSeverity.Information, "ChipsWithoutLabels", folder.Path, $"{bare} of {folder.Chips.Count} chip(s) show no class.", "They teach what is background; a few are good, most are not.");
        }
    }

    private static void Chips(TrainingFolder folder, Findings findings)
    {
        ChipEntry? first = folder.Chips.Count > 0 ? folder.Chips[0] : null;
        if (first is null)
        {
            findings.Add(FindingSeverity.Error, "NoImages", folder.Path, "No chip of the folder can be used.", "Look at the other findings.");
            return;
        }

        if (folder.Chips.FirstOrDefault(c => c.Bands != first.Bands || c.SampleType != first.SampleType) is ChipEntry other)
        {
            findings.Add(
                FindingSeverity.Error, "MixedChips", folder.Path,
                $"{Path.GetFileName(other.ImagePath)} has {other.Bands} band(s) of {other.SampleType}, {Path.GetFileName(first.ImagePath)} has {first.Bands} of {first.SampleType}.",
                "Put chips of one kind into a folder of their own, or convert the others with gdal_translate (-b, -ot).");
        }

        int shortest = folder.Chips.Min(c => Math.Min(c.Width, c.Height));
        if (shortest < LeastSide)
        {
            findings.Add(
                FindingSeverity.Warning, "SmallChips", folder.Path, $"The smallest chip has a side of {shortest} pixels.", $"Export with -TileSize {LeastSide} or more, or enlarge with New-LearnDataBunch -ResizeTo.");
        }

        int sizes = folder.Chips.Select(c => (c.Width, c.Height)).Distinct().Count();
        if (sizes > 1)
        {
            findings.Add(
                FindingSeverity.Information, "MixedSizes", folder.Path, $"The chips have {sizes} sizes; each is cut or enlarged to the model's.", "New-LearnDataBunch -ResizeTo brings them to one scale.");
        }

        if (!(first.Bands == 3 && first.SampleType == SampleType.UInt8))
        {
            findings.Add(
                FindingSeverity.Information, "BitDepth", folder.Path,
                $"The chips have {first.Bands} band(s) of {first.SampleType}: they are scaled by their own statistics, and weights from ImageNet fit them less.",
                "Nothing has to be done; a raster that the model is used on needs the same bands and sample type.");
        }
    }

    private static void Places(TrainingFolder folder, Findings findings)
    {
        Footprint[] footprints = [.. folder.Chips.Select(c => Footprint.Of(c, folder, 0))];
        if (footprints.Length == 0 || Array.TrueForAll(footprints, f => f.Bounds is null))
        {
            if (folder.Content is LabelContent.Boxes or LabelContent.ClassMask or LabelContent.InstanceMasks)
            {
                findings.Add(
                    FindingSeverity.Information, "NoGeoreference", folder.Path, "The chips have no place on the ground, so that they are split at random.",
                    "Where neighbours overlap the validation looks better than it is: keep scenes apart in folders, or export with a georeference.");
            }

            return;
        }

        int overlapping = ChipGroups.Overlapping(footprints);
        if (overlapping > 0)
        {
            findings.Add(
                FindingSeverity.Warning, "OverlappingChips", folder.Path, $"{overlapping} of {footprints.Length} chip(s) overlap another: split at random, validation chips would show what was trained on.",
                "Leave New-LearnDataBunch -Split at Auto or Spatial, which keeps them apart, or export with a stride of the tile's size.");
        }
    }

    private static void Together(List<TrainingFolder> folders, Findings findings)
    {
        TrainingFolder first = folders[0];
        foreach (TrainingFolder other in folders.Skip(1).Where(f => f.Chips.Count > 0 && first.Chips.Count > 0))
        {
            if (other.Content != first.Content)
            {
                findings.Add(FindingSeverity.Error, "MixedDatasets", other.Path, $"The folder is {other.DatasetType}, {first.Path} is {first.DatasetType}.", "Give folders of one kind.");
            }

            (ChipEntry a, ChipEntry b) = (first.Chips[0], other.Chips[0]);
            if (a.Bands != b.Bands || a.SampleType != b.SampleType)
            {
                findings.Add(
                    FindingSeverity.Error, "MixedChips", other.Path, $"The chips have {b.Bands} band(s) of {b.SampleType}, those of {first.Path} {a.Bands} of {a.SampleType}.", "Export both from rasters of one kind.");
            }

            string[] renumbered = [.. other.Classes.Where(c => first.Classes.Any(f => f.Name == c.Name && f.Value != c.Value)).Select(c => c.Name)];
            if (renumbered.Length > 0)
            {
                findings.Add(
                    FindingSeverity.Warning, "ClassValues", other.Path, $"{renumbered.Length} class(es) have other values than in {first.Path}: {string.Join(", ", renumbered)}.",
                    "They are joined by name and keep the first folder's value; -ClassMapping says it outright.");
            }

            if (Ground(first) is double here && Ground(other) is double there && Math.Max(here, there) > 1.5 * Math.Min(here, there))
            {
                findings.Add(
                    FindingSeverity.Warning, "CellSize", other.Path, FormattableString.Invariant($"A pixel is {there:G4} m on the ground, in {first.Path} {here:G4} m."),
                    "Export both with one cell size, or vary the zoom (New-LearnTransform -Zoom).");
            }
        }
    }

    private static double? Ground(TrainingFolder folder) => folder.Chips.FirstOrDefault(c => c.Transform is not null) is ChipEntry chip && folder.IsMapSpace
        ? PixelGround.Of(chip.Transform!.Value, chip.Width, chip.Height, chip.SpatialReference ?? folder.SpatialReference).Metres?.X
        : null;
}
