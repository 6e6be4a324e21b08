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
    [InlineData(2154, 32631, "EPSG:2154", "-t_srs EPSG:32631")]
    [InlineData(4326, 27700, "EPSG:27700", "-t_srs EPSG:4326")]
    [InlineData(2154, 27700, "EPSG:2154", "-t_srs EPSG:4326")]
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

        Assert.Contains("NAD27 / UTM zone 18N", error.Message, StringComparison.Ordinal);
    }

    private static ICoordinateTransform Create(int from, int to) =>
        CoordinateTransforms.Create(CoordinateSystems.FromEpsg(from), CoordinateSystems.FromEpsg(to));
}
