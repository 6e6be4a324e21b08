using ArcLearn.Core.Crs;
using ArcLearn.Core.Vectors;
using ArcLearn.Tests.Unit.TestSupport;
using NetTopologySuite.Geometries;

namespace ArcLearn.Tests.Unit.Vectors;

public sealed class GeoJsonSequenceTests : IDisposable
{
    private const string Feature = """{"type":"Feature","properties":{"kind":"a"},"geometry":{"type":"Point","coordinates":[1,2]}}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("labels-wgs84.geojsonl")]
    [InlineData("labels-wgs84.geojsons")]
    public void Open_reads_what_ogr2ogr_wrote(string file)
    {
        using IVectorLayer layer = VectorLayers.Open(VectorData.PathOf(file));
        using IVectorLayer same = VectorLayers.Open(VectorData.PathOf("labels-wgs84.geojson"));

        Assert.Equal((4326, false, "labels-wgs84"), (layer.SpatialReference!.Epsg, layer.IsCrsExplicit, layer.Name));
        Assert.Equal(same.Fields, layer.Fields);
        foreach ((VectorFeature a, VectorFeature b) in layer.Read().Zip(same.Read()))
        {
            Assert.Equal(b.Values, a.Values);
            Assert.Equal(b.Geometry is null, a.Geometry is null);
            Assert.True(a.Geometry?.EqualsExact(b.Geometry, 1e-6) ?? true);
        }
    }

    [Theory]
    [InlineData("a.json", Feature + "\n" + Feature + "\n", 2)]
    [InlineData("a.geojson", Feature + "\r\n\r\n" + Feature, 2)]
    [InlineData("a.ndjson", Feature, 1)]
    [InlineData("a.ndjson", "\uFEFF" + Feature + "\n", 1)]
    [InlineData("a.txt", "\u001E{\"type\":\"Feature\",\n\"properties\":null,\"geometry\":null}\n\u001E" + Feature + "\n", 2)]
    [InlineData("a.geojsonl", """{"type":"Point","coordinates":[1,2]}""", 1)]
    [InlineData("a.ndjson", "\n\n", 0)]
    public void A_sequence_is_known_by_its_name_or_its_content(string file, string content, int count)
    {
        string path = _folder.PathOf(file);
        File.WriteAllText(path, content);
        using IVectorLayer layer = VectorLayers.Open(path);

        Assert.Equal(count, layer.Read().Count());
    }

    [Theory]
    [InlineData(Feature + "\n{\"type\":\n" + Feature, "line 2")]
    [InlineData(Feature + "\n{\"type\":\"FeatureCollection\",\"features\":[]}\n", "line 2: holds a record of the type 'FeatureCollection'")]
    [InlineData(Feature + "\n{\"type\":\"Feature\",\"properties\":[],\"geometry\":null}\n", "line 2: the 'properties'")]
    [InlineData("{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Point\",\"coordinates\":[1]}}\n" + Feature, "line 1: in feature 1")]
    public void A_broken_record_names_its_line(string content, string message)
    {
        string path = _folder.PathOf("a.geojsonl");
        File.WriteAllText(path, content);

        LearnFormatException error = Assert.Throws<LearnFormatException>(() =>
        {
            using IVectorLayer layer = VectorLayers.Open(path);
            _ = layer.Read().Count();
        });

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.geojsonl", false)]
    [InlineData("a.geojsons", true)]
    public void A_sequence_is_written_on_WGS_84(string file, bool hasSeparators)
    {
        string path = _folder.PathOf(file);
        List<string> warnings = [];
        using (IFeatureWriter writer = FeatureWriters.Create(
            path, "a", CoordinateSystems.FromEpsg(26918), [new("kind", FieldType.Text)], options: new FeatureWriterOptions { Warn = warnings.Add }))
        {
            Assert.Equal((4326, "GeoJSON sequence"), (writer.SpatialReference!.Epsg, writer.Format));
            writer.Write(FeatureWriterTests.Square(500000, 0, 10), ["a"]);
            writer.Write(FeatureWriterTests.Square(500000, 0, 20), ["b"]);
            writer.Complete();
        }

        string[] lines = File.ReadAllLines(path);
        Assert.Equal(2, lines.Length);
        Assert.All(lines, line => Assert.Equal(hasSeparators, line[0] == '\u001E'));
        Assert.Contains("taken as equal", Assert.Single(warnings), StringComparison.Ordinal);
        using IVectorLayer layer = VectorLayers.Open(path);
        Coordinate corner = layer.Read().First().Geometry!.Coordinates[0];
        Assert.Equal(-75, corner.X, 1e-9);
        Assert.Equal(0, corner.Y, 1e-9);
    }

    [GdalFact]
    public void Ogrinfo_reads_both_kinds()
    {
        foreach (string file in new[] { "a.geojsonl", "b.geojsons" })
        {
            string path = _folder.PathOf(file);
            using (IFeatureWriter writer = FeatureWriters.Create(path, "a", CoordinateSystems.FromEpsg(32618), [new("kind", FieldType.Text)]))
            {
                writer.Write(FeatureWriterTests.Square(500000, 0, 10), ["Küste"]);
                writer.Complete();
            }

            string text = Programs.Run("ogrinfo", "-al", path);
            Assert.Contains("kind (String) = Küste", text, StringComparison.Ordinal);
            Assert.Contains("-75", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_system_that_cannot_be_brought_to_WGS_84_is_refused_before_anything_is_written()
    {
        LearnDataException error = Assert.Throws<LearnDataException>(
            () => FeatureWriters.Create(_folder.PathOf("a.geojsonl"), "a", CoordinateSystems.FromEpsg(27700), [new("kind", FieldType.Text)]));

        Assert.Equal("DatumShift", error.Id);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }
}
