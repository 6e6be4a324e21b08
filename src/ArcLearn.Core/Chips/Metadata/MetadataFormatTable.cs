namespace ArcLearn.Core.Chips.Metadata;

/// <summary>Finds the layout of a metadata format.</summary>
internal static class MetadataFormatTable
{
    private static readonly Dictionary<string, Func<IReadOnlyList<ClassDefinition>, IMetadataFormat>> s_formats = new(StringComparer.Ordinal)
    {
        [MetadataFormats.KittiRectangles] = _ => new KittiFormat(),
        [MetadataFormats.PascalVocRectangles] = _ => new PascalVocFormat(),
        [MetadataFormats.ClassifiedTiles] = classes => new ClassifiedTilesFormat(classes),
        [MetadataFormats.RcnnMasks] = classes => new RcnnMasksFormat(classes),
        [MetadataFormats.LabeledTiles] = _ => new LabeledTilesFormat(),
        [MetadataFormats.MultiLabeledTiles] = classes => new MultiLabeledTilesFormat(classes),
        [MetadataFormats.ExportTiles] = _ => new ExportTilesFormat(),
        [MetadataFormats.CycleGan] = _ => new ExportTilesFormat(),
        [MetadataFormats.Imagenet] = classes => new ImagenetFormat(classes),
        [MetadataFormats.PanopticSegmentation] = classes => new PanopticFormat(classes),
        [MetadataFormats.Coco] = classes => new CocoFormat(classes),
        [MetadataFormats.Yolo] = classes => new YoloFormat(classes),
    };

    /// <param name="name">One of <see cref="MetadataFormats.All"/>.</param>
    /// <param name="classes">All classes of the folder, in the order that formats with an index number them.</param>
    /// <exception cref="LearnArgumentException">MetadataFormat: there is no format of that name.</exception>
    public static IMetadataFormat Create(string name, IReadOnlyList<ClassDefinition> classes) => s_formats.TryGetValue(name, out var create)
        ? create(classes)
        : throw new LearnArgumentException("MetadataFormat", $"'{name}' cannot be written; these can: {string.Join(", ", MetadataFormats.All)}.");
}
