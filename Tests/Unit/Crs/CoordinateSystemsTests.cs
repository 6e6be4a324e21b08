using ArcLearn.Core.Crs;

namespace ArcLearn.Tests.Unit.Crs;

public sealed class CoordinateSystemsTests
{
    private const string OgcGeographic =
        """GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]""";

    [Theory]
    [InlineData(4326, "WGS 84")]
    [InlineData(4269, "NAD83")]
    [InlineData(4258, "ETRS89")]
    [InlineData(3857, "WGS 84 / Pseudo-Mercator")]
    [InlineData(32601, "WGS 84 / UTM zone 1N")]
    [InlineData(32760, "WGS 84 / UTM zone 60S")]
    [InlineData(26918, "NAD83 / UTM zone 18N")]
    [InlineData(25832, "ETRS89 / UTM zone 32N")]
    public void FromEpsg_names_the_system_and_its_text_reads_back(int code, string name)
    {
        SpatialReference crs = CoordinateSystems.FromEpsg(code);

        Assert.Equal((name, code), (crs.Name, crs.Epsg));
        Assert.Equal(code, CoordinateSystems.FromWkt(crs.Wkt!).Epsg);
        Assert.Equal(code, CoordinateSystems.FromWkt(WithoutAuthorities(crs.Wkt!)).Epsg);
    }

    [Theory]
    [InlineData(102100)]
    [InlineData(102113)]
    [InlineData(900913)]
    public void FromEpsg_gives_old_codes_of_Web_Mercator_their_new_one(int code) => Assert.Equal(3857, CoordinateSystems.FromEpsg(code).Epsg);

    [Theory]
    [InlineData(27200)]
    [InlineData(5514)]
    [InlineData(32600)]
    public void FromEpsg_keeps_a_code_that_is_not_computed_here(int code)
    {
        Assert.Equal(new SpatialReference($"EPSG:{code}", code, null), CoordinateSystems.FromEpsg(code));
        Assert.Null(CoordinateSystems.Identify(CoordinateSystems.FromEpsg(code)));
    }

    /// <summary>The texts as gdalsrsinfo -o wkt_esri of GDAL 3.6 prints them, and one as an old ArcGIS wrote it.</summary>
    [Theory]
    [InlineData("""GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]""", 4326)]
    [InlineData("""GEOGCS["GCS_North_American_1983",DATUM["D_North_American_1983",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]""", 4269)]
    [InlineData("""GEOGCS["GCS_ETRS_1989",DATUM["D_ETRS_1989",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]""", 4258)]
    [InlineData("""PROJCS["WGS_1984_Web_Mercator_Auxiliary_Sphere",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Mercator_Auxiliary_Sphere"],PARAMETER["False_Easting",0.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",0.0],PARAMETER["Standard_Parallel_1",0.0],PARAMETER["Auxiliary_Sphere_Type",0.0],UNIT["Meter",1.0]]""", 3857)]
    [InlineData("""PROJCS["NAD_1983_UTM_Zone_18N",GEOGCS["GCS_North_American_1983",DATUM["D_North_American_1983",SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",-75.0],PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]""", 26918)]
    [InlineData("""PROJCS["WGS_1984_UTM_Zone_60S",GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",10000000.0],PARAMETER["Central_Meridian",177.0],PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]""", 32760)]
    public void FromWkt_knows_Esri_spellings(string wkt, int code)
    {
        SpatialReference crs = CoordinateSystems.FromWkt(wkt);

        Assert.Equal(code, crs.Epsg);
        Assert.Equal(wkt, crs.Wkt);
    }

