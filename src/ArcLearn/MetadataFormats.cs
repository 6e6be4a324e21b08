namespace ArcLearn;

/// <summary>What the labels of a training folder hold.</summary>
public enum LabelContent
{
    /// <summary>Nothing: the folder holds images alone.</summary>
    None,

    /// <summary>Any number of boxes with a class, in pixels of the chip.</summary>
    Boxes,

    /// <summary>One class for the whole image.</summary>
    ImageClass,

    /// <summary>Any number of classes for the whole image.</summary>
    ImageClasses,

    /// <summary>A class value for each pixel; 0 is background.</summary>
    ClassMask,

    /// <summary>Masks of a class each, whose pixels hold the number of an object; 0 is background.</summary>
    InstanceMasks,

    /// <summary>A class value for each pixel, and masks of objects.</summary>
    ClassAndInstanceMasks,
}

/// <summary>
/// The metadata formats of training folders: their names as ArcGIS spells them in <c>MetaDataMode</c>, and what the labels of each hold.
/// COCO and YOLO are not ArcGIS'; their folders have the same two JSON files.
/// </summary>
public static class MetadataFormats
{
    /// <summary>labels/N.txt: fifteen columns a line, of which the class value (1) and the box (5 to 8) count.</summary>
    public const string KittiRectangles = "KITTI_rectangles";

    /// <summary>labels/N.xml: class value and box of each object.</summary>
    public const string PascalVocRectangles = "PASCAL_VOC_rectangles";

    /// <summary>labels/N.tif: one band of class values.</summary>
    public const string ClassifiedTiles = "Classified_Tiles";

    /// <summary>labels/class name/N.tif: one band of object numbers for each class in the chip.</summary>
    public const string RcnnMasks = "RCNN_Masks";

    /// <summary>labels/N.xml: the class value and box of the one object that the chip shows.</summary>
    public const string LabeledTiles = "Labeled_Tiles";

    /// <summary>labels/N.xml: one object with the names of all classes in the chip, separated by commas.</summary>
    public const string MultiLabeledTiles = "MultiLabeled_Tiles";

    /// <summary>Images without labels.</summary>
    public const string ExportTiles = "Export_Tiles";

    /// <summary>The folders A and B, each with images without labels.</summary>
    public const string CycleGan = "CycleGAN";

    /// <summary>images/class name/N.tif: the class is the image's folder.</summary>
    public const string Imagenet = "Imagenet";

    /// <summary>labels/N.tif with class values, labels2/class name/N.tif with object numbers.</summary>
    public const string PanopticSegmentation = "Panoptic_Segmentation";

    /// <summary>annotations.json: images, categories and annotations with box and outline, in pixels.</summary>
    public const string Coco = "COCO";

    /// <summary>labels/N.txt: class index from 0, centre, width and height of the box in parts of the chip; names in data.yaml.</summary>
    public const string Yolo = "YOLO";

    private static readonly Dictionary<string, LabelContent> s_content = new(StringComparer.OrdinalIgnoreCase)
    {
        [KittiRectangles] = LabelContent.Boxes,
        [PascalVocRectangles] = LabelContent.Boxes,
        [ClassifiedTiles] = LabelContent.ClassMask,
        [RcnnMasks] = LabelContent.InstanceMasks,
        [LabeledTiles] = LabelContent.ImageClass,
        [MultiLabeledTiles] = LabelContent.ImageClasses,
        [ExportTiles] = LabelContent.None,
        [CycleGan] = LabelContent.None,
        [Imagenet] = LabelContent.ImageClass,
        [PanopticSegmentation] = LabelContent.ClassAndInstanceMasks,
        [Coco] = LabelContent.Boxes,
        [Yolo] = LabelContent.Boxes,
    };

    /// <summary>All names, in the order above.</summary>
    public static IReadOnlyList<string> All { get; } = [.. s_content.Keys];

    /// <summary>What a format's labels hold; null for a name that is none of <see cref="All"/>. Case does not count.</summary>
    public static LabelContent? ContentOf(string name) => s_content.TryGetValue(name, out LabelContent content) ? content : null;

    /// <summary>The formats whose labels hold one of these.</summary>
    public static IEnumerable<string> With(params LabelContent[] contents) => All.Where(name => contents.Contains(s_content[name]));
}
