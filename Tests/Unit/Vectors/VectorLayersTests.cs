using ArcLearn.Core.Vectors;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Vectors;

public sealed class VectorLayersTests
{
    [Theory]
    [InlineData("labels-utm18.gpkg", 32618, true)]
    [InlineData("labels-utm18.geojson", 32618, true)]
    [InlineData("labels-wgs84.geojson", 4326, false)]
    public void Open_reads_what_ogr2ogr_wrote(string file, int code, bool isExplicit)
    {
        using IVectorLayer layer = VectorLayers.Open(VectorData.PathOf(file));

        Assert.Equal((code, isExplicit, "labels"), (layer.SpatialReference?.Epsg, layer.IsCrsExplicit, layer.Name));
        FieldDefinition[] fields =
        [
            new("class", FieldType.Text), new("Classvalue", FieldType.Integer), new("Classname", FieldType.Text),
            new("height", FieldType.Real), new("checked", FieldType.Boolean),
        ];
        Assert.Equal(fields, layer.Fields);
        for (int pass = 0; pass < 2; pass++)
        {
            VectorFeature[] features = [.. layer.Read()];
            Assert.Equal(new long[] { 1, 2, 3, 4 }, features.Select(f => f.Id));
            Assert.Equal(new object?[] { "tree", 2L, "Tree", 12.5, true }, features[0].Values);
            Assert.Equal(new object?[] { "pool", 1L, "Pool", 3.0, false }, features[1].Values);
            Assert.Equal(new object?[] { null, null, null, 1.0, true }, features[3].Values);
            Assert.Null(features[3].Geometry);
            Assert.Equal(5, features[0].Geometry!.NumPoints);
            Assert.Equal(1, ((NetTopologySuite.Geometries.Polygon)features[1].Geometry!).NumInteriorRings);
        }
    }

    [Fact]
    public void Both_formats_hold_the_same_places()
    {
        using IVectorLayer one = VectorLayers.Open(VectorData.PathOf("labels-utm18.gpkg"));
        using IVectorLayer other = VectorLayers.Open(VectorData.PathOf("labels-utm18.geojson"));

        foreach ((VectorFeature a, VectorFeature b) in one.Read().Zip(other.Read()).Take(3))
        {
            Assert.True(a.Geometry!.EqualsExact(b.Geometry, 1e-9));
        }
    }

