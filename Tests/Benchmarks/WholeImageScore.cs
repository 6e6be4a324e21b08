using System.Globalization;
using ArcLearn.Core.Data;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Training;
using ArcLearn.Core.Vectors;
using NetTopologySuite.Geometries;

namespace ArcLearn.Benchmarks;

/// <summary>
/// Average precision per whole image, one class: detection layers against truth layers of the same file names.
/// Every detection in the layers counts, whatever its score.
/// </summary>
internal static class WholeImageScore
{
    public static int Print(string truthFolder, string foundFolder, double[] thresholds)
    {
        string[] images = [.. Directory.EnumerateFiles(foundFolder, "*.geojson").Order(StringComparer.Ordinal)];
        foreach (double threshold in thresholds)
        {
            AveragePrecisionMetric metric = new([new ClassDefinition(1, "object", [255, 0, 0])], new AveragePrecisionOptions(DetectThreshold: 0, threshold));
            foreach (string found in images)
            {
                Envelope[] truth = [.. Boxes(Path.Combine(truthFolder, Path.GetFileName(found))).Select(b => b.Box)];

                // Map coordinates are too long for single precision: count from a corner nearby.
                Coordinate corner = truth.Length > 0 ? new Coordinate(truth[0].MinX, truth[0].MinY) : new Coordinate();
                metric.Add(
                    [.. truth.Select(b => new BoxLabel(
                        (float)(b.MinY - corner.Y), (float)(b.MinX - corner.X), (float)(b.MaxY - corner.Y), (float)(b.MaxX - corner.X), 1))],
                    [.. Boxes(found).Select(b => new ChipDetection(
                        (float)(b.Box.MinX - corner.X), (float)(b.Box.MinY - corner.Y), (float)(b.Box.MaxX - corner.X), (float)(b.Box.MaxY - corner.Y), 0, (float)b.Score))],
                    chipSize: 1);
            }

            AveragePrecision result = metric.Compute()[0];
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"AP{100 * threshold:F0} {result.Value:F3}  ({result.Images} images, {result.Truth} objects, {result.Detections} detections)"));
        }

        return images.Length > 0 ? 0 : 1;
    }

    private static IEnumerable<(Envelope Box, double Score)> Boxes(string path)
    {
        using IVectorLayer layer = VectorLayers.Open(path);
        int score = layer.Fields.ToList().FindIndex(f => f.Name == "Confidence");
        foreach (VectorFeature feature in layer.Read())
        {
            if (feature.Geometry is Geometry shape)
            {
                yield return (shape.EnvelopeInternal, score < 0 ? 100 : Convert.ToDouble(feature.Values[score], CultureInfo.InvariantCulture));
            }
        }
    }
}
