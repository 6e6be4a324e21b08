namespace ArcLearn.Core.Crs.Projections;

/// <summary>The Albers equal-area conic projection (EPSG method 9822; Snyder, equations 14-12 to 14-21).</summary>
internal sealed class AlbersEqualArea : IMapProjection
{
    private readonly Ellipsoid _ellipsoid;
    private readonly double _cone;
    private readonly double _constant;
    private readonly double _origin;

    /// <param name="ellipsoid">The ellipsoid.</param>
    /// <param name="latitude">Of the origin of northings, in radians.</param>
    /// <param name="parallel1">A parallel of true scale, in radians.</param>
    /// <param name="parallel2">The other, which may be the same.</param>
    public AlbersEqualArea(Ellipsoid ellipsoid, double latitude, double parallel1, double parallel2)
    {
        _ellipsoid = ellipsoid;
        double square1 = Square(parallel1);
        double area1 = ellipsoid.AuthalicArea(parallel1);
        _cone = Math.Abs(parallel1 - parallel2) < 1e-10
            ? Math.Sin(parallel1)
            : (square1 - Square(parallel2)) / (ellipsoid.AuthalicArea(parallel2) - area1);
        _constant = square1 + (_cone * area1);
        _origin = Radius(latitude);

        double Square(double parallel) => Math.Pow(ellipsoid.ParallelRadius(parallel), 2);
    }

    public (double X, double Y) Project(double longitude, double latitude)
    {
        double radius = Radius(latitude);
        double angle = _cone * longitude;
        return (radius * Math.Sin(angle), _origin - (radius * Math.Cos(angle)));
    }

    public (double Longitude, double Latitude) Unproject(double x, double y)
    {
        double sign = Math.Sign(_cone);
        double down = _origin - y;
        double radius = double.Hypot(x, down) * _cone / _ellipsoid.SemiMajorAxis;
        double area = (_constant - (radius * radius)) / _cone;
        double authalic = Math.Asin(area / _ellipsoid.AuthalicArea(Math.PI / 2));
        return (Math.Atan2(sign * x, sign * down) / _cone, _ellipsoid.FromAuthalic(authalic));
    }

    private double Radius(double latitude) =>
        _ellipsoid.SemiMajorAxis * Math.Sqrt(_constant - (_cone * _ellipsoid.AuthalicArea(latitude))) / _cone;
}
