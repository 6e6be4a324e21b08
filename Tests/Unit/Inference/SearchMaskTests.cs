using ArcLearn.Core.Inference;
using ArcLearn.Core.IO;
using ArcLearn.Core.Vectors;
using ArcLearn.Tests.Unit.TestSupport;
using NetTopologySuite.Geometries;
using NetTopologySuite.IO;

namespace ArcLearn.Tests.Unit.Inference;

public sealed class SearchMaskTests
{
    private const int Chip = 64;

    // In the scene's coordinates: 210 by 200 map units below (500000, 4000000).
    private const string Ring = "POLYGON ((500020 3999980, 500120 3999985, 500100 3999900, 500015 3999890, 500020 3999980), (500050 3999950, 500050 3999920, 500080 3999920, 500050 3999950))";
    private const string Two = "MULTIPOLYGON (((500001 3999999, 500012 3999999, 500001 3999988, 500001 3999999)), ((500190 3999810, 500215 3999790, 500215 3999810, 500190 3999810)))";

    [Theory]
    [InlineData(Ring, 12)]
    [InlineData(Ring, 26)]
    [InlineData(Two, 12)]
    public void A_run_with_a_mask_equals_that_part_of_the_whole_run(string polygons, int padding)
    {
        foreach (int seed in new[] { 1, 2, 3 })
        {
            using MemoryRaster raster = DetectionEngineTests.Scene(420, 400, seed);
            using BlobBackend backend = new(Chip);
            SearchMask mask = Mask(polygons);
            DetectionRunResult whole = DetectionEngine.Run(new DetectionRunOptions { Padding = padding }, raster, backend);
            HashSet<(int, int)> read = [];
            raster.OnRead = window => { lock (read) { read.Add((window.Column, window.Row)); } };

            DetectionRunResult part = DetectionEngine.Run(new DetectionRunOptions { Padding = padding, Mask = mask, Workers = 2, Readers = 2 }, raster, backend);

            Assert.Equal(whole.Detections.Where(found => DetectionEngine.Counts(new DetectionRunOptions { Mask = mask }, raster.Transform, found)), part.Detections);
            Assert.NotEmpty(part.Detections);
            Assert.Equal(part.Tiles, read.Count);
            Assert.True(part.Tiles < whole.Tiles);
        }
    }

    [Fact]
    public void A_mask_of_a_rotated_raster_and_an_extent_both_bound_the_run()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(200, 180, seed: 6, new GeoTransform(1000, 2000, 0.8, -0.8, 0.6, 0.6));
        using BlobBackend backend = new(Chip);
        (double x, double y) = raster.Transform.ToMap(100, 90);
        FormattableString square = $"POLYGON (({x - 40} {y - 40}, {x + 40} {y - 40}, {x + 40} {y + 40}, {x - 40} {y + 40}, {x - 40} {y - 40}))";
        DetectionRunOptions options = new() { Mask = Mask(FormattableString.Invariant(square)), Extent = new GeoExtent(x, y - 500, x + 500, y + 500) };
        DetectionRunResult whole = DetectionEngine.Run(new DetectionRunOptions(), raster, backend);

        DetectionRunResult part = DetectionEngine.Run(options, raster, backend);

        Assert.Equal(whole.Detections.Where(found => DetectionEngine.Counts(options, raster.Transform, found)), part.Detections);
        Assert.All(part.Detections, found => Assert.InRange(raster.Transform.ToMap(found.CenterX, found.CenterY).X, x, x + 40));
        Assert.NotEmpty(part.Detections);
    }

    [Fact]
    public void Tiles_outside_are_counted()
    {
        using MemoryRaster raster = DetectionEngineTests.Scene(420, 400, seed: 1);
        DetectionPlan whole = DetectionPlan.Create(new DetectionRunOptions(), raster, Chip);
        DetectionPlan plan = DetectionPlan.Create(new DetectionRunOptions { Mask = Mask(Two) }, raster, Chip);

        Assert.Equal(whole.Tiles.Count, plan.Tiles.Count + plan.MaskedTiles);
        Assert.Equal(Enumerable.Range(0, plan.Tiles.Count).Select(i => plan.Tiles[i].Index).Order(), Enumerable.Range(0, plan.Tiles.Count).Select(i => plan.Tiles[i].Index));
    }

    [Fact]
    public void A_mask_beside_the_raster_or_the_extent_is_a_named_error()
    {
        using MemoryRaster raster = new(420, 400);
        DetectionRunOptions beside = new() { Mask = Mask("POLYGON ((0 0, 1 0, 1 1, 0 0))") };
        DetectionRunOptions apart = new() { Mask = Mask(Ring), Extent = new GeoExtent(500_200, 3_999_800, 500_210, 3_999_810) };

        LearnDataException error = Assert.Throws<LearnDataException>(() => DetectionPlan.Create(beside, raster, Chip));
        Assert.Equal(("MaskOutside", "mask.gpkg"), (error.Id, error.Target));
        Assert.Contains("memory.tif", error.Message, StringComparison.Ordinal);
        Assert.Contains("the extent", Assert.Throws<LearnDataException>(() => DetectionPlan.Create(apart, raster, Chip)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_of_polygons_is_read_in_the_run_s_coordinates_and_points_are_refused()
    {
        using TemporaryFolder folder = new();
        using MemoryRaster raster = new(420, 400);
        string degrees = folder.Write("mask.geojson", """{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[-75,36.14],[-74.999,36.14],[-74.999,36.145],[-75,36.14]]]}}]}""");
        string points = folder.Write("points.geojson", """{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[-75,36.14]}}]}""");

        SearchMask mask = SearchMask.Read([new LayerSource(degrees)], raster, LocalFileSystem.Instance)!;

        Assert.Equal(500_000, mask.Extent.XMin, 0.01);
        Assert.InRange(mask.Extent.YMin, 3_999_000, 4_000_000);
        Assert.Null(SearchMask.Read([], raster, LocalFileSystem.Instance));
        Assert.Equal("MaskInvalid", Assert.Throws<LearnDataException>(() => SearchMask.Read([new LayerSource(points)], raster, LocalFileSystem.Instance)).Id);
    }

    [Fact]
    public void Another_mask_is_another_run_by_name()
    {
        Assert.Equal(Mask(Ring).Identity, Mask(Ring).Identity);
        Assert.NotEqual(Mask(Ring).Identity, Mask(Two).Identity);
    }

    private static SearchMask Mask(string text) => new(new WKTReader().Read(text), "mask.gpkg");
}
