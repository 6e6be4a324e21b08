using ArcLearn.Core.IO;

namespace ArcLearn.Core.Data.Labels;

/// <summary>Which format a folder is of, and what reads it.</summary>
internal static class DatasetFormats
{
    private const int KittiColumns = 15;

    /// <summary>The format: what was asked for, what the folder says, or what its files can only be; as <see cref="MetadataFormats"/> spells it.</summary>
    /// <exception cref="LearnDataException">UnknownDataset, or UnsupportedDataset for a name that is no format.</exception>
    public static string Resolve(string? asked, string? stated, DatasetFiles found, IFileSystem files)
    {
        string type = asked ?? stated ?? Infer(found, files) ?? throw found.Unknown();
        return MetadataFormats.All.FirstOrDefault(name => name.Equals(type, StringComparison.OrdinalIgnoreCase)) ?? throw new LearnDataException(
            "UnsupportedDataset", $"{found.Folder} is of type {type}, which is not read; these are: {string.Join(", ", MetadataFormats.All)}.", found.Folder);
    }

    public static DatasetReader Open(string format, DatasetContext context) => format switch
    {
        MetadataFormats.PascalVocRectangles => new BoxDataset(context, context.Listed, ".xml", (path, files, _, _) => VocLabel.Read(path, files)),
        MetadataFormats.KittiRectangles => new BoxDataset(context, context.Listed, ".txt", (path, files, _, _) => KittiLabel.Read(path, files)),
        MetadataFormats.Yolo => Yolo(context),
        MetadataFormats.Coco => CocoDataset.Open(context),
        MetadataFormats.ClassifiedTiles => MaskDataset.ForClasses(context),
        MetadataFormats.RcnnMasks => MaskDataset.ForInstances(context),
        MetadataFormats.PanopticSegmentation => MaskDataset.ForBoth(context),
        MetadataFormats.LabeledTiles => new LabeledTilesDataset(context, isMultiLabel: false),
        MetadataFormats.MultiLabeledTiles => new LabeledTilesDataset(context, isMultiLabel: true),
        MetadataFormats.Imagenet => new ImagenetDataset(context),
        MetadataFormats.CycleGan => new UnlabelledDataset(
            context, context.Found.PairedFolders is { Count: 2 } pair ? pair : throw context.Found.Missing(format, "the folders A and B")),
        _ => new UnlabelledDataset(context, []),
    };

    private static BoxDataset Yolo(DatasetContext context)
    {
        IReadOnlyList<string>? names = context.Found.NamesPath is string path ? YoloNames.Read(path, context.Files) : null;
        names ??= context.Listed?.OrderBy(c => c.Value).Select(c => c.Name).ToArray();
        names = names ?? throw context.Found.Missing(MetadataFormats.Yolo, "the names of its classes (data.yaml, classes.txt or *.names)");
        IReadOnlyList<ClassDefinition> classes = context.Listed is { } own && names.All(n => own.Any(c => c.Name == n))
            ? own
            : [.. names.Select((name, i) => new ClassDefinition(i + 1, name, [-1, -1, -1]))];
        return new BoxDataset(context, classes, ".txt", (file, files, width, height) => YoloLabel.Read(file, files, names, width, height));
    }

    /// <summary>What a folder can only be that says nothing itself; null where that is not clear.</summary>
    private static string? Infer(DatasetFiles found, IFileSystem files)
    {
        if (found.CocoPath is not null)
        {
            return MetadataFormats.Coco;
        }

        if (found.PairedFolders.Count == 2 && found.ClassFolders.Count is 0 or 2 && found.ImageFolder is null && found.PairedFolders.All(HoldsImages))
        {
            return MetadataFormats.CycleGan;
        }

        if (found.LabelFolder is string labels)
        {
            return FromLabels(found, labels, files);
        }

        return found.ClassFolders.Count > 1 ? MetadataFormats.Imagenet : null;

        bool HoldsImages(string folder) => DatasetFiles.Find(folder, files) is { } part
            && ImageFiles.In(part.ImageFolder ?? folder, files).Count > 0 && part.LabelFolder is null;
    }

    private static string? FromLabels(DatasetFiles found, string labels, IFileSystem files)
    {
        string[] names = [.. files.EnumerateFiles(labels).Order(StringComparer.Ordinal)];
        if (names.Any(ImageFiles.IsImage))
        {
            return found.SecondLabelFolder is null ? MetadataFormats.ClassifiedTiles : MetadataFormats.PanopticSegmentation;
        }

        if (names.Any(f => f.EndsWith(".xml", StringComparison.OrdinalIgnoreCase)))
        {
            return MetadataFormats.PascalVocRectangles;
        }

        if (names.FirstOrDefault(f => f.EndsWith(".txt", StringComparison.OrdinalIgnoreCase) && files.ReadAllText(f).Trim().Length > 0) is string text)
        {
            int columns = files.ReadAllText(text).TrimStart().Split('\n')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
            return columns >= KittiColumns && found.NamesPath is null ? MetadataFormats.KittiRectangles : found.NamesPath is not null ? MetadataFormats.Yolo : null;
        }

        return files.EnumerateDirectories(labels).Any(f => files.EnumerateFiles(f).Any(ImageFiles.IsImage)) ? MetadataFormats.RcnnMasks : null;
    }
}
