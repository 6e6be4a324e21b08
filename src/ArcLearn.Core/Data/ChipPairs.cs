using ArcLearn.Core.Data.Labels;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Data;

/// <summary>An image and, where the format has one per image, its label file; both are there.</summary>
internal readonly record struct ChipPair(string ImagePath, string? LabelPath);

/// <summary>The chips of a folder: as map.txt lists them, else by equal names.</summary>
internal static class ChipPairs
{
    /// <summary>Images with their label files.</summary>
    /// <param name="extension">Of label files, with its dot; null for pictures.</param>
    public static IReadOnlyList<ChipPair> Of(DatasetContext context, string? extension) => context.Found.MapPath is null
        ? PlainFolder.Pair(context.Found, context.Files, extension, context.Tally)
        : MapFile.Read(context.Found, context.Files, needsLabel: true, context.Tally);

    /// <summary>Images alone.</summary>
    public static IReadOnlyList<ChipPair> ImagesOf(DatasetContext context)
    {
        if (context.Found.MapPath is not null)
        {
            return MapFile.Read(context.Found, context.Files, needsLabel: false, context.Tally);
        }

        string folder = context.Found.ImageFolder ?? context.Found.Folder;
        ChipPair[] pairs = [.. ImageFiles.In(folder, context.Files).Select(image => new ChipPair(image, null))];
        return pairs.Length > 0 ? pairs : throw new LearnDataException("NoImages", $"{folder} has no images ({ImageFiles.Extensions}).", folder);
    }
}

/// <summary>map.txt: a line per chip, its image and its label, in any order, with either kind of slash and line end.</summary>
internal static class MapFile
{
    /// <param name="needsLabel">Whether a chip without its label file is left out; else only the first column is looked at.</param>
    public static IReadOnlyList<ChipPair> Read(DatasetFiles found, IFileSystem files, bool needsLabel, WarningTally tally)
    {
        string[] lines = files.ReadAllText(found.MapPath!).Split('\n');
        SortedDictionary<string, ChipPair> pairs = new(StringComparer.Ordinal);
        FolderListing listing = new(files);
        int listed = 0;
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.Length == 0)
            {
                continue;
            }

            listed++;
            string[] column = Split(line);
            if (needsLabel && column.Length != 2)
            {
                throw new LearnFormatException($"'{line}' does not name an image and a label.", found.MapPath!, i + 1);
            }

            ChipPair pair = new(Resolve(found.Folder, column[0]), needsLabel ? Resolve(found.Folder, column[1]) : null);
            if (!listing.Holds(pair.ImagePath))
            {
                tally.Add("image(s) listed in map.txt are missing and were skipped");
            }
            else if (pair.LabelPath is string label && !listing.Holds(label))
            {
                tally.Add("chip(s) have no label file and were skipped");
            }
            else if (!pairs.TryAdd(pair.ImagePath, pair) && needsLabel)
            {
                tally.Add("chip(s) are listed more than once in map.txt");
            }
        }

        return pairs.Count > 0 ? [.. pairs.Values] : throw new LearnDataException(
            "NoImages",
            listed == 0
                ? $"{found.MapPath} lists no chip."
                : $"None of the {listed} chip(s) listed in {found.MapPath} is there{(needsLabel ? " with its label" : "")}. Copy the whole export folder, or export again.",
            found.Folder);
    }

    /// <summary>The image and its label: names may hold single spaces where the columns are two apart. A second image, and the masks of a panoptic export, follow theirs.</summary>
    private static string[] Split(string line)
    {
        string[] column = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (column.Length == 2)
        {
            return column;
        }

        column = line.Split(["  ", "\t"], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        int second = column[0].IndexOf(" images2\\", StringComparison.OrdinalIgnoreCase);
        column[0] = second < 0 ? column[0] : column[0][..second];
        return column.Length > 2 && column[2..].All(name => name.StartsWith("labels2\\", StringComparison.OrdinalIgnoreCase)) ? column[..2] : column;
    }

    private static string Resolve(string folder, string name) => Path.GetFullPath(Path.Combine(folder, name.Replace('\\', '/')));
}

/// <summary>Images with label files of the same stem, side by side or in two folders.</summary>
internal static class PlainFolder
{
    public static IReadOnlyList<ChipPair> Pair(DatasetFiles found, IFileSystem files, string? extension, WarningTally tally)
    {
        string imageFolder = found.ImageFolder ?? found.Folder;
        string labelFolder = found.LabelFolder ?? imageFolder;
        IReadOnlyList<string> images = ImageFiles.In(imageFolder, files);
        Dictionary<string, string> labels = files.EnumerateFiles(labelFolder)
            .Where(f => extension is null ? ImageFiles.IsImage(f) && labelFolder != imageFolder : IsLabel(f, extension))
            .GroupBy(f => Path.GetFileNameWithoutExtension(f), StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Order(StringComparer.Ordinal).First(), StringComparer.Ordinal);

        List<ChipPair> pairs = [];
        HashSet<string> used = [];
        foreach (string image in images)
        {
            string stem = Path.GetFileNameWithoutExtension(image);
            if (!labels.TryGetValue(stem, out string? label))
            {
                tally.Add("image(s) have no label file and were skipped");
            }
            else if (!used.Add(stem))
            {
                tally.Add("image(s) share their name with another and were skipped");
            }
            else
            {
                pairs.Add(new ChipPair(image, label));
            }
        }

        if (labels.Count > used.Count)
        {
            tally.Add("label file(s) have no image and were skipped", labels.Count - used.Count);
        }

        return pairs.Count > 0 ? pairs : throw new LearnDataException(
            "NoImages",
            $"{found.Folder} has {images.Count} image(s) ({ImageFiles.Extensions}) and {labels.Count} label file(s) ({extension ?? "pictures in labels/"}), but none of the same name.",
            found.Folder);
    }

    /// <summary>Lists of names lie beside text labels, statistics beside XML ones.</summary>
    private static bool IsLabel(string path, string extension) =>
        Path.GetExtension(path).Equals(extension, StringComparison.OrdinalIgnoreCase)
        && !path.EndsWith(".aux.xml", StringComparison.OrdinalIgnoreCase)
        && Path.GetFileName(path) is not ("classes.txt" or "map.txt" or "stats.txt");
}

/// <summary>Answers whether files exist from one listing per folder: thousands of single questions are slow on a network drive. Safe from any number of threads.</summary>
internal sealed class FolderListing(IFileSystem files)
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, HashSet<string>> _folders = new(StringComparer.Ordinal);

    public bool Holds(string path) => _folders
        .GetOrAdd(Path.GetDirectoryName(path)!, folder => files.DirectoryExists(folder) ? [.. files.EnumerateFiles(folder).Select(f => Path.GetFileName(f))] : [])
        .Contains(Path.GetFileName(path));
}
