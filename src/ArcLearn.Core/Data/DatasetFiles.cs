using ArcLearn.Core.IO;

namespace ArcLearn.Core.Data;

/// <summary>What of a training folder's furniture is there.</summary>
internal sealed record DatasetFiles(string Folder, string? MapPath, string? StatsPath, string? EmdPath, string? ImageFolder, string? LabelFolder)
{
    /// <summary>labels2/, of a panoptic export.</summary>
    public string? SecondLabelFolder { get; private init; }

    /// <summary>annotations.json, or the one JSON file of a folder annotations/.</summary>
    public string? CocoPath { get; private init; }

    /// <summary>YOLO's list of class names.</summary>
    public string? NamesPath { get; private init; }

    /// <summary>Folders that hold images themselves, below images/ or, where there is none, in the folder.</summary>
    public IReadOnlyList<string> ClassFolders { get; private init; } = [];

    /// <summary>The folders A and B of a CycleGAN, where both are there.</summary>
    public IReadOnlyList<string> PairedFolders { get; private init; } = [];

    public static DatasetFiles Find(string folder, IFileSystem files)
    {
        Dictionary<string, string> folders = new(StringComparer.OrdinalIgnoreCase);
        foreach (string item in files.EnumerateDirectories(folder))
        {
            folders.TryAdd(Path.GetFileName(item), item);
        }

        string[] names = [.. files.EnumerateFiles(folder).Order(StringComparer.Ordinal)];
        string? images = folders.GetValueOrDefault("images") ?? folders.GetValueOrDefault("JPEGImages");
        string? labels = folders.GetValueOrDefault("labels");
        string? annotations = folders.GetValueOrDefault("annotations");
        string[] json = annotations is null ? [] : [.. files.EnumerateFiles(annotations).Where(f => f.EndsWith(".json", StringComparison.OrdinalIgnoreCase))];
        return new DatasetFiles(
            folder,
            Existing("map.txt"),
            Existing("esri_accumulated_stats.json"),
            Existing("esri_model_definition.emd") ?? Ending(".emd"),
            images,
            labels ?? annotations)
        {
            SecondLabelFolder = folders.GetValueOrDefault("labels2"),
            CocoPath = Existing("annotations.json") ?? (json.Length == 1 ? json[0] : null),
            NamesPath = Existing("data.yaml") ?? Ending(".yaml") ?? Existing("classes.txt") ?? Ending(".names"),
            ClassFolders = [.. files.EnumerateDirectories(images ?? folder).Where(f => files.EnumerateFiles(f).Any(ImageFiles.IsImage)).Order(StringComparer.Ordinal)],
            PairedFolders = folders.TryGetValue("A", out string? a) && folders.TryGetValue("B", out string? b) ? [a, b] : [],
        };

        string? Existing(string name) => names.FirstOrDefault(file => Path.GetFileName(file) == name);

        string? Ending(string extension) => names.FirstOrDefault(file => file.EndsWith(extension, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The answer to a folder that does not say what it is.</summary>
    public LearnDataException Unknown() => new(
        "UnknownDataset",
        $"{Folder} does not say what kind of training data it holds ({Inventory()}). Give the folder that an export wrote, "
        + $"or say with -DatasetType what it is: {string.Join(", ", MetadataFormats.All)}.",
        Folder);

    /// <summary>The answer to a folder that lacks what its format needs.</summary>
    public LearnDataException Missing(string format, string part) => new(
        "UnknownDataset", $"{Folder} is to be {format}, which needs {part} ({Inventory()}).", Folder);

    private string Inventory()
    {
        (string Name, bool IsThere)[] parts =
        [
            ("map.txt", MapPath is not null), ("esri_accumulated_stats.json", StatsPath is not null), ("esri_model_definition.emd", EmdPath is not null),
            ("images/", ImageFolder is not null), ("labels/", LabelFolder is not null), ("annotations.json", CocoPath is not null), ("data.yaml", NamesPath is not null),
            ("a folder of images per class", ClassFolders.Count > 0),
        ];
        return $"found: {List(parts.Where(p => p.IsThere))}; missing: {List(parts.Where(p => !p.IsThere))}";
    }

    private static string List(IEnumerable<(string Name, bool IsThere)> parts) =>
        string.Join(", ", parts.Select(p => p.Name)) is { Length: > 0 } names ? names : "nothing";
}
