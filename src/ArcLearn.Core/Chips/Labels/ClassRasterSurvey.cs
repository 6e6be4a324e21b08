using System.Globalization;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Warp;
using ArcLearn.Core.Vectors;

namespace ArcLearn.Core.Chips.Labels;

/// <summary>Which classes a classified raster has: those that its tables name, and the values that lie under a raster.</summary>
internal static class ClassRasterSurvey
{
    /// <summary>More different values than this are measurements.</summary>
    private const int MostClasses = 10_000;

    private const int RowsAtOnce = 256;

    /// <param name="classes">Its first band counts.</param>
    /// <param name="raster">The raster that chips are cut from.</param>
    /// <param name="area">The part of that raster that is cut.</param>
    /// <param name="isLabelled">Whether any pixel there has a class.</param>
    /// <exception cref="LearnDataException">ClassValueInvalid, LabelsOutside, LabelCrsMissing, LabelCrsWithoutRasterCrs, or UnknownCrs.</exception>
    public static IReadOnlyList<ClassDefinition> Find(IRaster classes, IRaster raster, PixelWindow area, out bool isLabelled, CancellationToken cancel)
    {
        SortedDictionary<int, long> seen = Count(classes, raster, area, cancel);
        seen.Remove(0);
        isLabelled = seen.Count > 0;
        Dictionary<int, ClassDefinition> named = classes.Classes.Where(c => c.Value > 0).ToDictionary(c => c.Value);
        return [.. seen.Keys.Union(named.Keys).Order().Select((value, i) => Define(value, i, named.GetValueOrDefault(value), classes.ColorTable))];
    }

    /// <summary>How many pixels of a classified raster lie under a raster, by value; 0 is background.</summary>
    /// <exception cref="LearnDataException">What <see cref="Find"/> refuses.</exception>
    public static SortedDictionary<int, long> Count(IRaster classes, IRaster raster, PixelWindow area, CancellationToken cancel)
    {
        CheckReference(classes, raster);
        PixelWindow under = WindowUnder(classes, raster, area);
        SortedDictionary<int, long> seen = [];
        int[] values = new int[Math.Min(under.Area, (long)under.Width * RowsAtOnce)];
        for (int row = under.Row; row < under.Bottom; row += RowsAtOnce)
        {
            cancel.ThrowIfCancellationRequested();
            PixelWindow band = under with { Row = row, Height = Math.Min(RowsAtOnce, under.Bottom - row) };
            Span<int> rows = values.AsSpan(0, (int)band.Area);
            ClassSamples.Read(classes, band, rows);
            Gather(rows, seen);
            if (seen.Count > MostClasses)
            {
                throw new LearnDataException(
                    "ClassValueInvalid", $"{classes.Path} holds more than {MostClasses} different values: it is no classified raster. Give a raster of class values.", classes.Path);
            }
        }

        return seen;
    }

    private static ClassDefinition Define(int value, int place, ClassDefinition? named, IReadOnlyList<RasterColor> colors)
    {
        string name = named?.Name ?? value.ToString(CultureInfo.InvariantCulture);
        return named is { Color: [>= 0, >= 0, >= 0] } ? named
            : value < colors.Count ? new ClassDefinition(value, name, [colors[value].Red, colors[value].Green, colors[value].Blue])
            : new ClassDefinition(value, name, ClassColors.At(place));
    }

    private static void Gather(ReadOnlySpan<int> values, SortedDictionary<int, long> seen)
    {
        while (!values.IsEmpty)
        {
            int end = values.IndexOfAnyExcept(values[0]);
            end = end < 0 ? values.Length : end;
            seen[values[0]] = seen.GetValueOrDefault(values[0]) + end;
            values = values[end..];
        }
    }

    /// <summary>The pixels of the classes that lie under a window of the raster.</summary>
    private static PixelWindow WindowUnder(IRaster classes, IRaster raster, PixelWindow area)
    {
        PixelMapping mapping = new(RasterGrid.Of(raster), RasterGrid.Of(classes));
        (double left, double top, double right, double bottom) = (double.MaxValue, double.MaxValue, double.MinValue, double.MinValue);
        const int Steps = 21;
        for (int i = 0; i <= Steps; i++)
        {
            for (int j = 0; j <= Steps; j++)
            {
                (double x, double y) = mapping.Apply(area.Column + ((double)i / Steps * area.Width), area.Row + ((double)j / Steps * area.Height));
                if (double.IsFinite(x) && double.IsFinite(y))
                {
                    (left, right, top, bottom) = (Math.Min(left, x), Math.Max(right, x), Math.Min(top, y), Math.Max(bottom, y));
                }
            }
        }

        int column = (int)Math.Clamp(Math.Floor(left), 0, classes.Width);
        int row = (int)Math.Clamp(Math.Floor(top), 0, classes.Height);
        PixelWindow window = new(
            column, row, (int)Math.Clamp(Math.Ceiling(right), 0, classes.Width) - column, (int)Math.Clamp(Math.Ceiling(bottom), 0, classes.Height) - row);
        return window.Width > 0 && window.Height > 0
            ? window
            : throw new LearnDataException(
                "LabelsOutside",
                $"{classes.Path} and {raster.Path} share no ground: the classes cover {RasterSummary.Extent(classes)} in {classes.SpatialReference?.ToString() ?? "no CRS"}, "
                + $"the raster {RasterSummary.Extent(raster)} in {raster.SpatialReference?.ToString() ?? "no CRS"}. Check that they belong together and that both name their CRS.",
                classes.Path);
    }

    private static void CheckReference(IRaster classes, IRaster raster)
    {
        if ((classes.SpatialReference is null) != (raster.SpatialReference is null))
        {
            (IRaster with, IRaster without) = classes.SpatialReference is null ? (raster, classes) : (classes, raster);
            throw new LearnDataException(
                classes.SpatialReference is null ? "LabelCrsMissing" : "LabelCrsWithoutRasterCrs",
                $"{without.Path} names no coordinate reference system and {with.Path} is in {with.SpatialReference}. If both are in that system, say so in the file: gdal_edit.py -a_srs {with.SpatialReference} \"{Path.GetFileName(without.Path)}\"",
                without.Path);
        }
    }
}
