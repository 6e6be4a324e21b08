using System.Text;
using ArcLearn.Core.IO;
using ArcLearn.Core.Vectors;
using ArcLearn.Core.Vectors.Updates;
using ArcLearn.Tests.Unit.TestSupport;
using Microsoft.Data.Sqlite;

namespace ArcLearn.Tests.Unit.Vectors;

public sealed class LayerUpdateTests : IDisposable
{
    private static readonly FieldUpdate[] s_fields = [new("kind", FieldType.Text, "Häuser", "barn", "shed", "x", "y"), new("sure", FieldType.Real)];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a.gpkg")]
    [InlineData("a.shp")]
    [InlineData("a.geojson")]
    [InlineData("a.geojsonl")]
    public void Features_get_fields_and_all_else_stays(string name)
    {
        string path = Write(name, 5);
        VectorFeature[] before = Read(path);

        Update(path, update =>
        {
            update.Set(2, 2, ["Häuser", 0.25]);
            update.Set(5, 5, ["barn", 1.0]);
            update.Complete();
        });

        VectorFeature[] after = Read(path);
        Assert.Equal(before.Select(feature => feature.Id), after.Select(feature => feature.Id));
        Assert.All(before.Zip(after), pair => Assert.True(pair.First.Geometry!.EqualsExact(pair.Second.Geometry)));
        Assert.All(before.Zip(after), pair => Assert.Equal(pair.First.Values, pair.Second.Values.Take(pair.First.Values.Count)));
        Assert.Equal(["kind", "sure"], Fields(path).TakeLast(2));
        Assert.Equal([null, "Häuser", null, null, "barn"], after.Select(feature => feature.Values[^2]));
        Assert.Equal([null, 0.25, null, null, 1.0], after.Select(feature => feature.Values[^1]));

        // Once more: the fields are there now, and what is not set stays.
        Update(path, update =>
        {
            update.Set(2, 2, ["shed", 0.5]);
            update.Complete();
        });
        Assert.Equal([null, "shed", null, null, "barn"], Read(path).Select(feature => feature.Values[^2]));
        Assert.Empty(Directory.GetFiles(_folder.Root, "*partial*"));
    }

    [Theory]
    [InlineData("a.gpkg")]
    [InlineData("a.shp")]
    [InlineData("a.geojson")]
    public void Without_completion_the_layer_is_as_it_was(string name)
    {
        string path = Write(name, 3);
        Dictionary<string, byte[]> before = Directory.GetFiles(_folder.Root).ToDictionary(file => file, File.ReadAllBytes);

        Update(path, update => update.Set(1, 1, ["x", 1.0]));

        Assert.Equal(before.Keys.Order(), Directory.GetFiles(_folder.Root).Order());
        Assert.Equal(Read(path).Select(feature => feature.Values.Count), Enumerable.Repeat(4, 3));
        if (!name.EndsWith(".gpkg", StringComparison.Ordinal))
        {
            Assert.All(before, file => Assert.Equal(file.Value, File.ReadAllBytes(file.Key)));
        }
    }

    [Fact]
    public void A_GeoJSON_keeps_its_other_members_and_their_order()
    {
        string path = _folder.PathOf("b.geojson");
        File.WriteAllText(
            path,
            """
            {"name":"features","type":"FeatureCollection", "crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::32618"}},
             "features":[ {"type":"Feature","id":"a","geometry":{"type":"Point","coordinates":[1.0,2]},"properties":{"features":[{"x":"}"}],"n":"\"]"},"extra":1},
               {"properties":null,"type":"Feature","geometry":null} ],
             "tail":[{"type":"Feature"}]}
            """);

        Update(path, update =>
        {
            update.Set(1, 1, ["x", 0.5]);
            update.Set(2, 2, ["y", null]);
            update.Complete();
        });

        Assert.Equal(
            """
            {"name":"features","type":"FeatureCollection", "crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::32618"}},
             "features":[ {"type":"Feature","id":"a","geometry":{"type":"Point","coordinates":[1.0,2]},"properties":{"features":[{"x":"}"}],"n":"\"]","kind":"x","sure":0.5},"extra":1},
               {"properties":{"kind":"y","sure":null},"type":"Feature","geometry":null} ],
             "tail":[{"type":"Feature"}]}
            """,
            File.ReadAllText(path));
    }

