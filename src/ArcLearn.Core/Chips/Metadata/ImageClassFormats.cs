namespace ArcLearn.Core.Chips.Metadata;

/// <summary>Labeled_Tiles: an XML file with the one object that the chip was made for; of classes that are pixels, the class with most of them.</summary>
internal sealed class LabeledTilesFormat : IMetadataFormat
{
    public CountedLabels Counted => CountedLabels.Features;

    public bool IsPerObject => true;

    public bool HasLabels(LabelledChip chip) => ObjectsOf(chip).Count > 0;

    public IReadOnlyList<ChipObject> ObjectsOf(LabelledChip chip) => ImageClass.Of(chip);

    public IReadOnlyList<string> LabelFiles(LabelledChip chip, string stem) => [$"labels/{stem}.xml"];

    public void Write(LabelledChip chip, ChipWriter to) =>
        to.WriteText($"labels/{to.Stem}.xml", VocXml.Format(to.ImageName, chip.Width, chip.Height, chip.Bands, ObjectsOf(chip)));
}

/// <summary>Imagenet: no label files; each image lies in a folder named as its class.</summary>
internal sealed class ImagenetFormat(IReadOnlyList<ClassDefinition> classes) : IMetadataFormat
{
    private readonly Dictionary<int, string> _names = classes.ToDictionary(c => c.Value, c => c.Name);

    public CountedLabels Counted => CountedLabels.Features;

    public bool IsPerObject => true;

    public bool HasClassFolders => true;

    public bool HasLabels(LabelledChip chip) => ObjectsOf(chip).Count > 0;

    public IReadOnlyList<ChipObject> ObjectsOf(LabelledChip chip) => ImageClass.Of(chip);

    public string ImageFolder(LabelledChip chip) => $"images/{_names[ObjectsOf(chip)[0].ClassValue]}";

    public IReadOnlyList<string> LabelFiles(LabelledChip chip, string stem) => [];

    public void Write(LabelledChip chip, ChipWriter to)
    {
    }
}

/// <summary>MultiLabeled_Tiles: an XML file with one object, whose name are those of all classes in the chip.</summary>
internal sealed class MultiLabeledTilesFormat(IReadOnlyList<ClassDefinition> classes) : IMetadataFormat
{
    public CountedLabels Counted => CountedLabels.Features;

    public bool HasLabels(LabelledChip chip) => chip.Labels.Objects.Count > 0;

    public IReadOnlyList<string> LabelFiles(LabelledChip chip, string stem) => [$"labels/{stem}.xml"];

    public void Write(LabelledChip chip, ChipWriter to)
    {
        HashSet<int> values = [.. chip.Labels.Objects.Select(o => o.ClassValue)];
        string names = string.Join(',', classes.Where(c => values.Contains(c.Value)).Select(c => c.Name));
        (string, ChipObject)[] objects = names.Length == 0 ? [] : [(names, ImageClass.Whole(chip, 0))];
        to.WriteText($"labels/{to.Stem}.xml", VocXml.Format(to.ImageName, chip.Width, chip.Height, chip.Bands, objects));
    }
}

/// <summary>Export_Tiles, and each side of CycleGAN: images alone.</summary>
internal sealed class ExportTilesFormat : IMetadataFormat
{
    public CountedLabels Counted => CountedLabels.None;

    public bool HasLabels(LabelledChip chip) => chip.Labels.Objects.Count > 0;

    public IReadOnlyList<string> LabelFiles(LabelledChip chip, string stem) => [];

    public void Write(LabelledChip chip, ChipWriter to)
    {
    }
}

/// <summary>The one class of a chip.</summary>
internal static class ImageClass
{
    /// <summary>The object that the chip was made for, else all of the chip with the class of most of its pixels; none where it has no class.</summary>
    public static IReadOnlyList<ChipObject> Of(LabelledChip chip) =>
        chip.Place.Object >= 0 ? chip.Labels.Objects
        : chip.Labels.Majority() is int value and not 0 ? [Whole(chip, value)]
        : [];

    public static ChipObject Whole(LabelledChip chip, int value) => new(value, 0, 0, chip.Width, chip.Height, chip.Labels.PixelArea * chip.Width * chip.Height);
}
