namespace ArcLearn.Core.Chips.Metadata;

/// <summary>Classified_Tiles: a band of class values for each chip, in the smallest unsigned type that holds all classes.</summary>
internal sealed class ClassifiedTilesFormat(IReadOnlyList<ClassDefinition> classes) : IMetadataFormat
{
    private readonly int _greatest = classes.Select(c => c.Value).DefaultIfEmpty().Max();

    public CountedLabels Counted => CountedLabels.Pixels;

    public bool HasLabels(LabelledChip chip) => chip.Labels.ClassValues.AsSpan().ContainsAnyExcept(0);

    public IReadOnlyList<string> LabelFiles(LabelledChip chip, string stem) => [$"labels/{stem}.tif"];

    public void Write(LabelledChip chip, ChipWriter to) => to.WriteValues($"labels/{to.Stem}.tif", chip.Labels.ClassValues, _greatest);
}

/// <summary>RCNN_Masks: for each class in a chip a band of object numbers from 1, in a folder of the class's name. A later object covers an earlier one.</summary>
internal sealed class RcnnMasksFormat(IReadOnlyList<ClassDefinition> classes) : IMetadataFormat
{
    private readonly InstanceMasks _masks = new("labels", classes);

    public CountedLabels Counted => CountedLabels.Features;

    public bool HasClassFolders => true;

    public bool HasLabels(LabelledChip chip) => chip.Labels.Objects.Count > 0;

    public IReadOnlyList<string> LabelFiles(LabelledChip chip, string stem) => _masks.Files(chip.Labels.Objects, stem);

    public void Write(LabelledChip chip, ChipWriter to) => _masks.Write(chip, chip.Labels.Objects, to);
}

/// <summary>Panoptic_Segmentation: a band of class values in labels, and the objects' masks by class in labels2.</summary>
internal sealed class PanopticFormat(IReadOnlyList<ClassDefinition> classes) : IMetadataFormat
{
    private readonly ClassifiedTilesFormat _classes = new(classes);
    private readonly InstanceMasks _masks = new("labels2", classes);

    public CountedLabels Counted => CountedLabels.Pixels;

    public bool HasClassFolders => true;

    public bool HasLabels(LabelledChip chip) => _classes.HasLabels(chip);

    public IReadOnlyList<string> LabelFiles(LabelledChip chip, string stem) =>
        [.. _classes.LabelFiles(chip, stem), .. _masks.Files(chip.Instances.Objects, stem)];

    public void Write(LabelledChip chip, ChipWriter to)
    {
        _classes.Write(chip, to);
        _masks.Write(chip, chip.Instances.Objects, to);
    }
}

/// <summary>Bands of object numbers, one for each class in a chip.</summary>
internal sealed class InstanceMasks(string folder, IReadOnlyList<ClassDefinition> classes)
{
    private readonly Dictionary<int, string> _names = classes.ToDictionary(c => c.Value, c => c.Name);

    /// <summary>By class value.</summary>
    public IReadOnlyList<string> Files(IReadOnlyList<ChipObject> objects, string stem) =>
        [.. objects.Select(o => o.ClassValue).Distinct().Order().Select(value => File(value, stem))];

    public void Write(LabelledChip chip, IReadOnlyList<ChipObject> objects, ChipWriter to)
    {
        foreach (IGrouping<int, ChipObject> group in objects.GroupBy(o => o.ClassValue))
        {
            int[] values = new int[chip.Width * chip.Height];
            int number = 0;
            foreach (ChipObject item in group)
            {
                number++;
                item.Shape!.Fill((row, from, to) => values.AsSpan((row * chip.Width) + from, to - from).Fill(number));
            }

            to.WriteValues(File(group.Key, to.Stem), values, number);
        }
    }

    private string File(int value, string stem) => $"{folder}/{_names[value]}/{stem}.tif";
}
