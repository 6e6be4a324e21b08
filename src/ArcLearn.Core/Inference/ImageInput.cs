using ArcLearn.Core.Data;
using ArcLearn.Core.IO;
using ArcLearn.Core.Models;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>
/// An image as a classifier sees it: its middle in the model's chip size, at its own scale, all of the shorter side where that is smaller; normalised. The same numbers as
/// those of a validation chip.
/// </summary>
internal sealed class ImageInput
{
    private readonly NetworkDefinition _model;
    private readonly SampleTables _tables;

    public ImageInput(NetworkDefinition model)
    {
        _model = model;
        _tables = new SampleTables(model.Normalization, [.. Enumerable.Repeat((0.0, 255.0), model.Bands)]);
    }

    /// <summary>Reads an image; bands beyond the model's are left out.</summary>
    /// <param name="samples">Takes <c>[Bands, ChipSize, ChipSize]</c>.</param>
    /// <returns>Columns and rows of the image.</returns>
    /// <exception cref="LearnFormatException">The file is no image, or a damaged one.</exception>
    /// <exception cref="LearnDataException">Fewer bands or other samples than the model reads (BandMismatch, SampleTypeMismatch).</exception>
    public (int Width, int Height) Read(string path, Span<float> samples, IFileSystem files)
    {
        ChipEntry chip;
        using (IRaster raster = RasterFile.Open(path, files))
        {
            RasterCheck.CheckSamples(raster, _model.Bands, chosen: null, _model.Normalization.SampleType);
            chip = new ChipEntry(path, raster.Width, raster.Height, raster.Bands, raster.SampleType, Transform: null, SpatialReference: null, ChipLabels.None)
            {
                FileWidth = raster.Width,
                FileHeight = raster.Height,
            };
        }

        ChipView view = ChipView.Centre(chip.Width, chip.Height, _model.ChipSize);
        Render(new ChipStore([chip], files, new Data.MemoryBudget(0)).Read(0, view.Window(chip.Width, chip.Height)), view, samples);
        return (chip.Width, chip.Height);
    }

    /// <summary>Takes a chip that is in memory, as it would be read from a file.</summary>
    /// <param name="image">With at least the model's bands.</param>
    /// <param name="noData">Of its samples.</param>
    /// <param name="samples">Takes <c>[Bands, ChipSize, ChipSize]</c>.</param>
    public void Read(RasterImage image, double? noData, Span<float> samples) =>
        Render(DecodedChip.Of(image, noData), ChipView.Centre(image.Width, image.Height, _model.ChipSize), samples);

    private void Render(DecodedChip chip, ChipView view, Span<float> samples)
    {
        ChipSampler.Render(chip with { Bands = _model.Bands }, view, _tables.Plain, _model.ChipSize, samples);
        if (!_tables.IsByTable)
        {
            _tables.Apply(light: null, samples);
        }
    }
}
