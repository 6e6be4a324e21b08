using System.Globalization;
using System.Text;
using ArcLearn.Core.Vectors;
using ArcLearn.Tests.Unit.TestSupport;

namespace ArcLearn.Tests.Unit.Vectors;

public sealed class GeoJsonLayerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"type":"Point","coordinates":[3,4,99]}""")]
    [InlineData("""{"geometry":{"coordinates":[3,4],"type":"Point"},"properties":null,"type":"Feature"}""")]
    [InlineData("""  {"features":[{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[3,4]}}],"type":"FeatureCollection"}  """)]
    public void A_geometry_a_feature_and_a_collection_are_layers_of_one_feature(string json)
    {
        using IVectorLayer layer = Open(json);

        VectorFeature feature = Assert.Single(layer.Read());
        Assert.Equal("POINT (3 4)", feature.Geometry!.AsText());
        Assert.Equal(1, feature.Id);
        Assert.Equal((4326, false), (layer.SpatialReference!.Epsg, layer.IsCrsExplicit));
    }

    [Fact]
    public void A_byte_order_mark_is_no_content()
    {
        using IVectorLayer layer = Open("\uFEFF{\"type\":\"Point\",\"coordinates\":[3,4]}");

        Assert.Single(layer.Read());
    }

    [Fact]
    public void The_crs_may_stand_after_the_features()
    {
        using IVectorLayer layer = Open("""{"type":"FeatureCollection","features":[],"crs":{"type":"name","properties":{"name":"EPSG:32633"}}}""");

        Assert.Equal((32633, true), (layer.SpatialReference!.Epsg, layer.IsCrsExplicit));
    }

    [Fact]
    public void A_null_crs_says_that_there_is_none()
    {
        using IVectorLayer layer = Open("""{"type":"FeatureCollection","crs":null,"features":[]}""");

        Assert.Null(layer.SpatialReference);
    }

    [Fact]
    public void Fields_are_the_union_in_order_of_first_appearance_with_types_that_hold_all_values()
    {
        using IVectorLayer layer = Open(Collection(
            """{"a":1,"b":null,"c":true}""", """{"d":"x","a":2.5,"b":3}""", """{"c":"mixed","e":{"k":[1]}}"""));

        Assert.Equal(
            new FieldDefinition[]
            {
                new("a", FieldType.Real), new("b", FieldType.Integer), new("c", FieldType.Text), new("d", FieldType.Text), new("e", FieldType.Text),
            },
            layer.Fields);
        VectorFeature[] features = [.. layer.Read()];
        Assert.Equal(new object?[] { 1.0, null, true, null, null }, features[0].Values);
        Assert.Equal(new object?[] { 2.5, 3L, null, "x", null }, features[1].Values);
        Assert.Equal(new object?[] { null, null, "mixed", null, """{"k":[1]}""" }, features[2].Values);
    }

    [Fact]
    public void Features_larger_than_the_buffer_and_many_of_them_are_read()
    {
        StringBuilder ring = new("[0,0]");
        for (int i = 1; i < 20_000; i++)
        {
            ring.Append(CultureInfo.InvariantCulture, $",[{i},{i * 0.5 * i}]");
        }

        string big = $$$"""{"type":"Feature","properties":{"n":0},"geometry":{"type":"LineString","coordinates":[{{{ring}}}]}}""";
        string[] small = [.. Enumerable.Range(1, 5000).Select(i => $$$"""{"type":"Feature","properties":{"n":{{{i}}}},"geometry":{"type":"Point","coordinates":[{{{i}}},0]}}""")];
        using IVectorLayer layer = Open("{\"type\":\"FeatureCollection\",\"features\":[\n" + string.Join(",\n", [.. small, big, .. small]) + "]}");

        VectorFeature[] features = [.. layer.Read()];

        Assert.Equal(10_001, features.Length);
        Assert.Equal(20_000, features[5000].Geometry!.NumPoints);
        Assert.Equal(5000, features[^1].Geometry!.Coordinate.X);
        Assert.Equal(features.Select((_, i) => (long)i + 1), features.Select(f => f.Id));
    }

    [Theory]
    [InlineData("{\"type\":\"FeatureCollection\",\n\"features\":[\n{]}", 3, "not valid JSON")]
    [InlineData("{\"type\":\"FeatureCollection\",\n\"features\":[\n", 3, "")]
    [InlineData("{\"type\":\"FeatureCollection\",\n\"features\":[]}\n\n{}", 4, "not valid JSON")]
    [InlineData("{\"type\":\"FeatureCollection\",\n\"features\":{}}", 2, "'features' is not an array")]
    [InlineData("{\"type\":\"FeatureCollection\",\n\"features\":[\n7]}", 3, "not an object of type 'Feature'")]
    [InlineData("{\"type\":\"FeatureCollection\"}", 1, "has no 'features'")]
    [InlineData("\n{\"type\":\"Topology\"}", 2, "its type is 'Topology'")]
    [InlineData("{\"name\":\"x\"}", 1, "its type is missing")]
    [InlineData("{\"type\":\"FeatureCollection\",\n\"crs\":{\"type\":\"name\"},\"features\":[]}", 2, "names no coordinate reference system")]
    [InlineData("{\"type\":\"FeatureCollection\",\"features\":[\n{\"type\":\"Feature\",\"properties\":[1]}]}", 2, "'properties' of a feature are not an object")]
    public void Open_names_the_line_of_what_is_wrong(string json, int line, string message)
    {
        LearnFormatException error = Assert.Throws<LearnFormatException>(() => Open(json));

        Assert.Equal(line, error.Line);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"Circle","coordinates":[1,2]}""", "the type 'Circle'")]
    [InlineData("""{"type":"Point","coordinates":["1","2"]}""", "a coordinate is \"1\"")]
    [InlineData("""{"type":"Point","coordinates":[1]}""", "needs two numbers")]
    [InlineData("""{"type":"Polygon","coordinates":[[[0,0],[1,1],[0,0]]]}""", "a ring has 3 positions")]
    [InlineData("""{"type":"Polygon","coordinates":[[0,0],[1,1]]}""", "a position is 0;")]
    [InlineData("""{"type":"Polygon","coordinates":[7]}""", "coordinates hold 7 where an array belongs")]
    [InlineData("""{"type":"Polygon"}""", "no array 'coordinates'")]
    [InlineData("""{"type":"LineString","coordinates":[[0,0]]}""", "a single position")]
    public void Read_names_the_feature_whose_geometry_is_none(string geometry, string message)
    {
        using IVectorLayer layer = Open("{\"type\":\"FeatureCollection\",\"features\":[\n"
            + "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Point\",\"coordinates\":[1,2]}},\n\n"
            + $"{{\"type\":\"Feature\",\"properties\":{{}},\"geometry\":{geometry}}}]}}");

        LearnFormatException error = Assert.Throws<LearnFormatException>(() => layer.Read().Count());

        Assert.Equal(4, error.Line);
        Assert.Contains("in feature 2, ", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_in_another_encoding_is_a_format_error()
    {
        string path = _folder.PathOf("latin1.geojson");
        File.WriteAllBytes(path, Encoding.Latin1.GetBytes(Collection("""{"name":"Küste"}""")));

        LearnFormatException error = Assert.Throws<LearnFormatException>(() => VectorLayers.Open(path));

        Assert.Contains("not UTF-8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_a_format_error()
    {
        using IVectorLayer layer = Open(Collection("""{"name":"\uD800"}"""));

        Assert.Contains("broken \\u escape", Assert.Throws<LearnFormatException>(() => layer.Read().Count()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failing_read_passes_through()
    {
        string path = _folder.PathOf("a.geojson");
        File.WriteAllText(path, Collection("{}"));

        IOException error = Assert.Throws<IOException>(() => VectorLayers.Open(path, files: new FaultyFileSystem { ReadRoom = 0 }));

        Assert.Equal("The disk cannot be read: bad sector.", error.Message);
    }

    private static string Collection(params string[] properties) => "{\"type\":\"FeatureCollection\",\"features\":["
        + string.Join(',', properties.Select(p => $"{{\"type\":\"Feature\",\"properties\":{p},\"geometry\":null}}")) + "]}";

    private IVectorLayer Open(string json)
    {
        string path = _folder.PathOf("layer.geojson");
        File.WriteAllText(path, json);
        return VectorLayers.Open(path);
    }
}
