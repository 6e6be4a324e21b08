using ArcLearn.Core.IO;

namespace ArcLearn.Core.Data.Labels;

/// <summary>A label file per image with any number of boxes: Pascal VOC, KITTI and YOLO.</summary>
/// <param name="extension">Of the label files, with its dot.</param>
/// <param name="classes">See <see cref="DatasetReader"/>.</param>
/// <param name="read">The boxes of a label file, given the image's width and height.</param>
internal sealed class BoxDataset(
    DatasetContext context, IReadOnlyList<ClassDefinition>? classes, string extension, Func<string, IFileSystem, int, int, List<NamedBox>> read)
    : DatasetReader(context, classes)
{
    public override IReadOnlyList<ChipPair> List() => ChipPairs.Of(Context, extension);

    public override ChipLabels Read(ChipPair pair, int width, int height) =>
        new() { Boxes = Clean(read(pair.LabelPath!, Context.Files, width, height), width, height) };

    /// <summary>Boxes of known classes, within the chip.</summary>
    private List<ChipBox> Clean(List<NamedBox> items, int width, int height)
    {
        List<ChipBox> boxes = [];
        foreach (NamedBox item in items)
        {
            if (item.Name is null)
            {
                Context.Tally.Add("object(s) have no name and were skipped");
            }
            else if (ClassOf(item.Name, "object(s)") is string name && BoxClip.Within(item, name, width, height, Context.Tally) is ChipBox box)
            {
                boxes.Add(box);
            }
        }

        return boxes;
    }
}

/// <summary>Cuts boxes to their chip.</summary>
internal static class BoxClip
{
    /// <summary>The part of a box that lies in the chip; null, and counted, where none does.</summary>
    public static ChipBox? Within(NamedBox item, string name, int width, int height, WarningTally tally)
    {
        (double xMin, double xMax) = (Math.Clamp(item.XMin, 0, width), Math.Clamp(item.XMax, 0, width));
        (double yMin, double yMax) = (Math.Clamp(item.YMin, 0, height), Math.Clamp(item.YMax, 0, height));
        if (!(xMax > xMin && yMax > yMin))
        {
            tally.Add(item.XMax > item.XMin && item.YMax > item.YMin
                ? "box(es) lie outside their chip and were dropped"
                : "box(es) without area were dropped");
            return null;
        }

        // Files of rounded parts of a side reach beyond it by less than a hundredth of a pixel: no fault of the label.
        const double Rounding = 0.01;
        if (xMin - item.XMin > Rounding || yMin - item.YMin > Rounding || item.XMax - xMax > Rounding || item.YMax - yMax > Rounding)
        {
            tally.Add("box(es) reach beyond their chip and were clipped");
        }

        return new ChipBox(name, xMin, yMin, xMax, yMax);
    }
}
