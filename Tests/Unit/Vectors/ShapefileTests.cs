using ArcLearn.Core.Crs;
using ArcLearn.Core.Vectors;
using ArcLearn.Tests.Unit.TestSupport;
using NetTopologySuite.Geometries;

namespace ArcLearn.Tests.Unit.Vectors;

public sealed class ShapefileTests : IDisposable
{
    private static readonly FieldDefinition[] s_fields =
        [new("Class", FieldType.Text), new("Classvalue", FieldType.Integer), new("Confidence", FieldType.Real), new("checked", FieldType.Boolean)];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_reads_what_ogr2ogr_wrote()
    {
        using IVectorLayer layer = VectorLayers.Open(VectorData.PathOf("labels-utm18.shp"));
        using IVectorLayer same = VectorLayers.Open(VectorData.PathOf("labels-utm18.gpkg"));

        Assert.Equal(("labels-utm18", 32618, true), (layer.Name, layer.SpatialReference!.Epsg, layer.IsCrsExplicit));
        FieldDefinition[] fields =
        [
            new("class", FieldType.Text), new("Classvalue", FieldType.Integer), new("Classname", FieldType.Text), new("height", FieldType.Real),
            new("checked", FieldType.Integer),
        ];
        Assert.Equal(fields, layer.Fields);
        for (int pass = 0; pass < 2; pass++)
        {
            VectorFeature[] features = [.. layer.Read()];
            Assert.Equal(new object?[] { "tree", 2L, "Tree", 12.5, 1L }, features[0].Values);
            Assert.Null(features[3].Geometry);
            foreach ((VectorFeature a, VectorFeature b) in features.Zip(same.Read()).Take(3))
            {
                Assert.True(a.Geometry!.Normalized().EqualsExact(b.Geometry!.Normalized(), 1e-6), $"{a.Geometry} {b.Geometry}");
            }
        }
    }

    [Fact]
    public void Text_is_decoded_by_the_cpg_and_dates_are_text()
    {
        using IVectorLayer layer = VectorLayers.Open(VectorData.PathOf("points-latin1.shp"));

        Assert.Equal(2154, layer.SpatialReference!.Epsg);
        VectorFeature[] features = [.. layer.Read()];
        Assert.Equal(new object?[] { "Küste", "2024-05-06", 7L }, features[0].Values);
        Assert.Equal(new object?[] { null, null, null }, features[1].Values);
        Assert.Equal(new Coordinate(500000, 5000000), features[0].Geometry!.Coordinate);
    }

    [Fact]
    public void Only_features_that_meet_the_extent_are_given()
    {
        using IVectorLayer layer = VectorLayers.Open(VectorData.PathOf("points-latin1.shp"));

        Assert.Equal([2L], layer.Read(new Envelope(500005, 500020, 4999000, 5001000)).Select(f => f.Id));
    }

    [Fact]
    public void What_is_written_reads_back_and_the_limits_are_told()
    {
        string path = _folder.PathOf("a.shp");
        List<string> warnings = [];
        FieldDefinition[] fields = [.. s_fields, new("Classvalue_2", FieldType.Integer), new("classvalue_3", FieldType.Text)];
        string longText = string.Concat(Enumerable.Repeat("ü", 200));
        using (IFeatureWriter writer = FeatureWriters.Create(
            path, "a", CoordinateSystems.FromEpsg(2227), fields, options: new FeatureWriterOptions { Warn = warnings.Add }))
        {
            writer.Write(FeatureWriterTests.Square(6000000.25, 2100000.5, 3), ["Küste", 1L, 1.0 / 3, true, 999_999_999_999_999_999L, longText]);
            writer.Write(FeatureWriterTests.Square(0, 0, 1), [null, null, null, null, null, null]);
            writer.Write(FeatureWriterTests.Square(0, 0, 1), ["b", -5L, 98.7654321, false, 0L, "x"]);
            writer.Complete();
        }

        using IVectorLayer layer = VectorLayers.Open(path);
        Assert.Equal(2227, layer.SpatialReference!.Epsg);
        Assert.Equal(["Class", "Classvalue", "Confidence", "checked", "Classval_1", "classval_2"], layer.Fields.Select(f => f.Name));
        VectorFeature[] features = [.. layer.Read()];
        Assert.Equal(new object?[] { "Küste", 1L, true, 999_999_999_999_999_999L, longText[..127] }, features[0].Values.Where((_, i) => i != 2));
        Assert.Equal(1.0 / 3, (double)features[0].Values[2]!, 1e-14);
        Assert.All(features[1].Values, Assert.Null);
        Assert.Equal(new object?[] { "b", -5L, 98.7654321, false, 0L, "x" }, features[2].Values);
        Assert.True(FeatureWriterTests.Square(6000000.25, 2100000.5, 3).EqualsTopologically(features[0].Geometry));
        Assert.Contains("Classvalue_2 is Classval_1, classvalue_3 is classval_2", warnings[0], StringComparison.Ordinal);
        Assert.Contains("1 value(s) of the field classvalue_3 were cut", warnings[1], StringComparison.Ordinal);
        Assert.Equal(5, Directory.GetFileSystemEntries(_folder.Root).Length);
    }

