using System.Buffers;
using System.Runtime.ExceptionServices;
using ArcLearn.Core.Data.Labels;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Data;

/// <summary>How chips are listed.</summary>
/// <param name="ResizeTo">See <see cref="DataBunchOptions.ResizeTo"/>.</param>
/// <param name="SkipDamaged">See <see cref="DataBunchOptions.SkipDamaged"/>.</param>
internal readonly record struct ListingOptions(int? ResizeTo = null, bool SkipDamaged = false);

/// <summary>Opens the header of every image and reads its labels, in parallel; the result is in the order of the pairs.</summary>
internal static class ChipListing
{
    private const int NamedDamages = 5;                     // the rest is counted

    public static ChipEntry[] Read(DatasetReader reader, IFileSystem files, ListingOptions options, Action<string>? warn, CancellationToken cancel)
    {
        IReadOnlyList<ChipPair> pairs = reader.List();
        ChipEntry?[] chips = new ChipEntry?[pairs.Count];
        LearnFormatException?[] damages = new LearnFormatException?[pairs.Count];
        try
        {
            Parallel.For(0, pairs.Count, new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Environment.ProcessorCount }, (i, loop) =>
            {
                try
                {
                    chips[i] = Read(pairs[i], reader, files, options);
                }
                catch (LearnFormatException e)
                {
                    damages[i] = e;
                    if (!options.SkipDamaged)
                    {
                        // Those before it are looked at all the same, so that it is always the first one that is named.
                        loop.Break();
                    }
                }
            });
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.Flatten().InnerExceptions[0]);
        }

        LearnFormatException[] found = [.. damages.OfType<LearnFormatException>()];
        if (found.Length > 0)
        {
            if (!options.SkipDamaged)
            {
                ExceptionDispatchInfo.Throw(found[0]);
            }

            string more = found.Length > NamedDamages ? $" … and {found.Length - NamedDamages} more" : "";
            warn?.Invoke($"{found.Length} damaged chip(s) were skipped: {string.Join(" ", found.Take(NamedDamages).Select(e => e.Message))}{more}");
        }

        return [.. chips.OfType<ChipEntry>()];
    }

    private static ChipEntry? Read(ChipPair pair, DatasetReader reader, IFileSystem files, ListingOptions options)
    {
        using IRaster raster = RasterFile.Open(pair.ImagePath, files);
        if (options.SkipDamaged)
        {
            ReadAll(raster);
        }

        if (reader.Read(pair, raster.Width, raster.Height) is not ChipLabels labels)
        {
            return null;
        }

        ChipEntry chip = new(
            pair.ImagePath, raster.Width, raster.Height, raster.Bands, raster.SampleType, raster.IsGeoreferenced ? raster.Transform : null, raster.SpatialReference, labels)
        {
            FileWidth = raster.Width,
            FileHeight = raster.Height,
        };
        return options.ResizeTo is int side ? chip.Resized(side) : chip;
    }

    /// <summary>Damage within the samples shows only when they are decoded.</summary>
    private static void ReadAll(IRaster raster)
    {
        const int Rows = 64;
        float[] samples = ArrayPool<float>.Shared.Rent(raster.Width * Rows);
        for (int row = 0; row < raster.Height; row += Rows)
        {
            PixelWindow window = new(0, row, raster.Width, Math.Min(Rows, raster.Height - row));
            for (int band = 0; band < raster.Bands; band++)
            {
                raster.Read<float>(window, [band], samples.AsSpan(0, window.Width * window.Height), 0);
            }
        }

        ArrayPool<float>.Shared.Return(samples);
    }
}
