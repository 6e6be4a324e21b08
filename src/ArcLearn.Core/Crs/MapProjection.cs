namespace ArcLearn.Core.Crs;

/// <summary>Longitude and latitude in degrees to the coordinates of a known system, and back.</summary>
internal sealed class MapProjection
{
    private const double DegreesToRadians = Math.PI / 180;

    private readonly KnownCrs _crs;
    private readonly TransverseMercator? _utm;

    public MapProjection(KnownCrs crs)
    {
        _crs = crs;
        _utm = crs.Kind == CrsKind.Utm ? new TransverseMercator(crs.Datum, crs.CentralMeridian, crs.FalseNorthing) : null;
    }

    public (double X, double Y) Project(double longitude, double latitude)
    {
        if (_utm is not null)
        {
            return _utm.Project(longitude, latitude);
        }

        if (_crs.Kind == CrsKind.Geographic)
        {
            return (longitude, latitude);
        }

        // Web Mercator takes geodetic degrees as if they were on a sphere (EPSG method 1024); asinh(tan) stays exact near the equator.
        double radius = _crs.Datum.SemiMajorAxis;
        double y = Math.Abs(latitude) < 90 ? Math.Asinh(Math.Tan(latitude * DegreesToRadians)) : double.NaN;
        return (radius * longitude * DegreesToRadians, radius * y);
    }

    public (double Longitude, double Latitude) Unproject(double x, double y)
    {
        if (_utm is not null)
        {
            return _utm.Unproject(x, y);
        }

        if (_crs.Kind == CrsKind.Geographic)
        {
            return (x, y);
        }

        double radius = _crs.Datum.SemiMajorAxis;
        return (x / radius / DegreesToRadians, Math.Atan(Math.Sinh(y / radius)) / DegreesToRadians);
    }
}
