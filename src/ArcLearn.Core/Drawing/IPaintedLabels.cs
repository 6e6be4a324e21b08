using System.Globalization;
using ArcLearn.Core.Data;
using SkiaSharp;

namespace ArcLearn.Core.Drawing;

/// <summary>The labels of a batch, ready to be laid on pictures of its chips.</summary>
internal interface IPaintedLabels
{
    /// <summary>A picture of the sheet.</summary>
    /// <param name="chip">Its place in the batch.</param>
    /// <param name="picture">The chip without labels; may be painted on.</param>
    /// <param name="file">The name of its image.</param>
    SheetCell Cell(int chip, SKBitmap picture, string file);

    /// <summary>All classes with what there is of them on the sheet.</summary>
    IReadOnlyList<LegendEntry> Legend();
}

/// <summary>Boxes with names.</summary>
internal sealed class PaintedBoxes(DetectionBatch batch, IReadOnlyList<ClassDefinition> classes) : IPaintedLabels
{
    private readonly LabelledObjects _objects = new(classes);

    public SheetCell Cell(int chip, SKBitmap picture, string file) =>
        new(picture, string.Create(CultureInfo.InvariantCulture, $"{file}: {batch.Boxes[chip].Length}"), _objects.Truth(batch.Boxes[chip]));

    public IReadOnlyList<LegendEntry> Legend() => _objects.Legend(batch.Boxes.SelectMany(boxes => boxes));
}

/// <summary>Names of the whole image, in a frame of the class's colour; captions alone where there are no classes.</summary>
internal sealed class PaintedNames(ImageClassBatch batch, IReadOnlyList<ClassDefinition> classes) : IPaintedLabels
{
    private readonly LabelledObjects _objects = new(classes);

    public SheetCell Cell(int chip, SKBitmap picture, string file)
    {
        int[] labels = batch.Classes[chip];
        string names = string.Join(", ", labels.Select(label => classes[label].Name));
        return new SheetCell(picture, file, labels.Length == 0 ? [] : [new PaintedObject(new SKRect(0, 0, 1, 1), _objects.ColorOf(labels[0]), names)]);
    }

    public IReadOnlyList<LegendEntry> Legend() => classes.Count == 0 ? [] : _objects.Legend(batch.Classes.SelectMany(labels => labels), found: null);
}
