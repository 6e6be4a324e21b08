using ArcLearn.Core.Data;
using ArcLearn.Core.IO;
using ArcLearn.Core.Models;
using SkiaSharp;

namespace ArcLearn.Core.Drawing;

/// <summary>Which results are shown, and how.</summary>
internal sealed record ModelResultSheetOptions
{
    public int Rows { get; init; } = 5;

    /// <summary>What the picture calls the model; null for its name.</summary>
    public string? Name { get; init; }

    /// <summary>Score that a detection needs, 0 to 1.</summary>
    public double DetectThreshold { get; init; } = 0.5;

    /// <summary>Highest intersection over union of two detections of a class in one chip.</summary>
    public double NmsOverlap { get; init; } = 0.1;

    /// <summary>Of the choice of chips; null for the data's own.</summary>
    public int? Seed { get; init; }

    public bool Force { get; init; }
}

/// <summary>Draws chips twice: on the left with the objects of the truth, on the right with what a detector found.</summary>
internal static class ModelResultSheet
{
    /// <param name="model">The detector.</param>
    /// <param name="other">Another bunch, from all of whose chips is chosen; null for the validation chips.</param>
    /// <exception cref="LearnDataException">As <see cref="SsdEngine.Compare"/>.</exception>
    /// <exception cref="OutputExistsException">The picture exists.</exception>
    public static PictureItem Draw(
        SsdEngine model, LearnDataBunch? other, string pngPath, ModelResultSheetOptions options, IFileSystem? files = null, CancellationToken cancel = default)
    {
        files ??= LocalFileSystem.Instance;
        PictureFile.CheckOutput(pngPath, files, options.Force);
        using SKBitmap sheet = Picture(model, other, options, out string shows, cancel);
        return PictureFile.Save(sheet, pngPath, shows, files, options.Force);
    }

    /// <summary>The picture itself.</summary>
    /// <inheritdoc cref="Draw"/>
    public static SKBitmap Picture(SsdEngine model, LearnDataBunch? other, ModelResultSheetOptions options, out string shows, CancellationToken cancel)
    {
        SsdComparison results = model.Compare(options.Rows, options.Seed, options.DetectThreshold, options.NmsOverlap, other, cancel);
        DetectionBatch batch = results.Sample.Batch;
        ChipPictures pictures = new(batch, results.Normalization);
        LabelledObjects labels = new(model.Classes);
        shows = FormattableString.Invariant($"{batch.Count} chips, {results.Found.Sum(found => found.Count)} detections");
        string title = FormattableString.Invariant($"{options.Name ?? model.Name}: truth | detections of {options.DetectThreshold:0.##} and more");
        return ContactSheet.Draw(
            title, Cells(), 2 * batch.Count, batch.ChipSize, columns: 2, labels.Legend(
                batch.Boxes.SelectMany(boxes => boxes).Where(box => box.Label > 0).Select(box => box.Label - 1),
                results.Found.SelectMany(found => found).Select(found => found.ClassIndex)));

        IEnumerable<SheetCell> Cells()
        {
            for (int i = 0; i < batch.Count; i++)
            {
                cancel.ThrowIfCancellationRequested();
                string name = Path.GetFileName(results.Sample.Images[i]);
                yield return new SheetCell(
                    pictures.Draw(i), FormattableString.Invariant($"{name}, truth: {batch.Boxes[i].Length}"), labels.Truth(batch.Boxes[i]));
                yield return new SheetCell(
                    pictures.Draw(i), FormattableString.Invariant($"found: {results.Found[i].Count}"), labels.Detections(results.Found[i], batch.ChipSize));
            }
        }
    }
}
