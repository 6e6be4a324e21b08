using System.Globalization;
using ArcLearn.Core.Crs;
using ArcLearn.Tests.Unit.Vectors;

namespace ArcLearn.Tests.Unit.Crs;

public sealed class CoordinateTransformTests
{
    /// <summary>A micrometre, and as much in degrees.</summary>
    private const double Metres = 1e-6;
    private const double Degrees = 1e-11;

    [Fact]
    public void Create_agrees_with_PROJ_to_a_micrometre()
    {
        int rows = 0;
        Dictionary<(int, int), ICoordinateTransform> transforms = [];
        foreach (string line in File.ReadLines(VectorData.PathOf("proj-points.csv")).Skip(2))
        {
            double[] row = [.. line.Split(',').Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
            (int from, int to) = ((int)row[0], (int)row[1]);
            if (!transforms.TryGetValue((from, to), out ICoordinateTransform? transform))
            {
                transforms[(from, to)] = transform = Create(from, to);
            }

            (double x, double y) = transform.Apply(row[2], row[3]);

            bool geographic = to is 4326 or 4258 or 4269;
            // A degree of longitude shrinks towards the poles, and with it what an error in it is worth.
            double dx = Math.Abs(x - row[4]) * (geographic ? Math.Cos(row[5] * Math.PI / 180) : 1);
            double error = Math.Max(dx, Math.Abs(y - row[5]));
            Assert.True(error <= (geographic ? Degrees : Metres), $"{line}: found {x:R},{y:R}");
            rows++;
        }

        Assert.True(rows >= 200, $"only {rows} points");
    }

    [Theory]
    [InlineData(32618, -75, 0, 500000, 0)]
    [InlineData(32718, -75, 0, 500000, 10000000)]
    [InlineData(3857, 180, 0, 20037508.342789244, 0)]
    public void Create_puts_the_origin_where_the_definition_says(int code, double longitude, double latitude, double x, double y)
    {
        (double actualX, double actualY) = Create(4326, code).Apply(longitude, latitude);

        Assert.Equal(x, actualX, 1e-6);
        Assert.Equal(y, actualY, 1e-6);
    }

    [Fact]
    public void A_zone_is_continuous_across_the_180th_meridian()
    {
        ICoordinateTransform transform = Create(4326, 32601);

        Assert.Equal(transform.Apply(-180, 10).X, transform.Apply(180, 10).X, 1e-6);
        Assert.True(transform.Apply(179.9, 10).X < transform.Apply(-179.9, 10).X);
    }

    [Theory]
    [InlineData(4326, 4326)]
    [InlineData(4326, 4269)]
    [InlineData(4258, 4326)]
    [InlineData(2154, 2154)]
    [InlineData(900913, 3857)]
    public void Equal_systems_and_null_shifts_are_an_identity(int from, int to)
    {
        ICoordinateTransform transform = Create(from, to);

        Assert.True(transform.IsIdentity);
        Assert.Equal((12.5, -7.25), transform.Apply(12.5, -7.25));
    }

    [Theory]
    [InlineData(27200, 32631, "EPSG:27200", "-t_srs EPSG:32631")]
    [InlineData(4326, 5514, "EPSG:5514", "-t_srs EPSG:4326")]
    [InlineData(27200, 5514, "EPSG:27200", "-t_srs EPSG:4326")]
    public void Create_names_a_system_it_cannot_compute_and_the_remedy(int from, int to, string name, string remedy)
    {
        LearnDataException error = Assert.Throws<LearnDataException>(() => Create(from, to));

        Assert.Equal("UnknownCrs", error.Id);
        Assert.Contains($"'{name}'", error.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_refuses_a_datum_that_needs_a_shift_even_in_a_known_projection()
    {
        string nad27 = """PROJCS["NAD27 / UTM zone 18N",GEOGCS["NAD27",DATUM["North_American_Datum_1927",SPHEROID["Clarke 1866",6378206.4,294.978698213898]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",-75],PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["metre",1]]""";

        LearnDataException error = Assert.Throws<LearnDataException>(
            () => CoordinateTransforms.Create(CoordinateSystems.FromWkt(nad27), CoordinateSystems.FromEpsg(32618)));

        Assert.Equal("DatumShift", error.Id);
        Assert.Contains("NAD27 / UTM zone 18N", error.Message, StringComparison.Ordinal);
        Assert.Contains("North American Datum 1927", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(27700, 4326)]   // OSGB36
    [InlineData(28992, 4258)]   // Amersfoort
    [InlineData(4267, 4269)]    // NAD27
    [InlineData(4283, 7844)]    // GDA94 and GDA2020
    [InlineData(9057, 4269)]    // a realisation of WGS 84
    [InlineData(4322, 4326)]    // WGS 72
    public void Create_refuses_other_shifts(int from, int to)
    {
        LearnDataException error = Assert.Throws<LearnDataException>(() => Create(from, to));

        Assert.Equal(from == 28992 ? "UnknownCrs" : "DatumShift", error.Id);
    }

    /// <summary>A northing beyond the pole is a place on the far side, as for PROJ: echo 600000 10500000 | gdaltransform -s_srs EPSG:32633 -t_srs EPSG:4326</summary>
    [Theory]
    [InlineData(500_000, 9_990_000, 15, 89.9286610581324)]
    [InlineData(500_000, 10_100_000, -165, 89.0861103235518)]
    [InlineData(600_000, 10_500_000, -176.276984612907, 85.4152170310737)]
    [InlineData(500_000, 19_000_000, -165, 9.00974797071988)]
    [InlineData(500_000, -10_100_000, -165, -89.0861103235518)]
    public void Northings_beyond_the_pole_are_taken_as_PROJ_takes_them(double x, double y, double longitude, double latitude)
    {
        (double actualX, double actualY) = Create(32633, 4326).Apply(x, y);

        Assert.Equal(longitude, actualX, 1e-9);
        Assert.Equal(latitude, actualY, 1e-9);
    }

    [Theory]
    [InlineData(32632, 25832, false)]
    [InlineData(4258, 4269, true)]
    [InlineData(4326, 26918, false)]
    [InlineData(4283, 4326, true)]
    [InlineData(7844, 4326, true)]
    [InlineData(9057, 4326, true)]
    public void Datums_taken_as_equal_are_told(int from, int to, bool isIdentity)
    {
        ICoordinateTransform transform = Create(from, to);

        Assert.Equal(isIdentity, transform.IsIdentity);
        Assert.Contains("taken as equal", transform.Note, StringComparison.Ordinal);
        Assert.Null(Create(to, to).Note);
    }

    [Theory]
    [InlineData(26717, 4267)]
    [InlineData(27572, 4807)]   // Paris meridian and grads
    [InlineData(27700, 4277)]
    public void Systems_on_one_datum_convert_whatever_it_is(int projected, int geographic)
    {
        ICoordinateTransform there = Create(projected, geographic);
        (double x, double y) = Create(geographic, projected).Apply(there.Apply(600_000, 2_200_000).X, there.Apply(600_000, 2_200_000).Y);

        Assert.Equal(600_000, x, 1e-6);
        Assert.Equal(2_200_000, y, 1e-6);
        Assert.Null(there.Note);
    }

    [Fact]
    public void Grads_from_Paris_are_what_PROJ_makes_of_them()
    {
        // echo 600000 2200000 | gdaltransform -s_srs EPSG:27572 -t_srs EPSG:4807
        (double x, double y) = Create(27572, 4807).Apply(600_000, 2_200_000);

        Assert.Equal(0, x, 1e-9);
        Assert.Equal(52, y, 1e-9);
    }

    [Theory]
    [InlineData(4326, 32618, -75, 91)]
    [InlineData(4326, 32618, 583960, 4507523)]
    [InlineData(4326, 3857, 0, 90)]
    [InlineData(4326, 2193, -97, 0)]
    [InlineData(4326, 2154, 3, -90)]
    public void Positions_that_a_projection_does_not_reach_are_no_numbers(int from, int to, double x, double y)
    {
        from = from == 4326 && to is 2193 ? 4167 : from;

        (double foundX, double foundY) = Create(from, to).Apply(x, y);

        Assert.False(double.IsFinite(foundX) && double.IsFinite(foundY), $"{foundX}, {foundY}");
    }

    private static ICoordinateTransform Create(int from, int to) =>
        CoordinateTransforms.Create(CoordinateSystems.FromEpsg(from), CoordinateSystems.FromEpsg(to));
}
