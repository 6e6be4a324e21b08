using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using SkiaSharp;

namespace ArcLearn.Core.Drawing;

/// <summary>Draws a classified raster in the colours of its classes, with a legend of their names and shares.</summary>
internal static class ClassifiedMap
{
    // A legend longer than this hides the map.
    private const int MostEntries = 100;
    private const int RowsAtOnce = 64;

    /// <param name="path">The raster; its first band holds the classes.</param>
    /// <param name="pngPath">The picture.</param>
    /// <param name="options">How.</param>
    /// <exception cref="OutputExistsException">The picture exists.</exception>
    /// <exception cref="LearnDataException">NotClassified: the raster names neither classes nor colours.</exception>
    /// <returns>Null where <see cref="DetectionMapOptions.Confirm"/> declined.</returns>
    public static PictureItem? Draw(string path, string pngPath, DetectionMapOptions? options = null, IFileSystem? files = null, CancellationToken cancel = default)
    {
        options ??= new DetectionMapOptions();
        files ??= LocalFileSystem.Instance;
        PictureFile.CheckOutput(pngPath, files, options.Force, options.MakeFolder);
        using IRaster raster = RasterFile.Open(path, files);
        Dictionary<long, ClassDefinition> classes = Classes(raster, options.Classes);
        options.Inform?.Invoke($"{RasterSummary.Describe(raster)} Writing {pngPath}.");
        if (options.Confirm?.Invoke() == false)
        {
            return null;
        }

        if (options.MakeFolder && Path.GetDirectoryName(pngPath) is string folder)
        {
            files.CreateDirectory(folder);
        }

        Dictionary<long, long> counts = [];
        using SKBitmap map = Paint(raster, classes, options.MaxSide, counts, cancel);

        // A rare class may have no pixel in the picture.
        bool isWhole = counts.Values.Sum() == (long)raster.Width * raster.Height;
        Dictionary<long, long> exact = isWhole ? counts : ValueTableFile.FindCounts(files, path);
        (LegendEntry[] entries, string text) = Describe(raster, classes, exact.Count > 0 ? exact : counts);
        text += isWhole || exact.Count > 0 ? "" : " in the pixels that are drawn";
        using SKBitmap sheet = Legend.Append(map, [$"{Path.GetFileName(path)}: {text}"], entries);
        return PictureFile.Save(sheet, pngPath, text, files, options.Force);
    }

    /// <summary>The smallest overview that is as large as the picture, every so many pixels of it.</summary>
    private static SKBitmap Paint(IRaster raster, Dictionary<long, ClassDefinition> classes, int maxSide, Dictionary<long, long> counts, CancellationToken cancel)
    {
        IRaster level = raster.Overviews.LastOrDefault(one => Math.Max(one.Width, one.Height) >= maxSide) ?? raster;
        int step = Math.Max(1, (Math.Max(level.Width, level.Height) + maxSide - 1) / maxSide);
        SKBitmap map = new((level.Width + step - 1) / step, (level.Height + step - 1) / step, SKColorType.Rgba8888, SKAlphaType.Opaque);
        SKColor[] pixels = new SKColor[map.Width * map.Height];
        double[] samples = new double[level.Width * RowsAtOnce];
        (double last, SKColor color) = (double.NaN, RasterPicture.NoDataColor);
        for (int first = 0; first < level.Height; first += RowsAtOnce)
        {
            cancel.ThrowIfCancellationRequested();
            int rows = Math.Min(RowsAtOnce, level.Height - first);
            level.Read(new PixelWindow(0, first, level.Width, rows), [0], samples.AsSpan(0, level.Width * rows), double.NaN);
            for (int row = (first + step - 1) / step; row * step < first + rows; row++)
            {
                for (int column = 0; column < map.Width; column++)
                {
                    double value = samples[(((row * step) - first) * level.Width) + (column * step)];
                    if (!value.Equals(last))
                    {
                        last = value;
                        color = ColorOf(raster, classes, value);
                    }

                    pixels[(row * map.Width) + column] = color;
                    long key = Masks.IsNoData(value, raster.NoData) ? long.MinValue : (long)value;
                    counts[key] = counts.GetValueOrDefault(key) + 1;
                }
            }
        }

        map.Pixels = pixels;
        return map;
    }

    private static (LegendEntry[] Entries, string Text) Describe(IRaster raster, Dictionary<long, ClassDefinition> classes, Dictionary<long, long> counts)
    {
        long total = Math.Max(1, counts.Where(pair => pair.Key != long.MinValue).Sum(pair => pair.Value));
        IEnumerable<long> values = classes.Keys.Concat(counts.Keys.Where(value => value != long.MinValue)).Distinct().Order();
        LegendEntry[] entries =
        [
            .. values.Take(MostEntries).Select(value => new LegendEntry(
                FormattableString.Invariant($"{(classes.TryGetValue(value, out ClassDefinition? known) ? known.Name : value)} {100.0 * counts.GetValueOrDefault(value) / total:0.0} %"),
                ColorOf(raster, classes, value))),
        ];
        return (entries, FormattableString.Invariant($"{raster.Width} by {raster.Height} pixels, {counts.Count(pair => pair.Key != long.MinValue && pair.Value > 0)} of {classes.Count} classes"));
    }

    private static SKColor ColorOf(IRaster raster, Dictionary<long, ClassDefinition> classes, double value) =>
        Masks.IsNoData(value, raster.NoData) || !double.IsFinite(value) ? RasterPicture.NoDataColor
        : classes.TryGetValue((long)value, out ClassDefinition? known) ? ClassPalette.ColorOf(known, known.Value)
        : value >= 0 && value < raster.ColorTable.Count ? new SKColor(raster.ColorTable[(int)value].Red, raster.ColorTable[(int)value].Green, raster.ColorTable[(int)value].Blue)
        : ClassPalette.ColorOf(null, (int)(value % 1000));

    private static Dictionary<long, ClassDefinition> Classes(IRaster raster, IReadOnlyList<ClassDefinition>? given)
    {
        IReadOnlyList<ClassDefinition> classes = given ?? raster.Classes;
        return classes.Count > 0 || raster.ColorTable.Count > 0
            ? classes.DistinctBy(known => known.Value).ToDictionary(known => (long)known.Value)
            : throw new LearnDataException(
                "NotClassified", $"{raster.Path} names neither classes nor colours of its values, so it is no map of classes: its .aux.xml or .vat.dbf is missing, or it is an image.", raster.Path);
    }
}