    [Theory]
    [InlineData("a.shp", "a_name_that_is_long", nameof(FieldType.Text), 4, "FieldName")]
    [InlineData("a.shp", "kind", nameof(FieldType.Text), 255, "FieldLength")]
    [InlineData("a.shp", "Confidence", nameof(FieldType.Text), 4, "FieldType")]
    [InlineData("a.gpkg", "classVALUE", nameof(FieldType.Text), 4, "FieldType")]
    [InlineData("a.geojson", "Class", nameof(FieldType.Real), 0, "FieldType")]
    public void What_a_layer_cannot_take_is_refused_before_the_first_feature(string name, string field, string type, int length, string id)
    {
        string path = Write(name, 2);
        byte[] before = File.ReadAllBytes(path);
        using IVectorLayer layer = VectorLayers.Open(path);

        LearnDataException error = Assert.Throws<LearnDataException>(() => LayerUpdates.Begin(layer, [length > 0 ? new FieldUpdate(field, Enum.Parse<FieldType>(type), new string('x', length)) : new FieldUpdate(field, Enum.Parse<FieldType>(type))]));

        Assert.Equal(id, error.Id);
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Fact]
    public void Features_of_a_GeoJSON_are_told_by_their_place_and_its_fields_whatever_their_case()
    {
        string path = _folder.PathOf("c.geojson");
        File.WriteAllText(
            path,
            """
            {"type":"FeatureCollection","features":[
            {"type":"Feature","id":70,"properties":{"Kind":"old","sure":1},"geometry":null},
            {"type":"Feature","id":3,"properties":{"Kind":"old","sure":0},"geometry":null},
            {"type":"Feature","id":3,"properties":{"Kind":"old"},"geometry":null}]}
            """);

        Update(path, update =>
        {
            update.Set(1, 70, ["barn", 0.5]);
            update.Set(2, 3, ["shed", 0.25]);
            update.Complete();
        });

        Assert.Equal(["Kind", "sure"], Fields(path));
        Assert.Equal(["barn", "shed", "old"], Read(path).Select(feature => feature.Values[0]));
        Assert.Equal([0.5, 0.25, null], Read(path).Select(feature => feature.Values[1]));
    }

    [Fact]
    public void A_GeoJSON_whose_members_have_equal_names_is_refused_as_it_is()
    {
        string path = _folder.PathOf("d.geojson");
        const string text = """{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"n":1,"n":2},"geometry":null}]}""";
        File.WriteAllText(path, text);

        Assert.Throws<LearnFormatException>(() => Update(path, update => update.Set(1, 1, ["x", 1.0])));
        Assert.Equal(text, File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(_folder.Root));
    }

    [Theory]
    [InlineData("a.gpkg", 3)]
    [InlineData("a.shp", 3)]
    [InlineData("a.geojson", 3)]
    public void A_feature_that_is_gone_changes_nothing(string name, int features)
    {
        string path = Write(name, features);

        Assert.Equal("LayerChanged", Assert.Throws<LearnDataException>(() => Update(path, update =>
        {
            update.Set(1, 1, ["x", 1.0]);
            update.Set(features + 1, features + 1, ["y", 1.0]);
            update.Complete();
        })).Id);
        Assert.DoesNotContain("kind", Fields(path));
    }

    [Theory]
    [InlineData("a.gpkg", "a.gpkg")]
    [InlineData("a.shp", "a.dbf")]
    [InlineData("a.geojson", "a.geojson")]
    public void A_file_that_is_marked_as_read_only_is_not_replaced(string name, string marked)
    {
        string path = Write(name, 2);
        FileInfo file = new(_folder.PathOf(marked)) { IsReadOnly = true };
        byte[] before = File.ReadAllBytes(file.FullName);
        try
        {
            UnauthorizedAccessException error = Assert.Throws<UnauthorizedAccessException>(() => Update(path, update => update.Complete()));
            Assert.Contains("read-only", error.Message, StringComparison.Ordinal);
            Assert.Equal(before, File.ReadAllBytes(file.FullName));
        }
        finally
        {
            file.IsReadOnly = false;
        }
    }

    [Theory]
    [InlineData("a.shp", ".a.dbf.00000000.partial")]
    [InlineData("a.geojson", ".a.geojson.00000000.partial")]
    public void One_process_updates_a_file_at_a_time_and_takes_over_what_a_killed_one_left(string name, string partial)
    {
        string path = Write(name, 2);
        File.WriteAllText(_folder.PathOf(partial), new string('x', 100_000));
        using (IVectorLayer layer = VectorLayers.Open(path))
        using (LayerUpdates.Begin(layer, s_fields))
        {
            Assert.Throws<IOException>(() => LayerUpdates.Begin(layer, s_fields));
        }

        Update(path, update =>
        {
            update.Set(2, 2, ["barn", 1.0]);
            update.Complete();
        });
        Assert.Equal([null, "barn"], Read(path).Select(feature => feature.Values[^2]));
        Assert.DoesNotContain(Directory.GetFiles(_folder.Root), file => file.Contains("partial", StringComparison.Ordinal));
    }

