using ArcLearn.Core.Inference;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Vectors;
using ArcLearn.Tests.Unit.TestSupport;
using NetTopologySuite.Geometries;

namespace ArcLearn.Tests.Unit.Inference;

public class DetectionWriterTests
{
    private static readonly ClassDefinition[] s_classes = [new(1, "car", [255, 0, 0]), new(7, "tree", [0, 160, 0])];

    [Fact]
    public void A_box_becomes_a_closed_ring_in_the_image_s_order()
    {
        Detection box = new(10, 20, 30, 60, 0, 0.5f, 0, 0);

        Polygon polygon = DetectionWriter.ToPolygon(box, new GeoTransform(1000, 2000, 2, -2));

        Assert.Equal([(1020, 1960), (1060, 1960), (1060, 1880), (1020, 1880), (1020, 1960)], polygon.Coordinates.Select(at => (at.X, at.Y)));
    }

    [Fact]
    public void A_box_on_a_rotated_raster_turns_with_it()
    {
        // A quarter turn: columns run down the map, rows to the left.
        Polygon polygon = DetectionWriter.ToPolygon(new Detection(1, 2, 3, 6, 0, 0.5f, 0, 0), new GeoTransform(100, 100, 0, 0, -1, -1));

        Assert.Equal([(98, 99), (98, 97), (94, 97), (94, 99), (98, 99)], polygon.Coordinates.Select(at => (at.X, at.Y)));
    }

    [Theory]
    [InlineData("found.gpkg")]
    [InlineData("found.geojson")]
    public void Detections_are_read_back_with_class_value_and_percent(string name)
    {
        using TemporaryFolder folder = new();
        using MemoryRaster raster = DetectionEngineTests.Scene(150, 130, seed: 4);
        using BlobBackend backend = new(64);
        DetectionRunResult result = DetectionEngine.Run(new DetectionRunOptions(), raster, backend);

        IReadOnlyDictionary<string, int> counts = Write(folder.PathOf(name), result.Detections, raster);

        using IVectorLayer layer = VectorLayers.Open(folder.PathOf(name));
        VectorFeature[] features = [.. layer.Read()];
        Assert.Equal(32618, layer.SpatialReference?.Epsg);
        Assert.Equal(["Class", "Classvalue", "Confidence"], layer.Fields.Select(field => field.Name));
        Assert.Equal(result.Detections.Count, features.Length);
        Assert.Equal(features.GroupBy(feature => (string)feature.Values[0]!).ToDictionary(group => group.Key, group => group.Count()), counts);
        foreach ((VectorFeature feature, Detection detection) in features.Zip(result.Detections))
        {
            ClassDefinition expected = s_classes[detection.ClassIndex];
            Assert.Equal((expected.Name, (long)expected.Value), (feature.Values[0], feature.Values[1]));
            Assert.Equal(detection.Score * 100, (double)feature.Values[2]!, 1e-4);
            Assert.Equal(detection.Area / 4, feature.Geometry!.Area, 1e-3);
        }
    }

    [Theory]
    [InlineData("none.gpkg")]
    [InlineData("none.geojson")]
    public void An_empty_result_is_an_empty_layer(string name)
    {
        using TemporaryFolder folder = new();
        using MemoryRaster raster = new(10, 10);

        IReadOnlyDictionary<string, int> counts = Write(folder.PathOf(name), [], raster);

        using IVectorLayer layer = VectorLayers.Open(folder.PathOf(name));
        Assert.Empty(layer.Read());
        Assert.Equal([("car", 0), ("tree", 0)], counts.Select(pair => (pair.Key, pair.Value)));
    }

    [Fact]
    public void Equal_runs_write_equal_bytes()
    {
        using TemporaryFolder folder = new();
        using MemoryRaster raster = DetectionEngineTests.Scene(150, 130, seed: 4);
        using BlobBackend backend = new(64);
        foreach (int workers in new[] { 1, 4 })
        {
            DetectionRunResult result = DetectionEngine.Run(new DetectionRunOptions { Workers = workers, Readers = 2 }, raster, backend);
            foreach (string extension in new[] { "gpkg", "geojson" })
            {
                Write(folder.PathOf($"{workers}", $"found.{extension}"), result.Detections, raster);
            }
        }

        Assert.Equal(File.ReadAllBytes(folder.PathOf("1", "found.gpkg")), File.ReadAllBytes(folder.PathOf("4", "found.gpkg")));
        Assert.Equal(File.ReadAllBytes(folder.PathOf("1", "found.geojson")), File.ReadAllBytes(folder.PathOf("4", "found.geojson")));
    }

    private static IReadOnlyDictionary<string, int> Write(string path, IReadOnlyList<Detection> detections, IRaster raster)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        FeatureWriterOptions options = new() { Style = new ClassStyle(DetectionFields.Class, s_classes) };
        using IFeatureWriter writer = FeatureWriters.Create(path, "found", raster.SpatialReference, DetectionFields.All, options: options);
        IReadOnlyDictionary<string, int> counts = DetectionWriter.Write(detections, s_classes, raster.Transform, writer, new FeatureDigest());
        writer.Complete();
        return counts;
    }
}
