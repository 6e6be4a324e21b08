namespace ArcLearn.Core.Crs.Projections;

/// <summary>Between a system's own coordinates and degrees east of Greenwich and north on its datum.</summary>
internal sealed class ProjectedSystem
{
    private const double DegreesToRadians = Math.PI / 180;

    /// <summary>Longitudes are taken round the earth, but a number beyond this is an easting that was taken for one.</summary>
    private const double LargestLongitude = 540;

    private readonly CrsDefinition _system;
    private readonly IMapProjection? _projection;
    private readonly double _meridian;

    public ProjectedSystem(CrsDefinition system)
    {
        _system = system;
        _projection = system.IsGeographic ? null : Create(system);
        _meridian = system.Geographic.MeridianLongitude + (system.Parameters.Longitude ?? 0);
    }

    /// <summary>Degrees to the system's coordinates; NaN or infinite where the projection does not reach, or there is no such latitude.</summary>
    public (double X, double Y) Project(double longitude, double latitude)
    {
        if (!(Math.Abs(latitude) <= 90 && Math.Abs(longitude) <= LargestLongitude))
        {
            return (double.NaN, double.NaN);
        }

        if (_projection is null)
        {
            double unit = _system.Geographic.DegreesPerUnit;
            return (Math.IEEERemainder(longitude - _meridian, 360) / unit, latitude / unit);
        }

        (double x, double y) = _projection.Project(Math.IEEERemainder(longitude - _meridian, 360) * DegreesToRadians, latitude * DegreesToRadians);
        ProjectionParameters p = _system.Parameters;
        return ((x + (p.FalseEasting ?? 0)) / _system.Unit.Metres, (y + (p.FalseNorthing ?? 0)) / _system.Unit.Metres);
    }

    /// <summary>The system's coordinates to degrees, longitude in −180 to 180.</summary>
    public (double Longitude, double Latitude) Unproject(double x, double y)
    {
        if (_projection is null)
        {
            double unit = _system.Geographic.DegreesPerUnit;
            return ((x * unit) + _meridian, y * unit);
        }

        ProjectionParameters p = _system.Parameters;
        (double longitude, double latitude) = _projection.Unproject(
            (x * _system.Unit.Metres) - (p.FalseEasting ?? 0), (y * _system.Unit.Metres) - (p.FalseNorthing ?? 0));
        return (Math.IEEERemainder((longitude / DegreesToRadians) + _meridian, 360), latitude / DegreesToRadians);
    }

    private static IMapProjection Create(CrsDefinition system)
    {
        Ellipsoid shape = system.Geographic.Datum.Ellipsoid;
        ProjectionParameters p = system.Parameters;
        double latitude = (p.Latitude ?? 0) * DegreesToRadians;
        double parallel1 = (p.Parallel1 ?? 0) * DegreesToRadians;
        double parallel2 = (p.Parallel2 ?? p.Parallel1 ?? 0) * DegreesToRadians;
        double scale = p.Scale ?? 1;
        return system.Method switch
        {
            ProjectionMethod.TransverseMercator => new TransverseMercator(shape, latitude, scale),
            ProjectionMethod.LambertConformalConic1SP => new LambertConformalConic(shape, latitude, latitude, latitude, scale),
            ProjectionMethod.LambertConformalConic2SP => new LambertConformalConic(shape, latitude, parallel1, parallel2, scale),
            ProjectionMethod.AlbersEqualArea => new AlbersEqualArea(shape, latitude, parallel1, parallel2),
            ProjectionMethod.LambertAzimuthalEqualArea => new LambertAzimuthalEqualArea(shape, latitude),
            ProjectionMethod.PolarStereographicA => PolarStereographic.WithScale(shape, latitude < 0, scale),
            ProjectionMethod.PolarStereographicB => PolarStereographic.WithParallel(shape, parallel1),
            ProjectionMethod.MercatorA => new Mercator(shape, scale),
            ProjectionMethod.MercatorB => new Mercator(shape, shape.ParallelRadius(parallel1)),
            ProjectionMethod.CylindricalEqualArea => new CylindricalEqualArea(shape, shape.ParallelRadius(parallel1)),
            ProjectionMethod.WebMercator => new Mercator(new Ellipsoid("sphere", null, shape.SemiMajorAxis, 0), 1),
            _ => throw new ArgumentOutOfRangeException(nameof(system), system.Method, null),
        };
    }
}
