using System.Xml.Linq;
using ArcLearn.Core.Crs;
using ArcLearn.Core.Vectors;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Vectors;

public sealed class GeoPackageWriterTests : IDisposable
{
    private static readonly FieldDefinition[] s_fields = [new("Class", FieldType.Text), new("Classvalue", FieldType.Integer)];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [GdalValidatorFact]
    public void GDAL_s_validator_finds_nothing_amiss()
    {
        using TemporaryFolder folder = new();
        string path = folder.PathOf("valid.gpkg");
        FeatureWriterOptions options = new() { Style = new ClassStyle("Class", [new ClassDefinition(1, "tree", [0, 255, 0])]) };
        using (IFeatureWriter writer = FeatureWriters.Create(
            path, "trees", CoordinateSystems.FromEpsg(2227), [new("Class", FieldType.Text), new("Confidence", FieldType.Real)], options: options))
        {
            writer.Write(FeatureWriterTests.Square(0, 0, 1), ["tree", 99.5]);
            writer.Complete();
        }

        Programs.Run("/usr/bin/python3", GdalSkip.Validator, path);
        Assert.Contains("ID[\"EPSG\",2227]", Programs.Run("ogrinfo", "-so", path, "trees"), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_features_that_meet_the_extent_are_read_by_the_index()
    {
        using TemporaryFolder folder = new();
        string path = folder.PathOf("index.gpkg");
        using (IFeatureWriter writer = FeatureWriters.Create(path, "trees", null, [new("Class", FieldType.Text)]))
        {
            for (int i = 0; i < 100; i++)
            {
                writer.Write(FeatureWriterTests.Square(i * 10, 0, 1), ["tree"]);
            }

            writer.Complete();
        }

        using IVectorLayer layer = VectorLayers.Open(path);
        Assert.Equal([3L, 4L], layer.Read(new NetTopologySuite.Geometries.Envelope(20.5, 30, 0, 5)).Select(f => f.Id));
        TestDatabase.Execute(path, "DELETE FROM rtree_trees_geom WHERE id = 3");
        Assert.Equal([4L], layer.Read(new NetTopologySuite.Geometries.Envelope(20.5, 30, 0, 5)).Select(f => f.Id));
    }

    [Fact]
    public void The_file_is_a_GeoPackage_by_its_own_tables()
    {
        string path = _folder.PathOf("a.gpkg");

        Write(path, "my 'trees\"", 3);

        Assert.Equal("1196444487", TestDatabase.Row(path, "PRAGMA application_id"));
        Assert.Equal("10300", TestDatabase.Row(path, "PRAGMA user_version"));
        Assert.Equal("ok", TestDatabase.Row(path, "PRAGMA integrity_check"));
        Assert.Equal("", TestDatabase.Row(path, "PRAGMA foreign_key_check"));
        Assert.Equal("delete", TestDatabase.Row(path, "PRAGMA journal_mode"));
        Assert.Equal(
            "my 'trees\"|features|my 'trees\"|1970-01-01T00:00:00.000Z|0.0|0.0|3.0|1.0|32618",
            TestDatabase.Row(path, "SELECT table_name, data_type, identifier, last_change, min_x, min_y, max_x, max_y, srs_id FROM gpkg_contents"));
        Assert.Equal("my 'trees\"|geom|POLYGON|32618|0|0", TestDatabase.Row(path, "SELECT * FROM gpkg_geometry_columns"));
        Assert.Equal("4", TestDatabase.Row(path, "SELECT COUNT(*) FROM gpkg_spatial_ref_sys WHERE srs_id IN (-1, 0, 4326, 32618)"));
        Assert.Equal("6", TestDatabase.Row(path, "SELECT COUNT(*) FROM sqlite_master WHERE type = 'trigger'"));
        Assert.Equal("2", TestDatabase.Row(path, "SELECT id FROM \"rtree_my 'trees\"\"_geom\" WHERE minx > 0.5 AND maxx < 2.5"));
    }

    [Fact]
    public void An_empty_layer_has_no_extent()
    {
        string path = _folder.PathOf("a.gpkg");

        Write(path, "objects", 0);

        Assert.Equal("NULL|NULL|NULL|NULL", TestDatabase.Row(path, "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents"));
    }

    [Fact]
    public void Class_colours_become_the_default_style_that_QGIS_reads()
    {
        string path = _folder.PathOf("a.gpkg");
        ClassStyle style = new("Class", [new(1, "a < b", [255, 0, 16]), new(2, "tree", [-1, -1, -1])]);

        Write(path, "objects", 1, new FeatureWriterOptions { Style = style });

        Assert.Equal("objects|geom|1", TestDatabase.Row(path, "SELECT f_table_name, f_geometry_column, useAsDefault FROM layer_styles"));
        Assert.Equal("attributes", TestDatabase.Row(path, "SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'"));
        XElement renderer = XDocument.Parse(TestDatabase.Row(path, "SELECT styleQML FROM layer_styles")).Root!.Element("renderer-v2")!;
        Assert.Equal(("categorizedSymbol", "Class"), (renderer.Attribute("type")!.Value, renderer.Attribute("attr")!.Value));
        Assert.Equal(["a < b", "tree"], renderer.Descendants("category").Select(c => c.Attribute("value")!.Value));
        string[] outlines = [.. renderer.Descendants("prop").Where(p => p.Attribute("k")!.Value == "outline_color").Select(p => p.Attribute("v")!.Value)];
        Assert.Equal("255,0,16,255", outlines[0]);
        Assert.DoesNotContain("-1", outlines[1], StringComparison.Ordinal);
        using IVectorLayer layer = VectorLayers.Open(path);
        Assert.Equal("objects", layer.Name);
    }

    [Fact]
    public void A_full_disk_is_told_in_plain_words_and_leaves_nothing()
    {
        string path = _folder.PathOf("a.gpkg");

        IOException error = Assert.Throws<IOException>(() => Write(path, "objects", 100_000, new FeatureWriterOptions { MaxPages = 40 }));

        Assert.Contains($"The disk is full: {path}", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void A_disk_that_is_full_from_the_start_leaves_nothing()
    {
        IOException error = Assert.Throws<IOException>(
            () => Write(_folder.PathOf("a.gpkg"), "objects", 1, new FeatureWriterOptions { MaxPages = 5 }));

        Assert.Contains("The disk is full", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }

    [Fact]
    public void A_geometry_of_another_type_than_the_layer_is_refused()
    {
        using IFeatureWriter writer = FeatureWriters.Create(_folder.PathOf("a.gpkg"), "objects", null, s_fields);

        ArgumentException error = Assert.Throws<ArgumentException>(
            () => writer.Write(FeatureWriterTests.Square(0, 0, 1).Centroid, ["a", 1L]));

        Assert.Contains("A Point does not belong into a layer of type Polygon", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Writing_after_completion_is_refused()
    {
        using IFeatureWriter writer = FeatureWriters.Create(_folder.PathOf("a.gpkg"), "objects", null, s_fields);
        writer.Complete();

        Assert.Throws<ObjectDisposedException>(() => writer.Write(FeatureWriterTests.Square(0, 0, 1), ["a", 1L]));
        Assert.Throws<ObjectDisposedException>(writer.Complete);
    }

    private static void Write(string path, string layer, int count, FeatureWriterOptions? options = null)
    {
        using IFeatureWriter writer = FeatureWriters.Create(path, layer, CoordinateSystems.FromEpsg(32618), s_fields, options: options);
        for (int i = 0; i < count; i++)
        {
            writer.Write(FeatureWriterTests.Square(i, 0, 1), ["a < b", 1L]);
        }

        writer.Complete();
    }
}
