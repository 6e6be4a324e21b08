using ArcLearn.Core.Vectors;
using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Inference;

/// <summary>Writes detections as polygons in map coordinates.</summary>
internal static class DetectionWriter
{
    private static readonly GeometryFactory s_geometry = new();

    /// <summary>Writes in the order given; completing the file is left to the caller.</summary>
    /// <param name="detections">In pixels of the raster.</param>
    /// <param name="classes">The model's, by class index.</param>
    /// <param name="transform">The raster's, rotation included.</param>
    /// <param name="writer">A layer with the fields <see cref="DetectionFields.All"/>.</param>
    /// <param name="digest">Takes each feature, for the provenance.</param>
    /// <param name="cancel">Ends the writing between features.</param>
    /// <returns>Features per class name, for every class of the model.</returns>
    public static IReadOnlyDictionary<string, int> Write(
        IEnumerable<Detection> detections,
        IReadOnlyList<ClassDefinition> classes,
        GeoTransform transform,
        IFeatureWriter writer,
        FeatureDigest digest,
        CancellationToken cancel = default)
    {
        int[] counts = new int[classes.Count];
        foreach (Detection detection in detections)
        {
            cancel.ThrowIfCancellationRequested();
            ClassDefinition found = classes[detection.ClassIndex];
            Polygon polygon = ToPolygon(detection, transform);
            object?[] values = [found.Name, (long)found.Value, Percent(detection.Score)];
            writer.Write(polygon, values);
            digest.Add(polygon, values);
            counts[detection.ClassIndex]++;
        }

        Dictionary<string, int> byClass = new(StringComparer.Ordinal);
        for (int i = 0; i < counts.Length; i++)
        {
            byClass[classes[i].Name] = byClass.GetValueOrDefault(classes[i].Name) + counts[i];
        }

        return byClass;
    }

    /// <summary>Corners in the image's order (x0, y0), (x1, y0), (x1, y1), (x0, y1) as arcgis writes them, closed.</summary>
    public static Polygon ToPolygon(in Detection box, GeoTransform transform)
    {
        Coordinate first = ToMap(transform, box.XMin, box.YMin);
        return s_geometry.CreatePolygon(
        [
            first,
            ToMap(transform, box.XMax, box.YMin),
            ToMap(transform, box.XMax, box.YMax),
            ToMap(transform, box.XMin, box.YMax),
            first.Copy(),
        ]);
    }

    /// <summary>From the shortest decimal of the score, so that 0.9 is 90 and not 89.99999762.</summary>
    private static double Percent(float score) => (double)((decimal)score * 100);

    private static Coordinate ToMap(GeoTransform transform, double column, double row)
    {
        (double x, double y) = transform.ToMap(column, row);
        return new Coordinate(x, y);
    }
}
