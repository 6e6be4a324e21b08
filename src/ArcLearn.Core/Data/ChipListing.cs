using System.Globalization;
using System.Runtime.ExceptionServices;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Data;

/// <summary>Opens the header of every image and reads its labels, in parallel; the result is in the order of the pairs.</summary>
internal static class ChipListing
{
    public static ChipEntry[] Read(
        IReadOnlyList<ChipPair> pairs, IReadOnlyList<ClassDefinition>? classes, IFileSystem files, WarningTally tally, CancellationToken cancel)
    {
        ChipEntry[] chips = new ChipEntry[pairs.Count];
        Dictionary<string, string>? names = classes is null ? null : NamesByText(classes);
        try
        {
            Parallel.For(
                0, pairs.Count, new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = Environment.ProcessorCount },
                i => chips[i] = Read(pairs[i], names, files, tally));
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.Flatten().InnerExceptions[0]);
        }

        return chips;
    }

    private static ChipEntry Read(ChipPair pair, Dictionary<string, string>? names, IFileSystem files, WarningTally tally)
    {
        using IRaster raster = RasterFile.Open(pair.ImagePath, files);
        if (!raster.SampleType.IsChipType())
        {
            throw ChipSamples.Refuse(raster);
        }

        List<ChipBox> boxes = [];
        foreach (VocObject item in VocLabel.Read(pair.LabelPath, files))
        {
            if (item.Name is null)
            {
                tally.Add("object(s) have no name and were skipped");
                continue;
            }

            string? name = item.Name;
            if (names?.TryGetValue(item.Name, out name) == false)
            {
                tally.Add("object(s) are of a class that the folder does not list and were skipped");
                continue;
            }

            (double xMin, double xMax) = Clip(item.XMin, item.XMax, raster.Width);
            (double yMin, double yMax) = Clip(item.YMin, item.YMax, raster.Height);
            if (!(xMax > xMin && yMax > yMin))
            {
                tally.Add(item.XMax > item.XMin && item.YMax > item.YMin
                    ? "box(es) lie outside their chip and were dropped"
                    : "box(es) without area were dropped");
                continue;
            }

            if (xMin != item.XMin || yMin != item.YMin || xMax != item.XMax || yMax != item.YMax)
            {
                tally.Add("box(es) reach beyond their chip and were clipped");
            }

            boxes.Add(new ChipBox(name!, xMin, yMin, xMax, yMax));
        }

        return new ChipEntry(
            pair.ImagePath, raster.Width, raster.Height, raster.Bands, raster.SampleType, raster.IsGeoreferenced ? raster.Transform : null, raster.SpatialReference, boxes);
    }

    private static (double Min, double Max) Clip(double min, double max, int length) => (Math.Clamp(min, 0, length), Math.Clamp(max, 0, length));

    /// <summary>A label names its class by value or by name; a value wins where one class is called by another's number.</summary>
    private static Dictionary<string, string> NamesByText(IReadOnlyList<ClassDefinition> classes)
    {
        Dictionary<string, string> names = new(StringComparer.Ordinal);
        foreach (ClassDefinition item in classes)
        {
            names[item.Value.ToString(CultureInfo.InvariantCulture)] = item.Name;
        }

        foreach (ClassDefinition item in classes)
        {
            names.TryAdd(item.Name, item.Name);
        }

        return names;
    }
}
