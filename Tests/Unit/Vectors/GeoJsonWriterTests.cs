using ArcLearn.Core.Crs;
using ArcLearn.Core.Vectors;
using ArcLearn.Tests.Unit.TestSupport;
using NetTopologySuite.Geometries;
using NetTopologySuite.IO;

namespace ArcLearn.Tests.Unit.Vectors;

public sealed class GeoJsonWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_is_one_feature_a_line_with_its_crs_and_shortest_numbers()
    {
        string path = _folder.PathOf("a.geojson");
        using (IFeatureWriter writer = FeatureWriters.Create(
            path, "trees", CoordinateSystems.FromEpsg(32618), [new("Class", FieldType.Text), new("Confidence", FieldType.Real)]))
        {
            writer.Write(new WKTReader().Read("POLYGON ((0 0, 0 1, 0.1 1, 0 0))"), ["Bäume", 99.5]);
            writer.Write(Polygon.Empty, ["x", 100]);
            writer.Write(Polygon.Empty, [null, double.NaN]);
            writer.Complete();
        }

        Assert.Equal(
            """
            {"type":"FeatureCollection","name":"trees",
            "crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::32618"}},
            "features":[
            {"type":"Feature","id":1,"properties":{"Class":"Bäume","Confidence":99.5},"geometry":{"type":"Polygon","coordinates":[[[0,0],[0.1,1],[0,1],[0,0]]]}},
            {"type":"Feature","id":2,"properties":{"Class":"x","Confidence":100.0},"geometry":{"type":"Polygon","coordinates":[]}},
            {"type":"Feature","id":3,"properties":{"Class":null,"Confidence":null},"geometry":{"type":"Polygon","coordinates":[]}}
            ]}

            """.ReplaceLineEndings("\n"),
            File.ReadAllText(path));
    }

    [Theory]
    [InlineData("POINT (1 2)")]
    [InlineData("MULTIPOINT ((1 2), (3 4))")]
    [InlineData("LINESTRING (0 0, 1 1.5)")]
    [InlineData("MULTILINESTRING ((0 0, 1 1), (2 2, 3 3))")]
    [InlineData("MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 9 5, 9 9, 5 5), (7 6, 8 7, 8 6, 7 6)))")]
    [InlineData("GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (0 0, 1 1))")]
    public void Every_kind_of_geometry_reads_back(string text)
    {
        string path = _folder.PathOf("a.geojson");
        using (IFeatureWriter writer = FeatureWriters.Create(path, "x", null, []))
        {
            writer.Write(new WKTReader().Read(text), []);
            writer.Complete();
        }

        using IVectorLayer layer = VectorLayers.Open(path);
        Assert.Equal(text, Assert.Single(layer.Read()).Geometry!.AsText());
    }

    [Fact]
    public void A_full_disk_passes_through_and_leaves_nothing()
    {
        using (IFeatureWriter writer = FeatureWriters.Create(_folder.PathOf("a.geojson"), "x", null, [], new FaultyFileSystem { Room = 100_000 }))
        {
            IOException error = Assert.Throws<IOException>(() =>
            {
                for (int i = 0; i < 10_000; i++)
                {
                    writer.Write(FeatureWriterTests.Square(i, 0, 1), []);
                }

                writer.Complete();
            });
            Assert.Equal("No space left on device.", error.Message);
        }

        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
    }
}