    [Fact]
    public void Open_takes_the_first_layer_or_the_named_one()
    {
        string path = VectorData.PathOf("labels-two-layers.gpkg");
        using IVectorLayer first = VectorLayers.Open(path);
        using IVectorLayer named = VectorLayers.Open(path, "areas");

        Assert.Equal(("points", 3857), (first.Name, first.SpatialReference!.Epsg));
        Assert.Equal(("areas", 2154), (named.Name, named.SpatialReference!.Epsg));
        Assert.Contains("Lambert", named.SpatialReference.Name, StringComparison.Ordinal);
        LearnDataException error = Assert.Throws<LearnDataException>(() => VectorLayers.Open(path, "roads"));
        Assert.Equal("LayerMissing", error.Id);
        Assert.Contains("points, areas", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_GeoPackage_of_an_undefined_system_has_none()
    {
        using IVectorLayer layer = VectorLayers.Open(VectorData.PathOf("labels-no-crs.gpkg"));

        Assert.Null(layer.SpatialReference);
        Assert.False(layer.IsCrsExplicit);
        Assert.Equal("my labels", layer.Name);
        Assert.Equal(4, layer.Read().Count());
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("id,x,y\n1,2,3\n", "is neither GeoJSON")]
    [InlineData("[1, 2, 3, 4, 5, 6]", "is neither GeoJSON")]
    public void Open_says_what_is_supported_when_a_file_is_something_else(string content, string message)
    {
        using TemporaryFolder folder = new();
        string path = folder.PathOf("labels.geojson");
        File.WriteAllText(path, content);

        LearnFormatException error = Assert.Throws<LearnFormatException>(() => VectorLayers.Open(path));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("GeoJSON, GeoPackage, Shapefile and PostGIS", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_that() =>
        Assert.Throws<FileNotFoundException>(() => VectorLayers.Open(Path.Combine(Path.GetTempPath(), "no-such-labels.gpkg")));

    [Fact]
    public void A_database_without_geometry_columns_is_no_layer()
    {
        using TemporaryFolder folder = new();
        string path = folder.PathOf("plain.gpkg");
        TestDatabase.Execute(path, "CREATE TABLE t (a INTEGER)");

        LearnFormatException error = Assert.Throws<LearnFormatException>(() => VectorLayers.Open(path));

        Assert.Contains("without geometry columns", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_GeoPackage_without_feature_layers_says_so()
    {
        using TemporaryFolder folder = new();
        string path = folder.PathOf("none.gpkg");
        File.Copy(VectorData.PathOf("labels-no-crs.gpkg"), path);
        TestDatabase.Execute(path, "DELETE FROM gpkg_geometry_columns");

        LearnFormatException error = Assert.Throws<LearnFormatException>(() => VectorLayers.Open(path));

        Assert.Contains("without a feature layer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_GeoPackage_is_a_format_error_wherever_it_ends()
    {
        using TemporaryFolder folder = new();
        byte[] whole = File.ReadAllBytes(VectorData.PathOf("labels-utm18.gpkg"));
        foreach (int length in new[] { 16, 100, 4096, whole.Length / 2, whole.Length - 4096 })
        {
            string path = folder.PathOf($"cut{length}.gpkg");
            File.WriteAllBytes(path, whole[..length]);

            LearnFormatException error = Assert.Throws<LearnFormatException>(() =>
            {
                using IVectorLayer layer = VectorLayers.Open(path);
                _ = layer.Read().Count();
            });
            Assert.Equal(path, error.Path);
        }
    }

    [Fact]
    public void A_file_in_write_ahead_mode_is_read_without_leaving_others_beside_it()
    {
        using TemporaryFolder folder = new();
        string path = folder.PathOf("with #1 %41 blank.gpkg");
        File.Copy(VectorData.PathOf("labels-utm18.gpkg"), path);
        Assert.Equal("wal", TestDatabase.Row(path, "PRAGMA journal_mode = WAL"));

        using (IVectorLayer layer = VectorLayers.Open(path))
        {
            Assert.Equal(4, layer.Read().Count());
        }

        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public void Values_of_the_wrong_type_in_the_tables_are_a_format_error()
    {
        using TemporaryFolder folder = new();
        string path = folder.PathOf("types.gpkg");
        File.Copy(VectorData.PathOf("labels-utm18.gpkg"), path);
        TestDatabase.Execute(path, "PRAGMA writable_schema = 1; UPDATE sqlite_master SET sql = replace(sql, 'organization TEXT NOT NULL', 'organization TEXT') "
            + "WHERE name = 'gpkg_spatial_ref_sys'");
        TestDatabase.Execute(path, "UPDATE gpkg_spatial_ref_sys SET organization = NULL");

        LearnFormatException error = Assert.Throws<LearnFormatException>(() => VectorLayers.Open(path));

        Assert.Contains("values of the wrong type", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_geometry_names_its_feature()
    {
        using TemporaryFolder folder = new();
        string path = folder.PathOf("damaged.gpkg");
        File.Copy(VectorData.PathOf("labels-no-crs.gpkg"), path);
        foreach (int trigger in new[] { 1, 2, 3, 4 })
        {
            TestDatabase.Execute(path, $"DROP TRIGGER \"rtree_my labels_geom_update{trigger}\"");
        }

        TestDatabase.Execute(path, "UPDATE \"my labels\" SET geom = x'4750000300000000010203' WHERE fid = 2");
        using IVectorLayer layer = VectorLayers.Open(path);

        LearnFormatException error = Assert.Throws<LearnFormatException>(() => layer.Read().Count());

        Assert.Contains("feature 2 in layer 'my labels'", error.Message, StringComparison.Ordinal);
    }
}
