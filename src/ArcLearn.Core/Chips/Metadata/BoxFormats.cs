using System.Globalization;
using System.Text;

namespace ArcLearn.Core.Chips.Metadata;

/// <summary>PASCAL_VOC_rectangles: an XML file of boxes for each chip.</summary>
internal sealed class PascalVocFormat : IMetadataFormat
{
    public CountedLabels Counted => CountedLabels.Features;

    public bool HasLabels(LabelledChip chip) => chip.Labels.Objects.Count > 0;

    public IReadOnlyList<string> LabelFiles(LabelledChip chip, string stem) => [$"labels/{stem}.xml"];

    public void Write(LabelledChip chip, ChipWriter to) =>
        to.WriteText($"labels/{to.Stem}.xml", VocXml.Format(to.ImageName, chip.Width, chip.Height, chip.Bands, chip.Labels.Objects));
}

/// <summary>KITTI_rectangles: a line of fifteen columns for each object; class value and box are filled in, the others are zero.</summary>
internal sealed class KittiFormat : IMetadataFormat
{
    public CountedLabels Counted => CountedLabels.Features;

    public bool HasLabels(LabelledChip chip) => chip.Labels.Objects.Count > 0;

    public IReadOnlyList<string> LabelFiles(LabelledChip chip, string stem) => [$"labels/{stem}.txt"];

    public void Write(LabelledChip chip, ChipWriter to)
    {
        StringBuilder text = new();
        foreach (ChipObject item in chip.Labels.Objects)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"{item.ClassValue,3} 0.00 0 0 {item.XMin,7:F2} {item.YMin,7:F2} {item.XMax,7:F2} {item.YMax,7:F2} 0 0 0 0 0 0 0\n");
        }

        to.WriteText($"labels/{to.Stem}.txt", text.ToString());
    }
}

/// <summary>YOLO: a line for each object with the class's index from 0 and the box's centre and size in parts of the chip; data.yaml names the classes.</summary>
internal sealed class YoloFormat(IReadOnlyList<ClassDefinition> classes) : IMetadataFormat
{
    private readonly Dictionary<int, int> _index = classes.Select((c, i) => (c.Value, i)).ToDictionary();

    public CountedLabels Counted => CountedLabels.Features;

    public bool HasLabels(LabelledChip chip) => chip.Labels.Objects.Count > 0;

    public IReadOnlyList<string> LabelFiles(LabelledChip chip, string stem) => [$"labels/{stem}.txt"];

    public void Write(LabelledChip chip, ChipWriter to)
    {
        StringBuilder text = new();
        foreach (ChipObject item in chip.Labels.Objects)
        {
            (double x, double width) = ((item.XMin + item.XMax) / 2 / chip.Width, (item.XMax - item.XMin) / chip.Width);
            (double y, double height) = ((item.YMin + item.YMax) / 2 / chip.Height, (item.YMax - item.YMin) / chip.Height);
            text.Append(CultureInfo.InvariantCulture, $"{_index[item.ClassValue]} {x:F6} {y:F6} {width:F6} {height:F6}\n");
        }

        to.WriteText($"labels/{to.Stem}.txt", text.ToString());
    }

    public IEnumerable<(string Name, string Text)> Finish(IReadOnlyList<string> notes)
    {
        StringBuilder text = new("path: .\ntrain: images\nval: images\nnames:\n");
        foreach ((int value, int index) in _index)
        {
            // A text in JSON is one in YAML.
            string name = EsriJson.Quote(classes.First(c => c.Value == value).Name);
            text.Append(CultureInfo.InvariantCulture, $"  {index}: {name}\n");
        }

        return [("data.yaml", text.ToString())];
    }
}