    /// <param name="mode">SQLite's: of a rollback journal or of a write-ahead log.</param>
    [Theory]
    [InlineData("DELETE", "-journal")]
    [InlineData("WAL", "-wal")]
    public void A_GeoPackage_whose_update_was_killed_as_it_wrote_is_read_as_it_was_and_updated_again(string mode, string beside)
    {
        // More than SQLite holds in memory: it writes to the disk before the end.
        const int count = 20_000;
        string path = Write("a.gpkg", count);
        using (SqliteConnection connection = new($"Data Source={path};Pooling=false"))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = $"PRAGMA journal_mode = {mode}";
            Assert.Equal(mode, ((string)command.ExecuteScalar()!).ToUpperInvariant());
        }

        VectorFeature[] before = Read(path);
        string copy = _folder.PathOf("killed.gpkg");
        Update(path, update =>
        {
            for (int i = 1; i <= count; i++)
            {
                update.Set(i, i, ["barn", i / (double)count]);
            }

            // What a process leaves that ends here.
            File.Copy(path, copy);
            File.Copy(path + beside, copy + beside);
        });
        Assert.True(new FileInfo(copy + beside).Length > 500_000, "Nothing was written before the end.");

        VectorFeature[] after = Read(copy);
        Assert.Equal(before.Select(feature => feature.Values), after.Select(feature => feature.Values));
        Assert.DoesNotContain("kind", Fields(copy));
        Update(copy, update =>
        {
            update.Set(count, count, ["shed", 0.5]);
            update.Complete();
        });
        Assert.Equal("shed", Read(copy)[^1].Values[^2]);
    }

    [Fact]
    public void Letters_that_a_Shapefile_cannot_hold_are_refused()
    {
        string path = Write("a.shp", 2);
        File.WriteAllText(_folder.PathOf("a.cpg"), "ISO-8859-1");
        using (IVectorLayer layer = VectorLayers.Open(path))
        {
            Assert.Equal("FieldText", Assert.Throws<LearnDataException>(() => LayerUpdates.Begin(layer, [new("kind", FieldType.Text, "Häuser", "дом")])).Id);
            LayerUpdates.Begin(layer, [new("kind", FieldType.Text, "Häuser")]).Dispose();
        }
    }

    [GdalFact]
    public void GDAL_reads_what_was_updated()
    {
        foreach (string name in new[] { "a.gpkg", "a.shp", "a.geojson" })
        {
            string path = Write(name, 3);
            Update(path, update =>
            {
                update.Set(3, 3, ["Häuser", 0.125]);
                update.Complete();
            });

            string found = Gdal.Run(
                $"from osgeo import ogr; d = ogr.Open({Quoted(path)}); l = d.GetLayer(); f = [x for x in l][2]; print(f.GetField('kind').encode('unicode_escape').decode(), f.GetField('sure'), l.GetFeatureCount())");

            Assert.Equal(@"H\xe4user 0.125 3", found.Trim());
        }
    }

    [Fact]
    public void A_full_disk_leaves_the_layer_as_it_was()
    {
        string path = Write("a.geojson", 200);
        byte[] before = File.ReadAllBytes(path);
        FaultyFileSystem full = new() { Room = 4096 };
        using IVectorLayer layer = VectorLayers.Open(path);

        Assert.Throws<IOException>(() =>
        {
            using ILayerUpdate update = LayerUpdates.Begin(layer, s_fields, full);
            for (int i = 1; i <= 200; i++)
            {
                update.Set(i, i, ["x", 1.0]);
            }

            update.Complete();
        });

        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(_folder.Root));
    }

    private static string Quoted(string path) => $"'{path}'";

    private static void Update(string path, Action<ILayerUpdate> act)
    {
        using IVectorLayer layer = VectorLayers.Open(path);
        using ILayerUpdate update = LayerUpdates.Begin(layer, s_fields);
        act(update);
    }

    private static VectorFeature[] Read(string path)
    {
        using IVectorLayer layer = VectorLayers.Open(path);
        return [.. layer.Read()];
    }

    private static string[] Fields(string path)
    {
        using IVectorLayer layer = VectorLayers.Open(path);
        return [.. layer.Fields.Select(field => field.Name)];
    }

    private string Write(string name, int features)
    {
        string path = _folder.PathOf(name);
        FieldDefinition[] fields = [new("Class", FieldType.Text), new("Classvalue", FieldType.Integer), new("Confidence", FieldType.Real), new("checked", FieldType.Boolean)];
        using IFeatureWriter writer = FeatureWriters.Create(path, "a", Core.Crs.CoordinateSystems.FromEpsg(4326), fields);
        for (int i = 0; i < features; i++)
        {
            writer.Write(FeatureWriterTests.Square(i, i, 0.5), [$"c{i} ü", (long)i, i / 4.0, i % 2 == 0]);
        }

        writer.Complete();
        return path;
    }
}
