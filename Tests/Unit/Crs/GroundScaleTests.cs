using ArcLearn.Core.Crs;

namespace ArcLearn.Tests.Unit.Crs;

public sealed class GroundScaleTests
{
    private const string Geographic = """GEOGCS["Somewhere",DATUM["Some_Datum",SPHEROID["Some",6378137,298.2]],PRIMEM["Greenwich",0],UNIT["{0}",{1}]]""";

    // Lengths of a degree on the ellipsoid of WGS 84, as tables of it give them.
    [Theory]
    [InlineData(0, 111319.5, 110574.3)]
    [InlineData(45, 78846.8, 111131.8)]
    [InlineData(-60, 55800.0, 111412.3)]
    public void A_degree_is_shorter_along_a_parallel(double latitude, double x, double y)
    {
        GroundSize metres = GroundScale.At(CoordinateSystems.FromEpsg(4326), 10, latitude)!.Value;

        Assert.Equal((x, y), (Math.Round(metres.X, 1), Math.Round(metres.Y, 1)));
    }

    [Fact]
    public void A_geographic_code_without_text_is_in_degrees_all_the_same() =>
        Assert.Equal(GroundScale.At(CoordinateSystems.FromEpsg(4326), 0, 45), GroundScale.At(new SpatialReference("Tokyo", 4301, null), 0, 45));

    [Fact]
    public void A_geographic_system_may_have_another_unit_than_the_degree()
    {
        string grads = Geographic.Replace("{0}", "grad", StringComparison.Ordinal).Replace("{1}", "0.015707963267949", StringComparison.Ordinal);
        GroundSize metres = GroundScale.At(CoordinateSystems.FromWkt(grads), 0, 50)!.Value;

        // 50 grads are 45 degrees, and a grad is nine tenths of a degree.
        Assert.Equal(0.9 * 78846.8, metres.X, 0.1);
        Assert.Equal(0.9 * 111131.8, metres.Y, 0.1);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(8399737.889818357, 0.5)]                            // 60 degrees north
    [InlineData(-8399737.889818357, 0.5)]
    public void Web_Mercator_shrinks_with_the_cosine_of_the_latitude(double y, double expected)
    {
        GroundSize metres = GroundScale.At(CoordinateSystems.FromEpsg(3857), 0, y)!.Value;

        Assert.Equal(expected, metres.X, 1e-9);
        Assert.Equal(metres.X, metres.Y);
    }

    [Theory]
    [InlineData("""PROJCS["NAD83 / New York Long Island (ftUS)",GEOGCS["NAD83",DATUM["North_American_Datum_1983",SPHEROID["GRS 1980",6378137,298.257222101]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Lambert_Conformal_Conic_2SP"],UNIT["US survey foot",0.304800609601219]]""", 0.304800609601219)]
    [InlineData("""PROJCRS["x",BASEGEOGCRS["y",DATUM["z",ELLIPSOID["e",6378137,298.2]]],CONVERSION["c",METHOD["Lambert Conic Conformal (2SP)"]],CS[Cartesian,2],AXIS["(E)",east,LENGTHUNIT["foot",0.3048]]]""", 0.3048)]
    [InlineData("""COMPD_CS["a",PROJCS["b",GEOGCS["c",DATUM["d",SPHEROID["e",6378137,298.2]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],UNIT["kilometre",1000]],VERT_CS["f",VERT_DATUM["g",2005],UNIT["metre",1]]]""", 1000)]
    public void A_projected_system_says_its_unit(string wkt, double expected) =>
        Assert.Equal(new GroundSize(expected, expected), GroundScale.At(CoordinateSystems.FromWkt(wkt), 300_000, 60_000));

    [Fact]
    public void What_is_not_known_is_not_guessed()
    {
        Assert.Null(GroundScale.At(null, 0, 0));
        Assert.Null(GroundScale.At(new SpatialReference("local", null, null), 0, 0));
        Assert.Null(GroundScale.At(new SpatialReference("some grid", 5514, null), 0, 0));
        Assert.Null(GroundScale.At(
            CoordinateSystems.FromWkt("""PROJCS["m",GEOGCS["c",DATUM["d",SPHEROID["e",6378137,298.2]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Mercator_1SP"],UNIT["metre",1]]"""),
            0, 8_000_000));
    }
}
