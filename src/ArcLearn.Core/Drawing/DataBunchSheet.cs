using ArcLearn.Core.Data;
using ArcLearn.Core.IO;
using SkiaSharp;

namespace ArcLearn.Core.Drawing;

/// <summary>Which chips of a bunch are shown, and how.</summary>
internal sealed record DataBunchSheetOptions
{
    public int Rows { get; init; } = 4;

    public int Columns { get; init; } = 4;

    /// <summary>Null for the data's own: then the sheet begins as the first epoch does.</summary>
    public int? Seed { get; init; }

    /// <summary>Whether chips are shown as they are, cut at their centre.</summary>
    public bool IsRaw { get; init; }

    /// <summary>Whether the chips of the validation side are shown, which are never augmented.</summary>
    public bool IsValidation { get; init; }

    public bool Force { get; init; }
}

/// <summary>Draws a contact sheet of chips with their labels, as the network sees them.</summary>
internal static class DataBunchSheet
{
    /// <exception cref="LearnDataException">NoChips: the side that was asked for holds none.</exception>
    /// <exception cref="OutputExistsException">The picture exists.</exception>
    public static PictureItem Draw(
        LearnDataBunch bunch, string pngPath, DataBunchSheetOptions options, IFileSystem? files = null, CancellationToken cancel = default)
    {
        files ??= LocalFileSystem.Instance;
        PictureFile.CheckOutput(pngPath, files, options.Force);
        return bunch.Content switch
        {
            // Masks of objects show more than their boxes do.
            IChipData<PixelBatch> data => Draw(bunch, data, batch => new PaintedMasks(batch, data.Classes), pngPath, options, files, cancel),
            IChipData<DetectionBatch> data => Draw(bunch, data, batch => new PaintedBoxes(batch, data.Classes), pngPath, options, files, cancel),
            IChipData<ImageClassBatch> data => Draw(bunch, data, batch => new PaintedNames(batch, data.Classes), pngPath, options, files, cancel),
            _ => throw new LearnDataException("DatasetTypeMismatch", $"There is no sheet for {bunch.DatasetType}.", bunch),
        };
    }

    private static PictureItem Draw<TBatch>(
        LearnDataBunch bunch, IChipData<TBatch> data, Func<TBatch, IPaintedLabels> paint, string pngPath, DataBunchSheetOptions options, IFileSystem files, CancellationToken cancel)
        where TBatch : LearnBatch
    {
        ChipSide side = options.IsValidation ? ChipSide.Validation : ChipSide.Training;
        string name = options.IsValidation ? "validation" : "training";
        bool isAugmented = !options.IsValidation && !options.IsRaw;
        ChipSample<TBatch> sample = data.Sample(
            new ChipSampleRequest(side, options.Rows * options.Columns, options.Seed ?? data.Seed, isAugmented), cancel);
        if (sample.Images.Count == 0)
        {
            throw new LearnDataException(
                "NoChips", $"The data have no {name} chips to show. Choose another -ValidationFraction, or the other side ({(options.IsValidation ? "without -Validation" : "-Validation")}).", bunch);
        }

        ChipPictures pictures = new(sample.Batch, data.Normalization);
        IPaintedLabels labels = paint(sample.Batch);
        string shows = FormattableString.Invariant($"{sample.Images.Count} of {(options.IsValidation ? data.ValidationChips : data.TrainingChips)} {name} chips");
        string title = shows + (isAugmented ? $", augmented: {data.Transform}" : ", not augmented");
        using SKBitmap sheet = ContactSheet.Draw(title, Cells(), sample.Images.Count, data.ChipSize, options.Columns, labels.Legend());
        cancel.ThrowIfCancellationRequested();
        return PictureFile.Save(sheet, pngPath, shows, files, options.Force);

        IEnumerable<SheetCell> Cells()
        {
            for (int i = 0; i < pictures.Count; i++)
            {
                cancel.ThrowIfCancellationRequested();
                yield return labels.Cell(i, pictures.Draw(i), NameOf(sample.Images[i], bunch));
            }
        }
    }

    /// <summary>Of unpaired images with their side: both have the same file names.</summary>
    private static string NameOf(string image, LearnDataBunch bunch) => bunch.DatasetType == MetadataFormats.CycleGan
        ? $"{Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(image)))}/{Path.GetFileName(image)}"
        : Path.GetFileName(image);
}
