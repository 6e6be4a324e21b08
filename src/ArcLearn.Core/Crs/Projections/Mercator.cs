namespace ArcLearn.Core.Crs.Projections;

/// <summary>The Mercator projection (EPSG methods 9804 and 9805; Snyder, equations 7-6 to 7-12); on a sphere it is Web Mercator (1024).</summary>
/// <param name="ellipsoid">The ellipsoid.</param>
/// <param name="scale">On the equator.</param>
internal sealed class Mercator(Ellipsoid ellipsoid, double scale) : IMapProjection
{
    private readonly double _radius = ellipsoid.SemiMajorAxis * scale;

    public (double X, double Y) Project(double longitude, double latitude) => (_radius * longitude, _radius * ellipsoid.Isometric(latitude));

    public (double Longitude, double Latitude) Unproject(double x, double y) => (x / _radius, ellipsoid.FromIsometric(y / _radius));
}
