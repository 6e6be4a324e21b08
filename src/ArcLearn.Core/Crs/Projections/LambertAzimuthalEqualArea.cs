namespace ArcLearn.Core.Crs.Projections;

/// <summary>The Lambert azimuthal equal-area projection, oblique, equatorial or polar (EPSG method 9820; Snyder, equations 24-17 to 24-31).</summary>
internal sealed class LambertAzimuthalEqualArea : IMapProjection
{
    private readonly Ellipsoid _ellipsoid;
    private readonly double _sphere;
    private readonly double _sin;
    private readonly double _cos;
    private readonly double _stretch;

    /// <param name="ellipsoid">The ellipsoid.</param>
    /// <param name="latitude">Of the centre, in radians.</param>
    public LambertAzimuthalEqualArea(Ellipsoid ellipsoid, double latitude)
    {
        _ellipsoid = ellipsoid;
        _sphere = ellipsoid.SemiMajorAxis * Math.Sqrt(ellipsoid.AuthalicArea(Math.PI / 2) / 2);
        bool isPolar = Math.Abs(latitude) > (Math.PI / 2) - 1e-10;
        double authalic = isPolar ? Math.CopySign(Math.PI / 2, latitude) : ellipsoid.Authalic(latitude);
        _sin = Math.Sin(authalic);
        _cos = isPolar ? 0 : Math.Cos(authalic);

        // The ellipsoid's scale at the centre is made the same along both axes; at a pole it is.
        _stretch = isPolar ? 1 : ellipsoid.SemiMajorAxis * ellipsoid.ParallelRadius(latitude) / (_sphere * _cos);
    }

    public (double X, double Y) Project(double longitude, double latitude)
    {
        double authalic = _ellipsoid.Authalic(latitude);
        (double sin, double cos) = Math.SinCos(authalic);
        double along = cos * Math.Cos(longitude);
        double nearness = 1 + (_sin * sin) + (_cos * along);
        if (nearness < 1e-12)
        {
            return (double.NaN, double.NaN);
        }

        double scale = _sphere * Math.Sqrt(2 / nearness);
        return (scale * _stretch * cos * Math.Sin(longitude), scale / _stretch * ((_cos * sin) - (_sin * along)));
    }

    public (double Longitude, double Latitude) Unproject(double x, double y)
    {
        (double east, double north) = (x / _stretch, y * _stretch);
        double radius = double.Hypot(east, north);
        double angle = 2 * Math.Asin(radius / (2 * _sphere));
        (double sin, double cos) = Math.SinCos(angle);
        double away = radius == 0 ? 0 : sin / radius;

        // The sine and cosine of the authalic latitude come apart, so that neither loses digits at a pole.
        double up = (cos * _sin) + (north * away * _cos);
        double across = east * away;
        double along = (_cos * cos) - (_sin * north * away);
        return (Math.Atan2(across, along), _ellipsoid.FromAuthalic(Math.Atan2(up, double.Hypot(across, along))));
    }
}
