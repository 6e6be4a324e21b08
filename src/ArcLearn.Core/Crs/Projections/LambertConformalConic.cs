namespace ArcLearn.Core.Crs.Projections;

/// <summary>The Lambert conformal conic projection with one or two standard parallels (EPSG methods 9801 and 9802; Snyder, equations 15-1 to 15-11).</summary>
internal sealed class LambertConformalConic : IMapProjection
{
    private readonly Ellipsoid _ellipsoid;
    private readonly double _cone;
    private readonly double _radius;
    private readonly double _origin;

    /// <param name="ellipsoid">The ellipsoid.</param>
    /// <param name="latitude">Of the origin of northings, in radians.</param>
    /// <param name="parallel1">A parallel of true scale, in radians.</param>
    /// <param name="parallel2">The other, which may be the same.</param>
    /// <param name="scale">What true scale is multiplied with.</param>
    public LambertConformalConic(Ellipsoid ellipsoid, double latitude, double parallel1, double parallel2, double scale)
    {
        _ellipsoid = ellipsoid;
        double isometric = ellipsoid.Isometric(parallel1);
        double radius = ellipsoid.ParallelRadius(parallel1);
        _cone = Math.Abs(parallel1 - parallel2) < 1e-10
            ? Math.Sin(parallel1)
            : Math.Log(radius / ellipsoid.ParallelRadius(parallel2)) / (ellipsoid.Isometric(parallel2) - isometric);
        _radius = scale * ellipsoid.SemiMajorAxis * radius * Math.Exp(_cone * isometric) / _cone;
        _origin = Radius(latitude);
    }

    public (double X, double Y) Project(double longitude, double latitude)
    {
        double radius = Radius(latitude);
        double angle = _cone * longitude;
        return (radius * Math.Sin(angle), _origin - (radius * Math.Cos(angle)));
    }

    public (double Longitude, double Latitude) Unproject(double x, double y)
    {
        // A cone that opens southwards has negative radii.
        double sign = Math.Sign(_cone);
        double down = _origin - y;
        double radius = sign * double.Hypot(x, down);
        double longitude = Math.Atan2(sign * x, sign * down) / _cone;
        return (longitude, _ellipsoid.FromIsometric(-Math.Log(radius / _radius) / _cone));
    }

    private double Radius(double latitude) => _radius * Math.Exp(-_cone * _ellipsoid.Isometric(latitude));
}