    [Theory]
    [InlineData("""PROJCS["oblique",GEO,PROJECTION["Oblique_Stereographic"],PARAMETER["latitude_of_origin",52],PARAMETER["central_meridian",5],PARAMETER["scale_factor",1],PARAMETER["false_easting",0],PARAMETER["false_northing",0],UNIT["metre",1]]""")]
    [InlineData("""PROJCS["another Mercator",GEO,PROJECTION["Mercator_1SP"],PARAMETER["central_meridian",10],PARAMETER["scale_factor",1],PARAMETER["false_easting",0],PARAMETER["false_northing",0],UNIT["metre",1]]""")]
    [InlineData("""PROJCS["feet",GEO,PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",-75],PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["foot",0.3048]]""")]
    [InlineData("""PROJCS["between zones",GEO,PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",-74],PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["metre",1]]""")]
    [InlineData("""PROJCS["no scale",GEO,PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",-75],PARAMETER["scale_factor",1],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["metre",1]]""")]
    [InlineData("""GEOGCS["NAD27",DATUM["North_American_Datum_1927",SPHEROID["GRS 1980",6378137,298.257222101]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]""")]
    [InlineData("""GEOGCS["Paris",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Paris",2.33722917],UNIT["degree",0.0174532925199433]]""")]
    public void FromWkt_does_not_take_a_near_miss_for_a_known_system(string wkt) =>
        Assert.Null(CoordinateSystems.FromWkt(wkt.Replace("GEO,", OgcGeographic + ",", StringComparison.Ordinal)).Epsg);

    [Theory]
    [InlineData("""COMPD_CS["x",PROJCS["WGS 84 / UTM zone 18N",AUTHORITY["EPSG","32618"]],VERT_CS["EGM96"]]""", 32618)]
    [InlineData("""PROJCRS["WGS 84 / UTM zone 18N",BASEGEOGCRS["WGS 84"],ID["EPSG",32618]]""", 32618)]
    [InlineData("""PROJCS["RGF93 / Lambert-93",GEOGCS["RGF93"],AUTHORITY["EPSG","2154"]]""", 2154)]
    public void FromWkt_believes_the_authority_of_the_horizontal_system(string wkt, int code) =>
        Assert.Equal(code, CoordinateSystems.FromWkt(wkt).Epsg);

    [Theory]
    [InlineData("", "lacks a keyword")]
    [InlineData("EPSG:4326", "lacks a keyword")]
    [InlineData("GEOGCS[\"WGS 84", "lacks a closing quote")]
    [InlineData("GEOGCS[\"WGS 84\"", "lacks a closing bracket at character 16")]
    [InlineData("GEOGCS[\"WGS 84\"] and more", "text after its last bracket")]
    public void FromWkt_says_where_a_text_is_broken(string wkt, string message)
    {
        LearnFormatException error = Assert.Throws<LearnFormatException>(() => CoordinateSystems.FromWkt(wkt, "a.prj"));

        Assert.Equal("a.prj", error.Path);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("EPSG:32618", 32618)]
    [InlineData("urn:ogc:def:crs:EPSG::32618", 32618)]
    [InlineData("urn:ogc:def:crs:EPSG:8.9:32618", 32618)]
    [InlineData("http://www.opengis.net/def/crs/EPSG/0/32618", 32618)]
    [InlineData("http://www.opengis.net/gml/srs/epsg.xml#32618", 32618)]
    [InlineData("urn:ogc:def:crs:OGC:1.3:CRS84", 4326)]
    [InlineData("OGC:CRS84", 4326)]
    [InlineData("ESRI:102100", 3857)]
    [InlineData("ESRI:102003", null)]
    [InlineData("urn:x:local", null)]
    public void FromName_reads_the_names_that_GeoJSON_uses(string name, int? code) => Assert.Equal(code, CoordinateSystems.FromName(name).Epsg);

    [Fact]
    public void Systems_without_a_code_are_equal_by_their_text()
    {
        SpatialReference one = new("a", null, "LOCAL_CS[\"site\", UNIT[\"metre\",1]]");

        Assert.True(CoordinateSystems.AreEqual(one, one with { Name = "b", Wkt = "LOCAL_CS[\"site\",UNIT[\"metre\",1]]" }));
        Assert.False(CoordinateSystems.AreEqual(one, one with { Wkt = "LOCAL_CS[\"other\",UNIT[\"metre\",1]]" }));
        Assert.True(CoordinateSystems.AreEqual(CoordinateSystems.FromEpsg(4326), new SpatialReference("x", null, OgcGeographic)));
    }

    private static string WithoutAuthorities(string wkt) =>
        System.Text.RegularExpressions.Regex.Replace(wkt, """,AUTHORITY\["EPSG","\d+"\]""", "");
}