    [GdalFact]
    public void Ogrinfo_reads_it()
    {
        string path = _folder.PathOf("trees.shp");
        Write(path, 26918, 3);

        string text = Programs.Run("ogrinfo", "-al", path);

        Assert.Contains("Feature Count: 3", text, StringComparison.Ordinal);
        Assert.Contains("ID[\"EPSG\",26918]", text, StringComparison.Ordinal);
        Assert.Contains("Class (String) = Küste", text, StringComparison.Ordinal);
        Assert.Contains("POLYGON ((0 0,0 1,1 1,1 0,0 0))", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Warning", text, StringComparison.Ordinal);
    }

    [GdalTheory]
    [InlineData(32618)]
    [InlineData(25832)]
    [InlineData(2154)]
    [InlineData(2227)]
    [InlineData(2222)]
    [InlineData(3035)]
    [InlineData(5070)]
    [InlineData(2193)]
    [InlineData(3031)]
    [InlineData(3413)]
    [InlineData(3857)]
    [InlineData(28355)]
    [InlineData(4326)]
    [InlineData(4258)]
    public void Gdal_knows_the_system_by_the_prj(int code)
    {
        string path = _folder.PathOf("crs.shp");
        Write(path, code, 1);

        string found = Programs.Run("gdalsrsinfo", "-e", "-o", "epsg", path);

        Assert.Contains($"EPSG:{code}", found, StringComparison.Ordinal);
    }

    [Fact]
    public void Replacing_takes_every_part_and_stale_indexes_with_it_or_nothing()
    {
        string path = _folder.PathOf("a.shp");
        Write(path, 32618, 3);
        File.WriteAllText(_folder.PathOf("a.qix"), "stale");
        Assert.Throws<OutputExistsException>(() => Write(path, 32618, 1));

        // The fourth of the moves that put the parts aside is denied: all come back.
        FaultyFileSystem files = new() { FailingMove = 4 };
        Assert.ThrowsAny<Exception>(() => Write(path, 32618, 1, force: true, files));
        using (IVectorLayer old = VectorLayers.Open(path))
        {
            Assert.Equal(3, old.Read().Count());
        }

        Assert.Equal(6, Directory.GetFileSystemEntries(_folder.Root).Length);
        Write(path, 32618, 1, force: true);
        using IVectorLayer layer = VectorLayers.Open(path);
        Assert.Single(layer.Read());
        Assert.Equal(5, Directory.GetFileSystemEntries(_folder.Root).Length);
    }

    [Theory]
    [InlineData(".dbf", "without its labels-utm18.dbf")]
    [InlineData(".shx", null)]
    [InlineData(".prj", null)]
    [InlineData(".cpg", null)]
    public void A_missing_part_is_told_where_it_matters(string extension, string? message)
    {
        string path = CopyParts();
        File.Delete(Path.ChangeExtension(path, extension));

        if (message is null)
        {
            using IVectorLayer layer = VectorLayers.Open(path);
            Assert.Equal((4, extension != ".prj"), (layer.Read().Count(), layer.SpatialReference is not null));
            return;
        }

        LearnFormatException error = Assert.Throws<LearnFormatException>(() => VectorLayers.Open(path));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".shp")]
    [InlineData(".dbf")]
    [InlineData(".shx")]
    public void A_truncated_part_is_a_format_error_wherever_it_ends(string extension)
    {
        string path = CopyParts();
        string part = Path.ChangeExtension(path, extension);
        byte[] whole = File.ReadAllBytes(part);
        foreach (int length in new[] { 4, 50, 100, whole.Length / 2, whole.Length - 9 })
        {
            File.WriteAllBytes(part, whole[..Math.Min(length, whole.Length - 1)]);
            Assert.Throws<LearnFormatException>(() => Count(path));
        }
    }

    [Fact]
    public void A_Shapefile_of_other_bytes_gives_values_or_one_format_error()
    {
        string path = CopyParts();
        string[] parts = [path, Path.ChangeExtension(path, ".dbf"), Path.ChangeExtension(path, ".shx")];
        byte[][] whole = [.. parts.Select(File.ReadAllBytes)];
        Random random = new(1);
        int refused = 0;
        for (int i = 0; i < 600; i++)
        {
            int at = random.Next(parts.Length);
            byte[] bytes = [.. whole[at]];
            for (int n = 0; n <= i % 4; n++)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(parts[at], bytes);
            try
            {
                _ = Count(path);
            }
            catch (LearnFormatException)
            {
                refused++;
            }

            File.WriteAllBytes(parts[at], whole[at]);
        }

        Assert.InRange(refused, 50, 550);
    }

    [Theory]
    [InlineData("labels-utm18.shx", "name its .shp")]
    [InlineData("labels-utm18.dbf", "neither GeoJSON")]
    public void Another_part_than_the_shp_is_told(string file, string message)
    {
        LearnFormatException error = Assert.Throws<LearnFormatException>(() => VectorLayers.Open(VectorData.PathOf(file)));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private static int Count(string path)
    {
        using IVectorLayer layer = VectorLayers.Open(path);
        return layer.Read().Count();
    }

    private string CopyParts()
    {
        foreach (string extension in new[] { ".shp", ".dbf", ".shx", ".prj", ".cpg" })
        {
            File.Copy(VectorData.PathOf("labels-utm18" + extension), _folder.PathOf("labels-utm18" + extension));
        }

        return _folder.PathOf("labels-utm18.shp");
    }

    private static void Write(string path, int code, int count, bool force = false, FaultyFileSystem? files = null)
    {
        using IFeatureWriter writer = FeatureWriters.Create(path, "a", CoordinateSystems.FromEpsg(code), s_fields, files, force);
        for (int i = 0; i < count; i++)
        {
            writer.Write(FeatureWriterTests.Square(i, i, 1), ["Küste", 1L, 50.5, true]);
        }

        writer.Complete();
    }
}
