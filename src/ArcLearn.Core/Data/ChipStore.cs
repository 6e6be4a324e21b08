using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Data;

/// <summary>
/// Decodes chips, and keeps them while the budget lasts. Epochs pass over all chips in ever new order, so throwing any out for another
/// would gain nothing: what is in stays. Safe from any number of threads.
/// </summary>
internal sealed class ChipStore
{
    private readonly IReadOnlyList<ChipEntry> _chips;
    private readonly IFileSystem _files;
    private readonly DecodedChip?[] _kept;
    private long _budget;

    public ChipStore(IReadOnlyList<ChipEntry> chips, IFileSystem files, long cacheBytes)
    {
        (_chips, _files, _budget) = (chips, files, cacheBytes);
        _kept = new DecodedChip?[chips.Count];
    }

    /// <summary>The whole chip, or at least the window of it.</summary>
    /// <exception cref="LearnFormatException">The image is damaged, or another than it was.</exception>
    public DecodedChip Read(int index, PixelWindow window)
    {
        if (Volatile.Read(ref _kept[index]) is DecodedChip kept)
        {
            return kept;
        }

        ChipEntry chip = _chips[index];
        long bytes = (long)chip.Width * chip.Height * chip.Bands * chip.SampleType.Bytes();
        bool isKept = Interlocked.Add(ref _budget, -bytes) >= 0;
        if (!isKept)
        {
            Interlocked.Add(ref _budget, bytes);
        }

        PixelWindow whole = new(0, 0, chip.Width, chip.Height);
        DecodedChip decoded;
        try
        {
            decoded = Decode(chip, isKept ? whole : window.Intersect(whole));
        }
        catch when (isKept)
        {
            Interlocked.Add(ref _budget, bytes);
            throw;
        }

        if (isKept && Interlocked.CompareExchange(ref _kept[index], decoded, null) is not null)
        {
            Interlocked.Add(ref _budget, bytes);
        }

        return decoded;
    }

    public DecodedChip ReadWhole(int index) => Read(index, new PixelWindow(0, 0, _chips[index].Width, _chips[index].Height));

    private DecodedChip Decode(ChipEntry chip, PixelWindow window)
    {
        using IRaster raster = RasterFile.Open(chip.ImagePath, _files);
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
