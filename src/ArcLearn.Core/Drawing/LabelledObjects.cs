using System.Globalization;
using ArcLearn.Core.Data;
using ArcLearn.Core.Inference;
using SkiaSharp;

namespace ArcLearn.Core.Drawing;

/// <summary>From labels and detections to what is painted, in the colours and under the names of a model's or a bunch's classes.</summary>
internal sealed class LabelledObjects(IReadOnlyList<ClassDefinition> classes)
{
    private readonly SKColor[] _colors = [.. classes.Select(ClassPalette.ColorOf)];

    /// <summary>Boxes in parts of the chip's side.</summary>
    public IReadOnlyList<PaintedObject> Truth(IEnumerable<BoxLabel> boxes) => [.. boxes.Where(box => box.Label > 0).Select(box => new PaintedObject(
        new SKRect(box.XMin, box.YMin, box.XMax, box.YMax), _colors[box.Label - 1], classes[box.Label - 1].Name))];

    /// <summary>Boxes in parts of the chip's side with names (where there is more than one) and scores, the best first.</summary>
    public IReadOnlyList<PaintedObject> Detections(IEnumerable<ChipDetection> detections, int chipSize) =>
        [.. detections.OrderByDescending(found => found.Score).Select(found => new PaintedObject(
            new SKRect(found.XMin / chipSize, found.YMin / chipSize, found.XMax / chipSize, found.YMax / chipSize),
            _colors[found.ClassIndex],
            Scored(found.ClassIndex, found.Score)))];

    /// <summary>A tag of name and score; the score alone where there is one class only.</summary>
    public string Scored(int classIndex, double score)
    {
        string text = score.ToString("0.00", CultureInfo.InvariantCulture);
        return classes.Count == 1 ? text : $"{classes[classIndex].Name} {text}";
    }

    public SKColor ColorOf(int classIndex) => _colors[classIndex];

    /// <summary>All classes with the number of their boxes.</summary>
    public IReadOnlyList<LegendEntry> Legend(IEnumerable<BoxLabel> boxes) =>
        Legend(boxes.Where(box => box.Label > 0).Select(box => box.Label - 1), found: null);

    /// <summary>All classes with the number of objects in the truth and, where there are any, of detections.</summary>
    public IReadOnlyList<LegendEntry> Legend(IEnumerable<int> truth, IEnumerable<int>? found)
    {
        int[] present = Count(truth);
        int[]? detected = found is null ? null : Count(found);
        return [.. classes.Select((one, i) => new LegendEntry(
            $"{one.Name} {present[i].ToString(CultureInfo.InvariantCulture)}"
            + (detected is null ? "" : $", found {detected[i].ToString(CultureInfo.InvariantCulture)}"),
            _colors[i]))];
    }

    private int[] Count(IEnumerable<int> indices)
    {
        int[] counts = new int[classes.Count];
        foreach (int index in indices)
        {
            counts[index]++;
        }

        return counts;
    }
}
