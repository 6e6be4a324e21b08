namespace ArcLearn.Core.Crs.Projections;

/// <summary>The Lambert cylindrical equal-area projection (EPSG method 9835; Snyder, equations 10-13 to 10-17).</summary>
/// <param name="ellipsoid">The ellipsoid.</param>
/// <param name="scale">On the equator.</param>
internal sealed class CylindricalEqualArea(Ellipsoid ellipsoid, double scale) : IMapProjection
{
    private readonly double _radius = ellipsoid.SemiMajorAxis * scale;
    private readonly double _height = ellipsoid.SemiMajorAxis / (2 * scale);

    public (double X, double Y) Project(double longitude, double latitude) => (_radius * longitude, _height * ellipsoid.AuthalicArea(latitude));

    public (double Longitude, double Latitude) Unproject(double x, double y) =>
        (x / _radius, ellipsoid.FromAuthalic(Math.Asin(y / (_height * ellipsoid.AuthalicArea(Math.PI / 2)))));
}
