using ArcLearn.Core.Crs;
using ArcLearn.Core.Vectors;
using ArcLearn.Tests.Unit.TestSupport;
using NetTopologySuite.Geometries;
using NetTopologySuite.IO;

namespace ArcLearn.Tests.Unit.Vectors;

/// <summary>What both formats promise.</summary>
public sealed class FeatureWriterTests : IDisposable
{
    private static readonly FieldDefinition[] s_fields =
    [
        new("Class", FieldType.Text), new("Classvalue", FieldType.Integer), new("Confidence", FieldType.Real), new("checked", FieldType.Boolean),
    ];

    private static readonly SpatialReference s_utm = CoordinateSystems.FromEpsg(32618);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a.gpkg", 32618, true)]
    [InlineData("a.gpkg", 4326, true)]
    [InlineData("a.gpkg", 2154, true)]
    [InlineData("a.geojson", 32618, true)]
    [InlineData("a.JSON", 2154, true)]
    [InlineData("a.geojson", 4326, false)]
    public void What_is_written_reads_back_exactly(string file, int code, bool isExplicit)
    {
        string path = _folder.PathOf(file);
        Geometry[] shapes = [Square(583960.1, 4507523.2, 0.1 + 0.2), WithHole()];
        object?[][] values = [["Küste \"1\"\n", 1L, 1.0 / 3, true], [null, long.MaxValue, null, null]];

        Write(path, CoordinateSystems.FromEpsg(code), shapes, values);

        using IVectorLayer layer = VectorLayers.Open(path);
        Assert.Equal(("objects", code, isExplicit), (layer.Name, layer.SpatialReference!.Epsg, layer.IsCrsExplicit));
        Assert.Equal(s_fields.Select(f => f.Name), layer.Fields.Select(f => f.Name));
        VectorFeature[] features = [.. layer.Read()];
        Assert.Equal(new long[] { 1, 2 }, features.Select(f => f.Id));
        Assert.Equal(values[0], features[0].Values);
        Assert.Equal(values[1], features[1].Values);
        Assert.True(shapes[0].Normalized().EqualsExact(features[0].Geometry!.Normalized()), features[0].Geometry!.AsText());
        Assert.True(shapes[1].Normalized().EqualsExact(features[1].Geometry!.Normalized()), features[1].Geometry!.AsText());
    }

