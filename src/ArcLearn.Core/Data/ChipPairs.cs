using ArcLearn.Core.IO;

namespace ArcLearn.Core.Data;

/// <summary>An image and its label file, both there.</summary>
internal readonly record struct ChipPair(string ImagePath, string LabelPath);

/// <summary>map.txt: a line per chip, its image and its label, in any order, with either kind of slash and line end.</summary>
internal static class MapFile
{
    public static IReadOnlyList<ChipPair> Read(DatasetFiles found, IFileSystem files, WarningTally tally)
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
            if (column.Length != 2)
            {
                throw new LearnFormatException($"'{line}' does not name an image and a label.", found.MapPath!, i + 1);
            }

            ChipPair pair = new(Resolve(found.Folder, column[0]), Resolve(found.Folder, column[1]));
            if (!listing.Holds(pair.ImagePath))
            {
                tally.Add("image(s) listed in map.txt are missing and were skipped");
            }
            else if (!listing.Holds(pair.LabelPath))
            {
                tally.Add("chip(s) have no label file and were skipped");
            }
            else if (!pairs.TryAdd(pair.ImagePath, pair))
            {
                tally.Add("chip(s) are listed more than once in map.txt");
            }
        }

        return pairs.Count > 0 ? [.. pairs.Values] : throw new LearnDataException(
            "NoImages",
            listed == 0
                ? $"{found.MapPath} lists no chip."
                : $"None of the {listed} chip(s) listed in {found.MapPath} is there with its label. Copy the whole export folder, or export again.",
            found.Folder);
    }

    /// <summary>Names may hold single spaces where the columns are two apart.</summary>
    private static string[] Split(string line)
    {
        string[] column = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return column.Length == 2
            ? column
            : line.Split(["  ", "\t"], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private static string Resolve(string folder, string name) => Path.GetFullPath(Path.Combine(folder, name.Replace('\\', '/')));
}

/// <summary>Images with Pascal VOC files of the same stem, side by side or in two folders.</summary>
internal static class PlainFolder
{
    public static IReadOnlyList<ChipPair> Pair(DatasetFiles found, IFileSystem files, WarningTally tally)
    {
        string imageFolder = found.ImageFolder ?? found.Folder;
        string labelFolder = found.LabelFolder ?? imageFolder;
        string[] images =
        [
            .. files.EnumerateFiles(imageFolder)
                .Where(ImageFiles.IsImage)
                .Order(StringComparer.Ordinal),
        ];
        Dictionary<string, string> labels = files.EnumerateFiles(labelFolder)
            .Where(f => Path.GetExtension(f).Equals(".xml", StringComparison.OrdinalIgnoreCase) && !f.EndsWith(".aux.xml", StringComparison.OrdinalIgnoreCase))
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
            $"{found.Folder} has {images.Length} image(s) ({ImageFiles.Extensions}) and {labels.Count} label file(s) (.xml), but none of the same name.",
            found.Folder);
    }
}

/// <summary>Answers whether files exist from one listing per folder: thousands of single questions are slow on a network drive.</summary>
internal sealed class FolderListing(IFileSystem files)
{
    private readonly Dictionary<string, HashSet<string>> _folders = new(StringComparer.Ordinal);

    public bool Holds(string path)
    {
        string folder = Path.GetDirectoryName(path)!;
        if (!_folders.TryGetValue(folder, out HashSet<string>? names))
        {
            names = files.DirectoryExists(folder) ? [.. files.EnumerateFiles(folder).Select(f => Path.GetFileName(f))] : [];
            _folders[folder] = names;
        }

        return names.Contains(Path.GetFileName(path));
    }
}
