using ArcLearn.Core.Crs;
using ArcLearn.Core.Vectors;
using ArcLearn.Tests.Unit.TestSupport;
using NetTopologySuite.Geometries;

namespace ArcLearn.Tests.Unit.Vectors;

public sealed class LabelReaderTests : IDisposable
{
    private const string Triangle = """{"type":"Polygon","coordinates":[[[0,0],[4,0],[0,4],[0,0]]]}""";
    private const string BowTie = """{"type":"Polygon","coordinates":[[[0,0],[2,2],[2,0],[0,2],[0,0]]]}""";
    private const string Line = """{"type":"Polygon","coordinates":[[[0,0],[2,2],[4,4],[0,0]]]}""";

    private static readonly SpatialReference s_utm = CoordinateSystems.FromEpsg(32618);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("labels-wgs84.geojson")]
    [InlineData("labels-utm18.geojson")]
    [InlineData("labels-utm18.gpkg")]
    public void Labels_come_in_the_raster_s_coordinates_as_PROJ_has_them(string file)
    {
        using IVectorLayer layer = VectorLayers.Open(VectorData.PathOf(file));
        using IVectorLayer expected = VectorLayers.Open(VectorData.PathOf("labels-utm18.gpkg"));

        LabelSet labels = LabelReader.Read(layer, s_utm, true, new LabelOptions("class"));

        Assert.Equal(new long[] { 1, 2, 3 }, labels.Objects.Select(o => o.Id));
        Assert.Equal(new[] { 2, 1, 2 }, labels.Objects.Select(o => o.Value));
        Assert.Equal(["1 pool", "2 tree"], labels.Classes.Select(c => $"{c.Value} {c.Name}"));
        Assert.Equal(new Dictionary<string, int> { ["empty geometry"] = 1 }, labels.Skipped);
        Assert.Equal(0, labels.Repaired);
        foreach ((LabelObject label, VectorFeature feature) in labels.Objects.Zip(expected.Read()))
        {
            // The fixture in degrees was rounded to seven decimals by ogr2ogr, all of which are zero here.
            Assert.True(label.Geometry.EqualsExact(feature.Geometry!, 1e-6), $"{label.Geometry} is not {feature.Geometry}");
        }
    }

    [Theory]
    [InlineData("", "taken as EPSG:4326 (WGS 84)")]
    [InlineData(""" "crs": {"type":"name","properties":{"name":"EPSG:4326"}}, """, "says that its coordinates are in EPSG:4326")]
    public void Metres_where_degrees_are_meant_are_told_with_what_to_write(string crs, string found)
    {
        string path = _folder.PathOf("metres.geojson");
        File.WriteAllText(path, $$$"""{"type":"FeatureCollection",{{{crs}}}"features":[{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[583000,4507000],[583010,4507000],[583010,4507010],[583000,4507000]]]}}]}""");
        using IVectorLayer layer = VectorLayers.Open(path);

        LearnDataException error = Assert.Throws<LearnDataException>(() => LabelReader.Read(layer, s_utm, true, new LabelOptions()));

        Assert.Equal("LabelCrsMissing", error.Id);
        Assert.Contains(found, error.Message, StringComparison.Ordinal);
        Assert.Contains("(583000, 4507000)", error.Message, StringComparison.Ordinal);
        Assert.Contains("urn:ogc:def:crs:EPSG::32618", error.Message, StringComparison.Ordinal);
        Assert.Contains("ogr2ogr -a_srs EPSG:32618", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_label_beyond_degrees_among_others_is_left_out_under_its_own_reason()
    {
        string path = _folder.PathOf("mixed.geojson");
        File.WriteAllText(path, """{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[583000,4507000],[583010,4507000],[583010,4507010],[583000,4507000]]]}},{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[-74,40],[-73.9,40],[-73.9,40.1],[-74,40]]]}}]}""");
        using IVectorLayer layer = VectorLayers.Open(path);

        LabelSet labels = LabelReader.Read(layer, s_utm, true, new LabelOptions());

        Assert.Single(labels.Objects);
        Assert.Equal(new Dictionary<string, int> { ["coordinates beyond degrees"] = 1 }, labels.Skipped);
    }

    [Theory]
    [InlineData("""{"kind":"roof","id":4}""", "Its fields are: kind, id. Name the one with the class, as -ClassValueField 'kind'.")]
    [InlineData("""{"sort":"roof"}""", "Its fields are: sort. Name the one with the class.")]
    [InlineData("""{"height":4.5}""", null)]
    [InlineData("{}", null)]
    [InlineData("""{"Classvalue":4,"Class":"roof"}""", null)]
    public void Fields_that_may_hold_the_class_are_told_where_none_was_named(string properties, string? expected)
    {
        string path = _folder.PathOf("labels.geojson");
        File.WriteAllText(path, $$$"""{"type":"FeatureCollection","features":[{"type":"Feature","properties":{{{properties}}},"geometry":{"type":"Polygon","coordinates":[[[-74,40],[-73.9,40],[-73.9,40.1],[-74,40]]]}}]}""");
        using IVectorLayer layer = VectorLayers.Open(path);

        string? hint = LabelReader.Read(layer, s_utm, true, new LabelOptions()).FieldHint;

        Assert.Equal(expected is null, hint is null);
        Assert.EndsWith(expected ?? "", hint ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void Points_are_widened_to_circles_after_reprojection()
    {
        using IVectorLayer layer = VectorLayers.Open(VectorData.PathOf("labels-two-layers.gpkg"));

        LabelSet labels = LabelReader.Read(layer, s_utm, true, new LabelOptions(BufferRadius: 2.5));

        // cs2cs 9.1.1: -74.006, 40.7128 in EPSG:32618.
        NetTopologySuite.Geometries.Envelope box = labels.Objects[0].Geometry.EnvelopeInternal;
        Assert.Equal(583959.372324085 - 2.5, box.MinX, 1e-6);
        Assert.Equal(583959.372324085 + 2.5, box.MaxX, 1e-6);
        Assert.Equal(4507350.99824332 - 2.5, box.MinY, 1e-6);
        Assert.Equal(Math.PI * 2.5 * 2.5, labels.Objects[0].Geometry.Area, 0.1);
        Assert.Equal(["7 7", "9 9"], labels.Classes.Select(c => $"{c.Value} {c.Name}"));
    }

    [Theory]
    [InlineData("""{"type":"Point","coordinates":[1,2]}""", "Point")]
    [InlineData("""{"type":"LineString","coordinates":[[1,2],[3,4]]}""", "LineString")]
    public void Points_and_lines_without_a_radius_are_an_error(string geometry, string type)
    {
        LearnDataException error = Assert.Throws<LearnDataException>(() => Read(Collection(("{}", geometry))));

        Assert.Equal("BufferRadiusMissing", error.Id);
        Assert.Contains($"type {type}", error.Message, StringComparison.Ordinal);
        Assert.Contains("-BufferRadius", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_multipoint_is_as_many_objects_and_a_multipolygon_is_one()
    {
        LabelSet labels = Read(
            Collection(
                ("{}", """{"type":"MultiPoint","coordinates":[[0,0],[50,50]]}"""),
                ("{}", """{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[0,1],[0,0]]],[[[5,5],[6,5],[5,6],[5,5]]]]}""")),
            new LabelOptions(BufferRadius: 1));

        Assert.Equal(new long[] { 1, 1, 2 }, labels.Objects.Select(o => o.Id));
        Assert.Equal(1, labels.Objects[2].Geometry.Area, 1e-12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void A_radius_that_is_not_positive_is_an_argument_error(double radius)
    {
        LearnArgumentException error = Assert.Throws<LearnArgumentException>(
            () => Read(Collection(("{}", Triangle)), new LabelOptions(BufferRadius: radius)));

        Assert.Equal("BufferRadius", error.Parameter);
    }

    [Fact]
    public void Invalid_and_empty_geometry_is_repaired_or_left_out_and_counted()
    {
        LabelSet labels = Read(Collection(
            ("{}", Triangle), ("{}", BowTie), ("{}", Line), ("{}", "null"), ("{}", """{"type":"Polygon","coordinates":[]}""")));

        Assert.Equal(new long[] { 1, 2 }, labels.Objects.Select(o => o.Id));
        Assert.All(labels.Objects, o => Assert.True(o.Geometry.IsValid));
        Assert.Equal(2, labels.Objects[1].Geometry.Area, 1e-12);
        Assert.Equal(1, labels.Repaired);
        Assert.Equal(new Dictionary<string, int> { ["empty geometry"] = 2, ["invalid geometry"] = 1 }, labels.Skipped);
    }

    [Fact]
    public void A_place_where_the_raster_s_system_ends_is_told_as_such()
    {
        using IVectorLayer layer = Open(Collection(
            ("{}", """{"type":"Polygon","coordinates":[[[0,80],[1,80],[0,90],[0,80]]]}"""), ("{}", Triangle)));

        LabelSet labels = LabelReader.Read(layer, CoordinateSystems.FromEpsg(3857), true, new LabelOptions());

        Assert.Equal(2, Assert.Single(labels.Objects).Id);
        Assert.Equal(1, Assert.Single(labels.Skipped).Value);
        Assert.StartsWith("coordinates beyond", labels.Skipped.Keys.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_unusable_labels_are_an_error_that_counts_them()
    {
        LearnDataException error = Assert.Throws<LearnDataException>(() => Read(Collection(("{}", "null"), ("{}", Line), ("{}", Line))));

        Assert.Equal("NoLabels", error.Id);
        Assert.Contains("1 × empty geometry, 2 × invalid geometry", error.Message, StringComparison.Ordinal);
        Assert.Contains("no features", Assert.Throws<LearnDataException>(() => Read(Collection())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_field_numbers_its_names_in_ordinal_order()
    {
        LabelSet labels = Read(
            Collection(("""{"c":"b"}""", Triangle), ("""{"c":"a"}""", Triangle), ("""{"c":"Z"}""", Triangle), ("""{"c":" "}""", Triangle), ("{}", Triangle)),
            new LabelOptions("C"));

        Assert.Equal(["1 Z", "2 a", "3 b"], labels.Classes.Select(c => $"{c.Value} {c.Name}"));
        Assert.Equal(new[] { 3, 2, 1 }, labels.Objects.Select(o => o.Value));
        Assert.Equal(new Dictionary<string, int> { ["no class value"] = 2 }, labels.Skipped);
    }

    [Theory]
    [InlineData("""{"v":5}""", "v", "5 5")]
    [InlineData("""{"v":5.0}""", "v", "5 5")]
    [InlineData("""{"ClassValue":5,"CLASSNAME":"Tree"}""", null, "5 Tree")]
    [InlineData("""{"Classvalue":5,"Class":"Tree"}""", null, "5 Tree")]
    [InlineData("""{"Classvalue":5,"Classname":null}""", null, "5 5")]
    [InlineData("""{"VALUE":5,"Classname":"Tree"}""", null, "5 5")]
    [InlineData("""{"value":7,"classvalue":5}""", null, "5 5")]
    [InlineData("""{"other":5}""", null, "1 1")]
    public void A_number_keeps_its_value_and_takes_the_name_beside_it(string properties, string? field, string expected)
    {
        LabelSet labels = Read(Collection((properties, Triangle)), new LabelOptions(field));

        ClassDefinition only = Assert.Single(labels.Classes);
        Assert.Equal(expected, $"{only.Value} {only.Name}");
        Assert.Equal(only.Value, Assert.Single(labels.Objects).Value);
    }

    [Theory]
    [InlineData("""{"v":0}""", """{"v":-3}""", "2 of its values are no class ('-3', '0')")]
    [InlineData("""{"v":1.5}""", """{"v":2}""", "1 of its values are no class ('1.5')")]
    [InlineData("""{"v":true}""", """{"v":false}""", "2 of its values are no class")]
    [InlineData("""{"v":4294967296}""", """{"v":2}""", "('4294967296')")]
    [InlineData("""{"v":"a"}""", """{"v":2}""", "1 of its values are numbers (such as 2) and 1 are text (such as 'a')")]
    public void Values_that_are_no_classes_are_an_error_with_count_and_example(string one, string other, string message)
    {
        LearnDataException error = Assert.Throws<LearnDataException>(
            () => Read(Collection((one, Triangle), (other, Triangle)), new LabelOptions("v")));

        Assert.Equal("ClassValueInvalid", error.Id);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_value_with_two_names_is_an_error()
    {
        LearnDataException error = Assert.Throws<LearnDataException>(() => Read(Collection(
            ("""{"classvalue":1,"classname":"Tree"}""", Triangle), ("""{"classvalue":1,"classname":"Pool"}""", Triangle))));

        Assert.Equal("ClassValueInvalid", error.Id);
        Assert.Contains("value 1 is named both 'Tree' and 'Pool'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_class_field_lists_those_that_there_are()
    {
        LearnDataException error = Assert.Throws<LearnDataException>(
            () => Read(Collection(("""{"kind":"a","area":3}""", Triangle)), new LabelOptions("class")));

        Assert.Equal("ClassFieldMissing", error.Id);
        Assert.Contains("no field 'class'. Its fields are: kind, area.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "a .prj beside its world file")]
    [InlineData(false, "x = column, y = -row")]
    public void Labels_with_a_system_beside_a_raster_without_one_are_an_error(bool georeferenced, string remedy)
    {
        using IVectorLayer layer = VectorLayers.Open(VectorData.PathOf("labels-utm18.gpkg"));

        LearnDataException error = Assert.Throws<LearnDataException>(() => LabelReader.Read(layer, null, georeferenced, new LabelOptions()));

        Assert.Equal("LabelCrsWithoutRasterCrs", error.Id);
        Assert.Contains("EPSG:32618 (WGS 84 / UTM zone 18N)", error.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("labels-wgs84.geojson")]
    [InlineData("labels-no-crs.gpkg")]
    public void Labels_that_name_no_system_are_in_the_coordinates_of_a_raster_without_one(string file)
    {
        using IVectorLayer layer = VectorLayers.Open(VectorData.PathOf(file));

        LabelSet labels = LabelReader.Read(layer, null, false, new LabelOptions());

        Assert.Equal(-74.006, labels.Objects[0].Geometry.EnvelopeInternal.MinX, 1e-9);
        Assert.Equal(["1 Pool", "2 Tree"], labels.Classes.Select(c => $"{c.Value} {c.Name}"));
    }

    [Fact]
    public void A_GeoPackage_without_a_system_beside_a_raster_with_one_is_an_error()
    {
        using IVectorLayer layer = VectorLayers.Open(VectorData.PathOf("labels-no-crs.gpkg"));

        LearnDataException error = Assert.Throws<LearnDataException>(() => LabelReader.Read(layer, s_utm, true, new LabelOptions()));

        Assert.Equal("LabelCrsMissing", error.Id);
        Assert.Contains("-a_srs EPSG:32618", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_system_is_named()
    {
        using IVectorLayer layer = VectorLayers.Open(VectorData.PathOf("labels-two-layers.gpkg"), "areas");

        LearnDataException error = Assert.Throws<LearnDataException>(
            () => LabelReader.Read(layer, new SpatialReference("Krovak", 5514, null), true, new LabelOptions()));

        Assert.Equal("UnknownCrs", error.Id);
        Assert.Contains("Krovak (EPSG:5514)", error.Message, StringComparison.Ordinal);
        Assert.Contains("-t_srs EPSG:2154", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Datums_that_are_taken_as_equal_are_noted()
    {
        using IVectorLayer layer = VectorLayers.Open(VectorData.PathOf("labels-utm18.shp"));

        LabelSet labels = LabelReader.Read(layer, CoordinateSystems.FromEpsg(26918), true, new LabelOptions());

        Assert.Contains("WGS 84 and NAD83 are taken as equal", labels.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_outside_the_raster_count_with_their_classes_but_are_not_kept()
    {
        using IVectorLayer layer = VectorLayers.Open(VectorData.PathOf("labels-utm18.gpkg"));
        VectorFeature[] features = [.. layer.Read()];

        Envelope second = features[1].Geometry!.EnvelopeInternal;
        LabelSet labels = LabelReader.Read(layer, s_utm, true, new LabelOptions("class"), new LabelBounds(second, new Envelope(), second));

        Assert.Equal(2, Assert.Single(labels.Objects).Id);
        Assert.Equal((2, 2, 0), (labels.Aside.Count, labels.Aside.Outside.Count, labels.Aside.Inside.Count));
        Assert.True(labels.Aside.Extent.Contains(features[0].Geometry!.EnvelopeInternal));
        Assert.Equal(["1 pool", "2 tree"], labels.Classes.Select(c => $"{c.Value} {c.Name}"));
        Assert.DoesNotContain("outside the raster", labels.Skipped.Keys);
    }

    [Fact]
    public void Coordinates_that_are_no_degrees_are_told_as_such()
    {
        using IVectorLayer layer = Open(Collection(("{}", """{"type":"Polygon","coordinates":[[[583960,4507523],[583970,4507523],[583960,4507533],[583960,4507523]]]}""")));

        LearnDataException error = Assert.Throws<LearnDataException>(() => LabelReader.Read(layer, s_utm, true, new LabelOptions()));

        Assert.Equal("LabelCrsMissing", error.Id);
        Assert.Contains("(583960, 4507523), which is beyond degrees", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_beyond_the_reach_of_a_system_are_counted_and_are_an_error_where_there_are_no_others()
    {
        // A quarter of the way around the world from its central meridian a UTM zone has no coordinates.
        const string beyond = """{"type":"Polygon","coordinates":[[[15,0],[15.1,0],[15,0.1],[15,0]]]}""";
        const string near = """{"type":"Polygon","coordinates":[[[-74,40],[-73.9,40],[-74,40.1],[-74,40]]]}""";
        using IVectorLayer some = Open(Collection(("{}", beyond), ("{}", near)));

        LabelSet labels = LabelReader.Read(some, s_utm, true, new LabelOptions());

        Assert.Single(labels.Objects);
        (string reason, int count) = Assert.Single(labels.Skipped);
        Assert.Equal(1, count);
        Assert.Contains("beyond the reach of EPSG:4326 or the raster's system", reason, StringComparison.Ordinal);
        using IVectorLayer all = Open(Collection(("{}", beyond), ("{}", beyond)));
        LearnDataException error = Assert.Throws<LearnDataException>(() => LabelReader.Read(all, s_utm, true, new LabelOptions()));
        Assert.Equal("NoLabels", error.Id);
        Assert.Contains("2 × coordinates beyond the reach", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Metres_that_no_place_has_are_beyond_the_reach_too()
    {
        using IVectorLayer layer = Open("""{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:32618"}},"features":[{"type":"Feature","properties":{},"geometry":"""
            + """{"type":"Polygon","coordinates":[[[90000000,4000000],[90000100,4000000],[90000000,4000100],[90000000,4000000]]]}}]}""");

        LearnDataException error = Assert.Throws<LearnDataException>(() => LabelReader.Read(layer, CoordinateSystems.FromEpsg(4326), true, new LabelOptions()));

        Assert.Equal("NoLabels", error.Id);
        Assert.Contains("1 × coordinates beyond the reach of EPSG:32618", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_Shapefile_without_a_prj_beside_a_raster_with_a_system_is_an_error()
    {
        foreach (string extension in new[] { ".shp", ".shx", ".dbf" })
        {
            File.Copy(Path.ChangeExtension(VectorData.PathOf("labels-utm18.shp"), extension), _folder.PathOf("bare" + extension));
        }

        using IVectorLayer layer = VectorLayers.Open(_folder.PathOf("bare.shp"));

        LearnDataException error = Assert.Throws<LearnDataException>(() => LabelReader.Read(layer, s_utm, true, new LabelOptions()));
        Assert.Equal("LabelCrsMissing", error.Id);
        Assert.Contains("ogr2ogr -a_srs EPSG:32618", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Points_among_polygons_ask_for_a_radius()
    {
        string mixed = Collection(("{}", Triangle), ("{}", """{"type":"Point","coordinates":[1,1]}"""));

        Assert.Equal("BufferRadiusMissing", Assert.Throws<LearnDataException>(() => Read(mixed)).Id);
        Assert.Equal(2, Read(mixed, new LabelOptions(BufferRadius: 1)).Objects.Count);
    }

    [Fact]
    public void Colours_of_twenty_classes_stay_apart_and_are_always_the_same()
    {
        IReadOnlyList<int>[] colours = [.. Enumerable.Range(0, 20).Select(ClassColors.At)];

        Assert.Equal(colours, Enumerable.Range(0, 20).Select(ClassColors.At));
        Assert.All(colours.SelectMany(c => c), channel => Assert.InRange(channel, 0, 255));
        for (int i = 0; i < colours.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                Assert.True(colours[i].Zip(colours[j], (a, b) => Math.Abs(a - b)).Max() >= 25, $"{i} and {j} look alike");
            }
        }
    }

    [SharedDataFact]
    public void Building_outlines_without_a_class_field_become_one_class()
    {
        using IVectorLayer layer = VectorLayers.Open(SharedData.PathOf("rasters", "elevation", "buildings.geojson"));

        LabelSet labels = LabelReader.Read(layer, CoordinateSystems.FromEpsg(4326), true, new LabelOptions());

        Assert.Equal(84, labels.Objects.Count);
        Assert.Empty(labels.Skipped);
        Assert.Equal("1", Assert.Single(labels.Classes).Name);
    }

    private static string Collection(params (string Properties, string Geometry)[] features) => "{\"type\":\"FeatureCollection\",\"features\":["
        + string.Join(',', features.Select(f => $"{{\"type\":\"Feature\",\"properties\":{f.Properties},\"geometry\":{f.Geometry}}}")) + "]}";

    private LabelSet Read(string json, LabelOptions? options = null)
    {
        using IVectorLayer layer = Open(json);
        return LabelReader.Read(layer, null, false, options ?? new LabelOptions());
    }

    private IVectorLayer Open(string json)
    {
        string path = _folder.PathOf("labels.geojson");
        File.WriteAllText(path, json);
        return VectorLayers.Open(path);
    }
}
