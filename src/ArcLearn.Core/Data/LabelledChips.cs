using ArcLearn.Core.IO;

namespace ArcLearn.Core.Data;

/// <summary>The chips of all folders of a bunch, with the labels that the bunch counts their classes by.</summary>
internal sealed class LabelledChips
{
    private readonly ClassTable _classes;

    private LabelledChips(IReadOnlyList<ChipEntry> chips, IReadOnlyList<int> folders, ClassTable classes, LabelContent content)
    {
        (Chips, Folders, _classes, Content) = (chips, folders, classes, content);
        Labels = [.. chips.Select((chip, i) => NamesIn(chip).Select(name => classes.Label(folders[i], name)).Where(label => label > 0).Distinct().Order().ToArray())];
    }

    public LabelContent Content { get; }

    public IReadOnlyList<ChipEntry> Chips { get; }

    /// <summary>The folder of each chip, by its place among the folders.</summary>
    public IReadOnlyList<int> Folders { get; }

    /// <summary>The classes that each chip shows, as labels from 1, ascending.</summary>
    public IReadOnlyList<int[]> Labels { get; }

    /// <summary>What a chip has of its classes, for messages.</summary>
    public string Thing => Content switch
    {
        LabelContent.Boxes or LabelContent.InstanceMasks => "an object",
        LabelContent.ClassMask or LabelContent.ClassAndInstanceMasks => "a pixel",
        _ => "a label",
    };

    /// <summary>The same where there is none.</summary>
    public string NoThing => "no " + Thing[(Thing.IndexOf(' ', StringComparison.Ordinal) + 1)..];

    public static LabelledChips Of(IReadOnlyList<TrainingFolder> folders, ClassTable classes, LabelContent content, Action<string>? warn)
    {
        (ChipEntry Chip, int Folder)[] all = [.. folders.SelectMany((f, i) => f.Chips.Select(c => (c, i)))];
        LabelledChips every = new([.. all.Select(c => c.Chip)], [.. all.Select(c => c.Folder)], classes, content);
        if (content != LabelContent.ImageClass || every.Labels.All(l => l.Length > 0) || every.Labels.All(l => l.Length == 0))
        {
            return every;
        }

        // An image of no class can neither be learnt from nor measured with.
        (ChipEntry Chip, int Folder)[] kept = [.. all.Where((_, i) => every.Labels[i].Length > 0)];
        warn?.Invoke($"{all.Length - kept.Length} of {all.Length} chips are of classes that were left out, and were left out with them.");
        return new LabelledChips([.. kept.Select(c => c.Chip)], [.. kept.Select(c => c.Folder)], classes, content);
    }

    /// <summary>The data for what learns from such labels.</summary>
    public IChipData Serve(ChipSet set, IReadOnlyList<TrainingFolder> folders, ClassTable classes, IFileSystem files, MemoryBudget budget)
    {
        switch (Content)
        {
            case LabelContent.Boxes:
                return new DetectionData(set, Boxes());
            case LabelContent.ImageClass or LabelContent.ImageClasses:
                return new ImageClassData(set, [.. Labels.Select(l => l.Select(label => label - 1).ToArray())], Content == LabelContent.ImageClasses);
            case LabelContent.None:
                return new PlainChipData(set, [.. Labels]);
        }

        MaskLabels[] tables =
        [
            .. folders.Select((folder, i) => new MaskLabels(classes.LabelsByValue(i, folder.Classes), name => folder.Classes.FirstOrDefault(one => one.Name == name) is ClassDefinition item ? classes.MaskLabel(i, item) : checked((ushort)classes.Label(i, name)))),
        ];
        MaskStore masks = new(Chips, [.. Folders.Select(folder => tables[folder])], Content != LabelContent.ClassMask, files, budget);
        return Content switch
        {
            LabelContent.ClassMask => new PixelData(set, masks, Pixels(folders)),
            LabelContent.InstanceMasks => new InstanceData(set, masks, Pixels(folders), Boxes()),
            _ => new PixelChipData(set, masks),
        };
    }

    private static IEnumerable<string> NamesIn(ChipEntry chip) =>
        chip.Labels.ClassNames.Concat(chip.Labels.Pixels.Count > 0 ? chip.Labels.Pixels.Keys : chip.Boxes.Select(b => b.ClassName));

    private (ChipBox Box, int Label)[][] Boxes() =>
    [
        .. Chips.Select((chip, i) => chip.Boxes.Select(b => (Box: b, Label: _classes.Label(Folders[i], b.ClassName))).Where(b => b.Label > 0).ToArray()),
    ];

    /// <summary>Of each chip by label, background first: what no class covers, ignored ones included.</summary>
    private long[][] Pixels(IReadOnlyList<TrainingFolder> folders) =>
    [
        .. Chips.Select((chip, i) =>
        {
            long[] counts = new long[_classes.Classes.Count + 1];
            long ignored = 0;
            foreach ((string name, long count) in chip.Labels.Pixels)
            {
                int label = _classes.Label(Folders[i], name);
                bool isIgnored = label == 0 && folders[Folders[i]].Classes.Any(one => one.Name == name && _classes.IsIgnored(one));
                ignored += isIgnored ? count : 0;
                counts[label] += isIgnored ? 0 : count;
            }

            counts[0] += Math.Max(0, ((long)chip.FileWidth * chip.FileHeight) - ignored - counts.Sum());
            return counts;
        }),
    ];
}
