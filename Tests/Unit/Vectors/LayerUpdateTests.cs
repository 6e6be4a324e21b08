using System.Text;
using ArcLearn.Core.IO;
using ArcLearn.Core.Vectors;
using ArcLearn.Core.Vectors.Updates;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Vectors;

public sealed class LayerUpdateTests : IDisposable
{
    private static readonly FieldUpdate[] s_fields = [new("kind", FieldType.Text, Length: 8), new("sure", FieldType.Real)];

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
            update.Set(2, ["Häuser", 0.25]);
            update.Set(5, ["barn", 1.0]);
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
            update.Set(2, ["shed", 0.5]);
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

        Update(path, update => update.Set(1, ["x", 1.0]));

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
            update.Set(1, ["x", 0.5]);
            update.Set(2, ["y", null]);
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

        LearnDataException error = Assert.Throws<LearnDataException>(() => LayerUpdates.Begin(layer, [new FieldUpdate(field, Enum.Parse<FieldType>(type), length)]));

        Assert.Equal(id, error.Id);
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [GdalFact]
    public void GDAL_reads_what_was_updated()
    {
        foreach (string name in new[] { "a.gpkg", "a.shp", "a.geojson" })
        {
            string path = Write(name, 3);
            Update(path, update =>
            {
                update.Set(3, ["Häuser", 0.125]);
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
                update.Set(i, ["x", 1.0]);
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
