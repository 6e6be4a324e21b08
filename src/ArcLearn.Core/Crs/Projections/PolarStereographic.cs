namespace ArcLearn.Core.Crs.Projections;

/// <summary>The polar stereographic projection, by its scale at the pole or its parallel of true scale (EPSG methods 9810 and 9829; Snyder, equations 21-30 to 21-40).</summary>
internal sealed class PolarStereographic : IMapProjection
{
    private readonly Ellipsoid _ellipsoid;
    private readonly double _pole;
    private readonly double _radius;

    private PolarStereographic(Ellipsoid ellipsoid, bool isSouth, double radius) =>
        (_ellipsoid, _pole, _radius) = (ellipsoid, isSouth ? -1 : 1, radius);

    /// <summary>Variant A.</summary>
    public static PolarStereographic WithScale(Ellipsoid ellipsoid, bool isSouth, double scale)
    {
        double e = ellipsoid.Eccentricity;
        return new PolarStereographic(
            ellipsoid, isSouth, 2 * ellipsoid.SemiMajorAxis * scale / Math.Sqrt(Math.Pow(1 + e, 1 + e) * Math.Pow(1 - e, 1 - e)));
    }

    /// <summary>Variant B.</summary>
    /// <param name="ellipsoid">The ellipsoid.</param>
    /// <param name="parallel">The parallel of true scale, in radians; its sign tells the pole.</param>
    public static PolarStereographic WithParallel(Ellipsoid ellipsoid, double parallel) => Math.Abs(parallel) > (Math.PI / 2) - 1e-10
        ? WithScale(ellipsoid, parallel < 0, 1)
        : new PolarStereographic(
            ellipsoid,
            parallel < 0,
            ellipsoid.SemiMajorAxis * ellipsoid.ParallelRadius(parallel) * Math.Exp(ellipsoid.Isometric(Math.Abs(parallel))));

    public (double X, double Y) Project(double longitude, double latitude)
    {
        double radius = _radius * Math.Exp(-_ellipsoid.Isometric(_pole * latitude));
        return (radius * Math.Sin(longitude), -_pole * radius * Math.Cos(longitude));
    }

    public (double Longitude, double Latitude) Unproject(double x, double y)
    {
        double radius = double.Hypot(x, y);
        double latitude = radius == 0 ? Math.PI / 2 : _ellipsoid.FromIsometric(-Math.Log(radius / _radius));
        return (Math.Atan2(x, -_pole * y), _pole * latitude);
    }
}
