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
        if (raster.Width != chip.FileWidth || raster.Height != chip.FileHeight || raster.Bands != chip.Bands || raster.SampleType != chip.SampleType)
        {
            throw new LearnFormatException("has changed since the folder was opened; make the data bunch again.", chip.ImagePath);
        }

        bool isResized = chip.Width != chip.FileWidth || chip.Height != chip.FileHeight;
        PixelWindow read = isResized ? new PixelWindow(0, 0, chip.FileWidth, chip.FileHeight) : window;
        (byte[] bytes, ushort[] words, float[] floats) = ([], [], []);
        int fill = 0;
        switch (chip.SampleType)
        {
            case SampleType.UInt8:
                fill = DecodedChip.FillOf(raster.NoData, byte.MaxValue);
                bytes = Read<byte>(raster, read);
                bytes = isResized ? ChipResize.To(chip, bytes, (byte)fill, raster.NoData is not null) : bytes;
                break;
            case SampleType.UInt16:
                fill = DecodedChip.FillOf(raster.NoData, ushort.MaxValue);
                words = Read<ushort>(raster, read);
                words = isResized ? ChipResize.To(chip, words, (ushort)fill, raster.NoData is not null) : words;
                break;
            default:
                floats = Read<float>(raster, read);
                MarkMissing(raster, floats);
                floats = isResized ? ChipResize.To(chip, floats, float.NaN, hasMissing: true) : floats;
                break;
        }

        PixelWindow part = isResized ? new PixelWindow(0, 0, chip.Width, chip.Height) : read;
        return new DecodedChip(part.Column, part.Row, part.Width, part.Height, chip.Width, chip.Height, chip.Bands, bytes, words, fill)
        {
            Floats = floats,
            Missing = chip.SampleType == SampleType.UInt16 ? DecodedChip.MissingOf(raster.NoData) : null,
        };
    }

    private static T[] Read<T>(IRaster raster, PixelWindow window)
        where T : unmanaged
    {
        T[] samples = GC.AllocateUninitializedArray<T>(checked((int)(window.Area * raster.Bands)));
        raster.Read<T>(window, [.. Enumerable.Range(0, raster.Bands)], samples, default);
        return samples;
    }

    private static void MarkMissing(IRaster raster, float[] samples)
    {
        int plane = samples.Length / raster.Bands;
        for (int band = 0; band < raster.Bands; band++)
        {
            if (raster.BandInfo[band].NoData is double noData)
            {
                samples.AsSpan(band * plane, plane).Replace((float)noData, float.NaN);
            }
        }
    }
}
