using System.Runtime.ExceptionServices;
using ArcLearn.Core.Data.Labels;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Data;

/// <summary>Opens the header of every image and reads its labels, in parallel; the result is in the order of the pairs.</summary>
internal static class ChipListing
{
    public static ChipEntry[] Read(DatasetReader reader, IFileSystem files, CancellationToken cancel)
    {
        IReadOnlyList<ChipPair> pairs = reader.List();
        ChipEntry?[] chips = new ChipEntry?[pairs.Count];
        try
        {
            Parallel.For(
                0, pairs.Count, new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Environment.ProcessorCount },
                i => chips[i] = Read(pairs[i], reader, files));
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.Flatten().InnerExceptions[0]);
        }

        return [.. chips.OfType<ChipEntry>()];
    }

    private static ChipEntry? Read(ChipPair pair, DatasetReader reader, IFileSystem files)
    {
        using IRaster raster = RasterFile.Open(pair.ImagePath, files);
        if (!raster.SampleType.IsChipType())
        {
            throw ChipSamples.Refuse(raster);
        }

        return reader.Read(pair, raster.Width, raster.Height) is ChipLabels labels
            ? new ChipEntry(
                pair.ImagePath, raster.Width, raster.Height, raster.Bands, raster.SampleType, raster.IsGeoreferenced ? raster.Transform : null, raster.SpatialReference, labels)
            : null;
    }
}
