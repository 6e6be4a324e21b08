using System.Globalization;
using ArcLearn.Core.Vectors;

namespace ArcLearn.Benchmarks;

/// <summary>
/// Buildings with ranges of their height as classes, dealt into folds by a seed so that each has its share of every class: for each fold the layer of those to train on, train_1.geojson, and of those to
/// classify, test_1.gpkg. Buildings whose height is not known belong to none.
/// </summary>
internal static class BuildingLabels
{
    public const string Field = "height_range";
    private const string Height = "HEIGHT";

    public static int Write(string path, string folder, int folds, int seed, double[] limits)
    {
        Directory.CreateDirectory(folder);
        using IVectorLayer layer = VectorLayers.Open(path);
        int at = layer.Fields.Select(field => field.Name).ToList().IndexOf(Height);
        (VectorFeature Feature, string Class)[] known = [.. layer.Read().Where(feature => feature.Values[at] is double).Select(feature => (feature, Range((double)feature.Values[at]!, limits)))];
        Random random = new(seed);
        int dealt = 0;
        (VectorFeature Feature, string Class, int Fold)[] all = [.. known.GroupBy(one => one.Class, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal)
            .SelectMany(group => group.OrderBy(_ => random.Next()).ToArray()).Select(one => (one.Feature, one.Class, dealt++ % folds))];
        for (int fold = 0; fold < folds; fold++)
        {
            Write(Path.Combine(folder, FormattableString.Invariant($"train_{fold + 1}.geojson")), layer, all.Where(one => one.Fold != fold));
            Write(Path.Combine(folder, FormattableString.Invariant($"test_{fold + 1}.gpkg")), layer, all.Where(one => one.Fold == fold));
        }

        Console.WriteLine(string.Join(", ", known.CountBy(one => one.Class).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}: {pair.Value}")));
        return 0;
    }

    private static void Write(string path, IVectorLayer layer, IEnumerable<(VectorFeature Feature, string Class, int Fold)> features)
    {
        using IFeatureWriter writer = FeatureWriters.Create(path, Path.GetFileNameWithoutExtension(path), layer.SpatialReference, [new(Field, FieldType.Text)], force: true, options: new FeatureWriterOptions { Geometry = LayerGeometry.Any });
        foreach ((VectorFeature feature, string range, _) in features.OrderBy(one => one.Feature.Id))
        {
            writer.Write(feature.Geometry!, [range]);
        }

        writer.Complete();
    }

    /// <summary>The names sort as the heights do.</summary>
    private static string Range(double height, double[] limits)
    {
        int below = limits.Count(limit => height >= limit);
        string from = below == 0 ? "0" : limits[below - 1].ToString(CultureInfo.InvariantCulture);
        return below == limits.Length ? $"{from} m and more" : $"{from} to {limits[below].ToString(CultureInfo.InvariantCulture)} m";
    }
}