    [Theory]
    [InlineData("a.gpkg")]
    [InlineData("a.geojson")]
    [InlineData("a.geojsonl")]
    public void A_layer_without_a_reference_and_without_features_is_still_a_layer(string file)
    {
        string path = _folder.PathOf(file);

        Write(path, null, [], []);

        using IVectorLayer layer = VectorLayers.Open(path);
        Assert.False(layer.IsCrsExplicit);
        Assert.Empty(layer.Read());
        Assert.Single(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Theory]
    [InlineData("a.gpkg")]
    [InlineData("a.geojson")]
    public void A_reference_with_nothing_but_text_is_kept(string file)
    {
        const string Wkt = "LOCAL_CS[\"site grid\",UNIT[\"metre\",1]]";
        string path = _folder.PathOf(file);

        Write(path, CoordinateSystems.FromWkt(Wkt), [Square(0, 0, 1)], [["a", 1L, 1.0, true]]);

        using IVectorLayer layer = VectorLayers.Open(path);
        Assert.Equal(new SpatialReference("site grid", null, Wkt), layer.SpatialReference);
    }

    [Theory]
    [InlineData("gpkg")]
    [InlineData("geojson")]
    [InlineData("geojsonl")]
    [InlineData("geojsons")]
    [InlineData("shp")]
    public void Equal_runs_give_equal_bytes(string extension)
    {
        string[] paths = [_folder.PathOf($"one.{extension}"), _folder.PathOf($"two.{extension}")];
        Geometry[] shapes = [.. Enumerable.Range(0, 500).Select(i => Square(i * 7 % 100, i * 13 % 100, 3))];
        object?[][] values = [.. shapes.Select((_, i) => new object?[] { $"c{i % 3}", (long)i % 3, i / 7.0, i % 2 == 0 })];

        foreach (string path in paths)
        {
            Write(path, s_utm, shapes, values);
        }

        Assert.Equal(File.ReadAllBytes(paths[0]), File.ReadAllBytes(paths[1]));
    }

    [Theory]
    [InlineData("a.gpkg")]
    [InlineData("a.geojson")]
    [InlineData("a.geojsonl")]
    [InlineData("a.shp")]
    public void Nothing_appears_before_it_is_complete_and_nothing_stays_without(string file)
    {
        string path = _folder.PathOf(file);
        using (IFeatureWriter writer = FeatureWriters.Create(path, "objects", s_utm, s_fields))
        {
            writer.Write(Square(0, 0, 1), ["a", 1L, 1.0, true]);
            Assert.False(File.Exists(path));
        }

        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Theory]
    [InlineData("a.gpkg")]
    [InlineData("a.geojson")]
    [InlineData("a.ndjson")]
    public void An_existing_output_is_replaced_only_by_force_and_only_on_completion(string file)
    {
        string path = _folder.PathOf(file);
        File.WriteAllText(path, "old");

        OutputExistsException error = Assert.Throws<OutputExistsException>(() => FeatureWriters.Create(path, "objects", s_utm, s_fields));
        Assert.Equal(path, error.Path);

        using (FeatureWriters.Create(path, "objects", s_utm, s_fields, force: true))
        {
        }

        Assert.Equal("old", File.ReadAllText(path));
        Write(path, s_utm, [Square(0, 0, 1)], [["a", 1L, 1.0, true]], force: true);
        using IVectorLayer layer = VectorLayers.Open(path);
        Assert.Single(layer.Read());
        Assert.Single(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Theory]
    [InlineData("a.gpkg")]
    [InlineData("a.geojson")]
    [InlineData("a.shp")]
    public void A_folder_that_cannot_be_written_is_told_at_once(string file)
    {
        Assert.Throws<UnauthorizedAccessException>(
            () => FeatureWriters.Create(_folder.PathOf(file), "objects", s_utm, s_fields, new FaultyFileSystem { IsReadOnly = true }));
        Assert.Throws<DirectoryNotFoundException>(() => FeatureWriters.Create(_folder.PathOf("none", file), "objects", s_utm, s_fields));
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Theory]
    [InlineData("a.kml", "objects", "Class", "names no format")]
    [InlineData("a.gpkg", "gpkg_contents", "Class", "cannot be the name")]
    [InlineData("a.gpkg", " ", "Class", "cannot be the name")]
    [InlineData("a.gpkg", "objects", "GEOM", "The field name 'GEOM'")]
    public void Names_that_cannot_be_written_are_argument_errors(string file, string layer, string field, string message)
    {
        LearnArgumentException error = Assert.Throws<LearnArgumentException>(
            () => FeatureWriters.Create(_folder.PathOf(file), layer, s_utm, [new FieldDefinition(field, FieldType.Text)]));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.gpkg")]
    [InlineData("a.geojson")]
    [InlineData("a.shp")]
    public void A_value_that_does_not_fit_is_refused_and_the_rest_is_written(string file)
    {
        string path = _folder.PathOf(file);
        using (IFeatureWriter writer = FeatureWriters.Create(path, "objects", s_utm, s_fields))
        {
            Assert.Throws<ArgumentException>(() => writer.Write(Square(0, 0, 1), ["a", "one", 1.0, true]));
            Assert.Throws<ArgumentException>(() => writer.Write(Square(0, 0, 1), ["a"]));
            Assert.Throws<ArgumentException>(() => writer.Write(Square(double.NaN, 0, 1), ["a", 1L, 1.0, true]));
            writer.Write(Square(0, 0, 1), ["a", 1, 1f, null]);
            writer.Complete();
        }

        using IVectorLayer layer = VectorLayers.Open(path);
        Assert.Equal(new object?[] { "a", 1L, 1.0, null }, Assert.Single(layer.Read()).Values);
    }

    internal static Polygon Square(double x, double y, double size) => (Polygon)GeometryFactory.Default.ToGeometry(new Envelope(x, x + size, y, y + size));

    private static Geometry WithHole() =>
        new WKTReader().Read("POLYGON ((0 0, 10.5 0, 10.5 10, 0 10, 0 0), (2 2, 2 4, 4.25 4, 4 2, 2 2))");

    private static void Write(string path, SpatialReference? crs, Geometry[] shapes, object?[][] values, bool force = false)
    {
        using IFeatureWriter writer = FeatureWriters.Create(path, "objects", crs, s_fields, force: force);
        for (int i = 0; i < shapes.Length; i++)
        {
            writer.Write(shapes[i], values[i]);
        }

        writer.Complete();
    }
}
