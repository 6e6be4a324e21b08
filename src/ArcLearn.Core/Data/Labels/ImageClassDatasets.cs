namespace ArcLearn.Core.Data.Labels;

/// <summary>Labeled_Tiles and MultiLabeled_Tiles: a Pascal VOC file per image with one object, whose name is the class, or the classes with commas between.</summary>
internal sealed class LabeledTilesDataset(DatasetContext context, bool isMultiLabel) : DatasetReader(context, context.Listed)
{
    public override IReadOnlyList<ChipPair> List() => ChipPairs.Of(Context, ".xml");

    public override ChipLabels? Read(ChipPair pair, int width, int height)
    {
        string[] names = [.. VocLabel.Read(pair.LabelPath!, Context.Files, needsBox: false).Select(item => item.Name).OfType<string>()];
        if (isMultiLabel)
        {
            return new ChipLabels { ClassNames = [.. names.SelectMany(Classes).Distinct()] };
        }

        if (names.Length != 1)
        {
            Context.Tally.Add($"chip(s) have {(names.Length == 0 ? "no class" : "more than one object")} and were skipped: a labelled tile has exactly one");
            return null;
        }

        return ClassOf(names[0], "chip(s)") is string name ? new ChipLabels { ClassNames = [name] } : null;
    }

    /// <summary>A name may hold a comma itself, where the folder lists it.</summary>
    private new IEnumerable<string> Classes(string text) =>
        base.Classes?.Any(c => c.Name == text) == true
            ? [text]
            : text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(part => ClassOf(part, "label(s)")).OfType<string>();
}

/// <summary>A folder of images per class, below images/ or in the folder itself.</summary>
internal sealed class ImagenetDataset(DatasetContext context) : DatasetReader(context, context.Listed)
{
    public override IReadOnlyList<ChipPair> List()
    {
        IReadOnlyList<string> folders = Context.Found.ClassFolders;
        ChipPair[] pairs = [.. folders.SelectMany(folder => ImageFiles.In(folder, Context.Files)).Order(StringComparer.Ordinal).Select(image => new ChipPair(image, null))];
        return pairs.Length > 0 ? pairs : throw Context.Found.Missing(MetadataFormats.Imagenet, "a folder of images for each class");
    }

    public override ChipLabels? Read(ChipPair pair, int width, int height) =>
        ClassOf(Path.GetFileName(Path.GetDirectoryName(pair.ImagePath))!, "image(s)") is string name ? new ChipLabels { ClassNames = [name] } : null;
}

/// <summary>Images without labels: Export_Tiles, and CycleGAN with the folders A and B.</summary>
internal sealed class UnlabelledDataset(DatasetContext context, IReadOnlyList<string> parts) : DatasetReader(context, [])
{
    public override IReadOnlyList<ChipPair> List() => parts.Count == 0
        ? Images(Context)
        : [.. parts.SelectMany(part => Images(Context with { Found = DatasetFiles.Find(part, Context.Files) }))];

    public override ChipLabels Read(ChipPair pair, int width, int height) => ChipLabels.None;

    private static IReadOnlyList<ChipPair> Images(DatasetContext context) => ChipPairs.ImagesOf(context);
}
