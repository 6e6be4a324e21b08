using System.Globalization;
using ArcLearn.Core.Data;
using ArcLearn.Core.IO;
using ArcLearn.Core.Models;
using SkiaSharp;

namespace ArcLearn.Core.Drawing;

/// <summary>Draws images with their class and what a classifier takes them for.</summary>
internal static class ImageResultSheet
{
    private const int Columns = 5;

    private static readonly SKColor s_right = new(0, 140, 60);
    private static readonly SKColor s_wrong = new(200, 30, 30);

    /// <param name="other">Another bunch, from all of whose images is chosen; null for the validation images.</param>
    /// <param name="isHardest">Whether those are shown that the model is most wrong about.</param>
    /// <exception cref="LearnDataException">As <see cref="ClassifierEngine.Compare"/>.</exception>
    /// <exception cref="OutputExistsException">The picture exists.</exception>
    public static PictureItem Draw(
        ClassifierEngine model, LearnDataBunch? other, string pngPath, ModelResultSheetOptions options, bool isHardest, IFileSystem? files = null, CancellationToken cancel = default)
    {
        files ??= LocalFileSystem.Instance;
        PictureFile.CheckOutput(pngPath, files, options.Force);
        using SKBitmap sheet = Picture(model, other, options, isHardest, out string shows, cancel);
        return PictureFile.Save(sheet, pngPath, shows, files, options.Force);
    }

    /// <summary>The picture itself.</summary>
    /// <inheritdoc cref="Draw"/>
    public static SKBitmap Picture(ClassifierEngine model, LearnDataBunch? other, ModelResultSheetOptions options, bool isHardest, out string shows, CancellationToken cancel)
    {
        ImageComparison results = model.Compare(options.Rows * Columns, options.Seed, isHardest, other, cancel);
        ImageClassBatch batch = results.Sample.Batch;
        ChipPictures pictures = new(batch, results.Normalization);
        int right = Enumerable.Range(0, batch.Count).Count(i => Found(i).SequenceEqual(batch.Classes[i]));
        shows = FormattableString.Invariant($"{batch.Count} images, {right} right");
        string title = $"{options.Name ?? model.Name}: what it takes images for, and (where that is wrong) what they are{(isHardest ? "; the hardest first" : "")}";
        return ContactSheet.Draw(title, Cells(), batch.Count, batch.ChipSize, Columns, []);

        IEnumerable<SheetCell> Cells()
        {
            for (int i = 0; i < batch.Count; i++)
            {
                cancel.ThrowIfCancellationRequested();
                int[] found = Found(i);
                bool isRight = found.SequenceEqual(batch.Classes[i]);
                double sure = found.Length == 0 ? 0 : found.Min(c => results.Probabilities[i][c]);
                string says = string.Create(CultureInfo.InvariantCulture, $"{Names(found)} {sure:0.00}");
                yield return new SheetCell(
                    pictures.Draw(i),
                    $"{Path.GetFileName(results.Sample.Images[i])}{(isRight ? "" : $": {Names(batch.Classes[i])}")}",
                    [new PaintedObject(new SKRect(0, 0, 1, 1), isRight ? s_right : s_wrong, says)]);
            }
        }

        int[] Found(int image) => model.Decide(results.Probabilities[image]);

        string Names(int[] classes) => classes.Length == 0 ? "none" : string.Join(", ", classes.Select(c => model.Classes[c].Name));
    }
}
