using System.Globalization;

namespace ArcLearn.Core.Data.Labels;

/// <summary>
/// Masks: Classified_Tiles (a picture of class values per image), RCNN_Masks (a picture of object numbers per class and image) and
/// Panoptic_Segmentation (both).
/// </summary>
internal sealed class MaskDataset : DatasetReader
{
    private readonly bool _hasClassMask;
    private readonly (string Class, string Path)[] _classFolders;
    private readonly FolderListing _listing;
    private readonly Dictionary<int, string>? _namesByValue;

    private MaskDataset(DatasetContext context, IReadOnlyList<ClassDefinition>? classes, bool hasClassMask, (string Class, string Path)[] classFolders)
        : base(context, classes)
    {
        (_hasClassMask, _classFolders) = (hasClassMask, classFolders);
        _listing = new FolderListing(context.Files);
        _namesByValue = classes?.ToDictionary(c => c.Value, c => c.Name);
    }

    public static MaskDataset ForClasses(DatasetContext context) => new(context, Objects(context), hasClassMask: true, []);

    public static MaskDataset ForInstances(DatasetContext context) => new(
        context, Objects(context), hasClassMask: false, FoldersIn(context.Found.LabelFolder ?? throw context.Found.Missing(MetadataFormats.RcnnMasks, "labels/"), context));

    public static MaskDataset ForBoth(DatasetContext context) => new(
        context, Objects(context), hasClassMask: true,
        FoldersIn(context.Found.SecondLabelFolder ?? throw context.Found.Missing(MetadataFormats.PanopticSegmentation, "labels2/"), context));

    public override IReadOnlyList<ChipPair> List() => _hasClassMask ? ChipPairs.Of(Context, extension: null) : ChipPairs.ImagesOf(Context);

    public override ChipLabels Read(ChipPair pair, int width, int height)
    {
        Dictionary<string, long> pixels = new(StringComparer.Ordinal);
        if (_hasClassMask)
        {
            CountClasses(MaskFile.Read(pair.LabelPath!, width, height, Context.Files), pixels);
        }

        List<ClassMaskFile> masks = [];
        List<ChipBox> boxes = [];
        string stem = Path.GetFileNameWithoutExtension(pair.ImagePath);
        foreach ((string folder, string path) in _classFolders)
        {
            if (ImageFiles.Named(Path.Combine(path, stem), _listing) is string mask && ClassOf(folder, "mask(s)") is string name)
            {
                masks.Add(new ClassMaskFile(name, mask));
                long area = FindObjects(MaskFile.Read(mask, width, height, Context.Files), width, name, boxes);
                if (!_hasClassMask)
                {
                    pixels[name] = pixels.GetValueOrDefault(name) + area;
                }
            }
        }

        return new ChipLabels { ClassMask = _hasClassMask ? pair.LabelPath : null, InstanceMasks = masks, Boxes = boxes, Pixels = pixels };
    }

    /// <summary>Where no file lists the classes of a mask, its values are their names.</summary>
    public override IReadOnlyList<ClassDefinition> ClassesOf(IReadOnlyList<ChipEntry> chips) => _hasClassMask
        ?
        [
            .. chips.SelectMany(c => c.Labels.Pixels.Keys).Distinct()
                .Select(name => new ClassDefinition(int.Parse(name, CultureInfo.InvariantCulture), name, [-1, -1, -1])).OrderBy(c => c.Value),
        ]
        : base.ClassesOf(chips);

    private static (string Class, string Path)[] FoldersIn(string labels, DatasetContext context) =>
        [.. context.Files.EnumerateDirectories(labels).Order(StringComparer.Ordinal).Select(path => (Path.GetFileName(path), path))];

    /// <summary>The listed classes; 0 is background, whatever a file calls it.</summary>
    private static ClassDefinition[]? Objects(DatasetContext context) =>
        context.Listed?.Where(c => c.Value != 0).ToArray() is { Length: > 0 } classes ? classes : null;

    private void CountClasses(int[] values, Dictionary<string, long> pixels)
    {
        Dictionary<int, long> counts = [];
        int last = -1;
        long run = 0;
        foreach (int value in values)
        {
            if (value != last)
            {
                counts[last] = counts.GetValueOrDefault(last) + run;
                (last, run) = (value, 0);
            }

            run++;
        }

        counts[last] = counts.GetValueOrDefault(last) + run;
        foreach ((int value, long count) in counts.Where(c => c.Key != 0 && c.Value > 0))
        {
            if (value == MaskFile.NoValue || _namesByValue?.ContainsKey(value) == false)
            {
                Context.Tally.Add("pixel(s) have a value that is no class of the folder and count as background", (int)Math.Min(count, int.MaxValue));
            }
            else
            {
                pixels[_namesByValue?[value] ?? value.ToString(CultureInfo.InvariantCulture)] = count;
            }
        }
    }

    /// <summary>The box around every object's pixels.</summary>
    private static long FindObjects(int[] values, int width, string name, List<ChipBox> boxes)
    {
        SortedDictionary<int, (int Left, int Top, int Right, int Bottom)> found = [];
        long area = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] <= 0)
            {
                continue;
            }

            area++;
            (int column, int row) = (i % width, i / width);
            found[values[i]] = found.TryGetValue(values[i], out (int Left, int Top, int Right, int Bottom) box)
                ? (Math.Min(box.Left, column), box.Top, Math.Max(box.Right, column), row)
                : (column, row, column, row);
        }

        boxes.AddRange(found.Values.Select(b => new ChipBox(name, b.Left, b.Top, b.Right + 1, b.Bottom + 1)));
        return area;
    }
}
