using ArcLearn.Core.IO;

namespace ArcLearn.Core.Data;

/// <summary>What of a training folder's furniture is there.</summary>
internal sealed record DatasetFiles(string Folder, string? MapPath, string? StatsPath, string? EmdPath, string? ImageFolder, string? LabelFolder)
{
    public static DatasetFiles Find(string folder, IFileSystem files)
    {
        Dictionary<string, string> folders = new(StringComparer.OrdinalIgnoreCase);
        foreach (string item in files.EnumerateDirectories(folder))
        {
            folders.TryAdd(Path.GetFileName(item), item);
        }

        string? emd = Existing("esri_model_definition.emd")
            ?? files.EnumerateFiles(folder).Where(f => f.EndsWith(".emd", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal).FirstOrDefault();
        return new DatasetFiles(
            folder,
            Existing("map.txt"),
            Existing("esri_accumulated_stats.json"),
            emd,
            folders.GetValueOrDefault("images") ?? folders.GetValueOrDefault("JPEGImages"),
            folders.GetValueOrDefault("labels") ?? folders.GetValueOrDefault("Annotations"));

        string? Existing(string name) => Path.Combine(folder, name) is string path && files.FileExists(path) ? path : null;
    }

    /// <summary>The answer to a folder that does not say what it is.</summary>
    public LearnDataException Unknown()
    {
        (string Name, string? Path)[] parts =
        [
            ("map.txt", MapPath), ("esri_accumulated_stats.json", StatsPath), ("esri_model_definition.emd", EmdPath),
            ("images/", ImageFolder), ("labels/", LabelFolder),
        ];
        return new LearnDataException(
            "UnknownDataset",
            $"{Folder} does not say what kind of training data it holds (found: {List(parts.Where(p => p.Path is not null))}; missing: {List(parts.Where(p => p.Path is null))}). "
            + $"Give the folder that an export wrote, or -DatasetType {MetadataFormats.PascalVocRectangles} for images with Pascal VOC files.",
            Folder);
    }

    private static string List(IEnumerable<(string Name, string? Path)> parts) =>
        string.Join(", ", parts.Select(p => p.Name)) is { Length: > 0 } names ? names : "nothing";
}
