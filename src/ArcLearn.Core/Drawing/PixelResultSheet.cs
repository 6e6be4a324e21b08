using ArcLearn.Core.Data;
using ArcLearn.Core.IO;
using ArcLearn.Core.Models;
using SkiaSharp;

namespace ArcLearn.Core.Drawing;

/// <summary>Draws chips three times: as they are, with the classes of the truth, and with those that a model gives.</summary>
internal static class PixelResultSheet
{
    private const int Columns = 3;

    /// <param name="other">Another bunch, from all of whose chips is chosen; null for the validation chips.</param>
    /// <exception cref="LearnDataException">As <see cref="UnetEngine.Compare"/>.</exception>
    /// <exception cref="OutputExistsException">The picture exists.</exception>
    public static PictureItem Draw(
        UnetEngine model, LearnDataBunch? other, string pngPath, ModelResultSheetOptions options, IFileSystem? files = null, CancellationToken cancel = default)
    {
        files ??= LocalFileSystem.Instance;
        PictureFile.CheckOutput(pngPath, files, options.Force);
        using SKBitmap sheet = Picture(model, other, options, out string shows, cancel);
        return PictureFile.Save(sheet, pngPath, shows, files, options.Force);
    }

    /// <summary>The picture itself.</summary>
    /// <inheritdoc cref="Draw"/>
    public static SKBitmap Picture(UnetEngine model, LearnDataBunch? other, ModelResultSheetOptions options, out string shows, CancellationToken cancel)
    {
        PixelComparison results = model.Compare(options.Rows, options.Seed, other, cancel);
        PixelBatch batch = results.Sample.Batch;
        ChipPictures pictures = new(batch, results.Normalization);
        PaintedMasks truth = new(batch with { Instances = null }, model.Classes);
        PaintedMasks found = new(batch with { Classes = results.Found, Instances = null }, model.Classes);
        shows = FormattableString.Invariant($"{batch.Count} chips");
        return ContactSheet.Draw($"{options.Name ?? model.Name}: chip | truth | found", Cells(), Columns * batch.Count, batch.ChipSize, Columns, found.Legend());

        IEnumerable<SheetCell> Cells()
        {
            for (int i = 0; i < batch.Count; i++)
            {
                cancel.ThrowIfCancellationRequested();
                yield return new SheetCell(pictures.Draw(i), Path.GetFileName(results.Sample.Images[i]), []);
                yield return truth.Cell(i, pictures.Draw(i), "truth");
                yield return found.Cell(i, pictures.Draw(i), "found") with { Caption = Agreement(i) };
            }
        }

        string Agreement(int chip)
        {
            int plane = batch.ChipSize * batch.ChipSize;
            int labelled = 0;
            int right = 0;
            for (int i = chip * plane; i < (chip + 1) * plane; i++)
            {
                bool counts = batch.Classes[i] >= 0 && !model.Options.Loss.IsIgnored(batch.Classes[i]);
                labelled += counts ? 1 : 0;
                right += counts && batch.Classes[i] == results.Found[i] ? 1 : 0;
            }

            return labelled == 0 ? "found" : FormattableString.Invariant($"found: {100.0 * right / labelled:0.#} % right");
        }
    }
}
