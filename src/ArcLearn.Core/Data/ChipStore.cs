using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Data;

/// <summary>Decodes chips, and keeps them while the budget lasts. Safe from any number of threads.</summary>
internal sealed class ChipStore(IReadOnlyList<ChipEntry> chips, IFileSystem files, MemoryBudget budget)
{
    private readonly KeptItems<DecodedChip> _kept = new(chips.Count, budget);

    /// <summary>The whole chip, or at least the window of it.</summary>
    /// <exception cref="LearnFormatException">The image is damaged, or another than it was.</exception>
    public DecodedChip Read(int index, PixelWindow window)
    {
        ChipEntry chip = chips[index];
        PixelWindow whole = new(0, 0, chip.Width, chip.Height);
        long bytes = (long)chip.Width * chip.Height * chip.Bands * chip.SampleType.Bytes();
        return _kept.Get(index, bytes, isKept => Decode(chip, isKept ? whole : window.Intersect(whole)));
    }

    public DecodedChip ReadWhole(int index) => Read(index, new PixelWindow(0, 0, chips[index].Width, chips[index].Height));

    private DecodedChip Decode(ChipEntry chip, PixelWindow window)
    {
        using IRaster raster = RasterFile.Open(chip.ImagePath, files);
        if (raster.Width != chip.Width || raster.Height != chip.Height || raster.Bands != chip.Bands || raster.SampleType != chip.SampleType)
        {
            throw new LearnFormatException("has changed since the folder was opened; make the data bunch again.", chip.ImagePath);
        }

        int[] bands = [.. Enumerable.Range(0, chip.Bands)];
        int fill = Fill(raster);
        int samples = checked((int)(window.Area * chip.Bands));
        if (chip.SampleType == SampleType.UInt8)
        {
            byte[] bytes = GC.AllocateUninitializedArray<byte>(samples);
            raster.Read<byte>(window, bands, bytes, 0);
            return new DecodedChip(window.Column, window.Row, window.Width, window.Height, chip.Width, chip.Height, chip.Bands, bytes, [], fill);
        }

        ushort[] words = GC.AllocateUninitializedArray<ushort>(samples);
        raster.Read<ushort>(window, bands, words, 0);
        return new DecodedChip(window.Column, window.Row, window.Width, window.Height, chip.Width, chip.Height, chip.Bands, [], words, fill);
    }

    /// <summary>What an export writes beyond a raster's edge: nodata, or 0 where there is none that a sample could hold.</summary>
    private static int Fill(IRaster raster)
    {
        double highest = raster.SampleType == SampleType.UInt8 ? byte.MaxValue : ushort.MaxValue;
        return raster.NoData is double value && value >= 0 && value <= highest && value == Math.Floor(value) ? (int)value : 0;
    }
}
