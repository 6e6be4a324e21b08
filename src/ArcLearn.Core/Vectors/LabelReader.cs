using ArcLearn.Core.Crs;
using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Vectors;

/// <summary>Turns a layer into labels: polygons with classes in the coordinates of a raster.</summary>
internal static class LabelReader
{
    /// <summary>Reads all features one at a time and keeps those that are asked for, so that a layer of any length fits into memory; what cannot be a label is left out and counted.</summary>
    /// <param name="layer">The labels.</param>
    /// <param name="rasterCrs">The raster's CRS, or null: then the labels must be in its own coordinates.</param>
    /// <param name="rasterIsGeoreferenced">True where a raster without a CRS has map coordinates, as from a world file; false where it only has pixels.</param>
    /// <param name="options">Class field and buffer.</param>
    /// <param name="bounds">What is asked for; null to keep all labels.</param>
    /// <exception cref="LearnDataException">
    /// ClassFieldMissing, ClassValueInvalid, BufferRadiusMissing, LabelCrsWithoutRasterCrs, LabelCrsMissing (also for metres where degrees are meant), UnknownCrs, or NoLabels
    /// where nothing is left.
    /// </exception>
    /// <exception cref="LearnArgumentException">BufferRadius is not a positive number.</exception>
    public static LabelSet Read(IVectorLayer layer, SpatialReference? rasterCrs, bool rasterIsGeoreferenced, LabelOptions options, LabelBounds? bounds = null)
    {
        if (options.BufferRadius is double radius && !(double.IsFinite(radius) && radius > 0))
        {
            throw new LearnArgumentException("BufferRadius", "The buffer radius must be a positive number, in map units of the raster.");
        }

        ICoordinateTransform? transform = ChooseTransform(layer, rasterCrs, rasterIsGeoreferenced);
        LabelClasses classes = new(layer.Path, layer.Fields, options.ClassValueField, layer.KeyField);
        LabelGeometries geometries = new(layer, transform, options.BufferRadius, bounds);
        List<(Geometry Geometry, object Class, long Id, LabelPlace Place)> labels = [];
        LabelsAside aside = new();
        SortedDictionary<string, int> skipped = new(StringComparer.Ordinal);
        int features = 0;
        int parts = 0;
        foreach (VectorFeature feature in layer.Read())
        {
            features++;
            LabelPlace place = new(options.Layer, parts);
            parts += LabelGeometries.CountParts(feature.Geometry);
            IReadOnlyList<LabelShape> shapes = geometries.Prepare(feature.Geometry, out string? reason);

            // Classes are numbered over all labels, wherever they lie.
            object? value = reason is null ? classes.Take(feature) : null;
            if (value is null)
            {
                reason ??= "no class value";
                skipped[reason] = skipped.GetValueOrDefault(reason) + 1;
                continue;
            }

            foreach ((Geometry shape, LabelReach reach) in shapes)
            {
                if (reach == LabelReach.Wanted)
                {
                    labels.Add((shape, value, feature.Id, place));
                }
                else
                {
                    aside.Add(place, reach, shape.EnvelopeInternal);
                }

                place = place with { Number = place.Number + 1 };
            }
        }

        classes.Check();
        if (labels.Count == 0 && aside.Count == 0)
        {
            if (skipped.ContainsKey(LabelGeometries.BeyondDegrees))
            {
                throw DegreeRange.Fault(layer, geometries.BeyondDegreesAt!, rasterCrs!);
            }

            string why = features == 0 ? "it has no features" : string.Join(", ", skipped.Select(pair => $"{pair.Value} × {pair.Key}"));
            throw new LearnDataException("NoLabels", $"Layer '{layer.Name}' of {layer.Path} holds no usable label: {why}.", layer.Path);
        }

        IReadOnlyList<ClassDefinition> definitions = classes.ToClasses();
        Dictionary<string, int> values = definitions.DistinctBy(c => c.Name).ToDictionary(c => c.Name, c => c.Value, StringComparer.Ordinal);
        return new LabelSet(
            [.. labels.Select(label => new LabelObject(label.Geometry, label.Class is int value ? value : values[(string)label.Class], label.Id, label.Place))],
            definitions,
            skipped,
            geometries.Repaired,
            aside,
            transform?.Note,
            classes.Field,
            classes.Hint,
            classes.AreNames);
    }

    /// <summary>The way from a layer to a raster; null where both have the raster's own coordinates.</summary>
    /// <exception cref="LearnDataException">LabelCrsWithoutRasterCrs, LabelCrsMissing or UnknownCrs.</exception>
    public static ICoordinateTransform? ChooseTransform(IVectorLayer layer, SpatialReference? rasterCrs, bool rasterIsGeoreferenced)
    {
        if (rasterCrs is null)
        {
            return layer.SpatialReference is null || !layer.IsCrsExplicit
                ? null
                : throw new LearnDataException(
                    "LabelCrsWithoutRasterCrs",
                    $"The labels of {layer.Path} are in {layer.SpatialReference} ({layer.SpatialReference.Name}) and the raster has no coordinate "
                    + "reference system, so their places on it are unknown. "
                    + (rasterIsGeoreferenced
                        ? "Give the raster one (a .prj beside its world file, or 'gdal_edit.py -a_srs EPSG:… raster.tif'), or labels in the raster's own "
                        : "Georeference the raster, or give labels in its own coordinates (x = column, y = -row), in ")
                    + (rasterIsGeoreferenced ? "coordinates, in a GeoJSON without 'crs'." : "a GeoJSON without 'crs'."),
                    layer.Path);
        }

        return layer.SpatialReference is SpatialReference crs
            ? CoordinateTransforms.Create(crs, rasterCrs)
            : throw new LearnDataException(
                "LabelCrsMissing",
                $"Layer '{layer.Name}' of {layer.Path} names no coordinate reference system and the raster is in {rasterCrs}. If the labels are in "
                + $"that system, say so in the file, as with 'ogr2ogr -a_srs {rasterCrs} new.gpkg old.gpkg'.",
                layer.Path);
    }
}
