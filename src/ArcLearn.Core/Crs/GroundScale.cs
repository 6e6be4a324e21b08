namespace ArcLearn.Core.Crs;

/// <summary>Lengths on the ground along the two axes of a coordinate system, in metres.</summary>
internal readonly record struct GroundSize(double X, double Y);

/// <summary>What a unit of a coordinate system measures on the ground.</summary>
internal static class GroundScale
{
    private const double DegreesToRadians = Math.PI / 180;

    private static readonly Ellipsoid s_ellipsoid = new("WGS 84", 7030, 6378137, 298.257223563);

    /// <summary>
    /// Metres per unit at a place. Degrees follow the ellipsoid of WGS 84 at that latitude, Web Mercator is scaled by the cosine of
    /// the latitude, other projected systems have their unit's length everywhere.
    /// </summary>
    /// <returns>Null where the unit is not known: no system, a code without text that is not computed here, a plain Mercator.</returns>
    public static GroundSize? At(SpatialReference? crs, double x, double y)
    {
        if (crs is null)
        {
            return null;
        }

        if (CoordinateSystems.Identify(crs) is CrsDefinition known)
        {
            double unit = known.Geographic.DegreesPerUnit * DegreesToRadians;
            return known.Method switch
            {
                ProjectionMethod.None => Degrees(y * unit, unit),
                ProjectionMethod.WebMercator => Square(1 / Math.Cosh(y / known.Geographic.Datum.Ellipsoid.SemiMajorAxis)),   // the cosine of the latitude
                ProjectionMethod.MercatorA or ProjectionMethod.MercatorB => null,
                _ => Square(known.Unit.Metres),
            };
        }

        if (crs.Wkt is not string wkt)
        {
            return crs.Epsg is int code && EpsgTable.IsGeographic(code) ? Degrees(y * DegreesToRadians, DegreesToRadians) : null;
        }

        WktNode root = WktParser.Parse(wkt, crs.Name);
        while (root.Is("COMPD_CS", "COMPOUNDCRS", "BOUNDCRS", "SOURCECRS")
            && root.Child("PROJCS", "GEOGCS", "PROJCRS", "GEOGCRS", "GEODCRS", "SOURCECRS", "COMPD_CS") is WktNode part)
        {
            root = part;
        }

        return root.Is("GEOGCS", "GEOGCRS", "GEOGRAPHICCRS", "GEODCRS", "GEODETICCRS")
            ? Unit(root, "ANGLEUNIT") is double radians ? Degrees(y * radians, radians) : null
            : root.Is("PROJCS", "PROJCRS", "PROJECTEDCRS") && !IsMercator(root) && Unit(root, "LENGTHUNIT") is double metres ? Square(metres) : null;
    }

    private static GroundSize Square(double metres) => new(metres, metres);

    /// <summary>Radii of curvature of the ellipsoid (EPSG guidance note 7-2, "Local geodetic ellipsoid parameters").</summary>
    private static GroundSize Degrees(double latitude, double unit)
    {
        double e2 = s_ellipsoid.EccentricitySquared;
        double w2 = 1 - (e2 * Math.Sin(latitude) * Math.Sin(latitude));
        double primeVertical = s_ellipsoid.SemiMajorAxis / Math.Sqrt(w2);
        return new GroundSize(primeVertical * Math.Cos(latitude) * unit, primeVertical * (1 - e2) / w2 * unit);
    }

    /// <summary>Its scale grows with the latitude, so that the unit alone says nothing.</summary>
    private static bool IsMercator(WktNode projected) =>
        WktNode.Plain((projected.Child("PROJECTION") ?? projected.Child("CONVERSION")?.Child("METHOD"))?.Name ?? "").StartsWith("mercator", StringComparison.Ordinal);

    /// <summary>WKT 2 may name the unit with each axis only.</summary>
    private static double? Unit(WktNode crs, string keyword) =>
        (crs.Child("UNIT", keyword) ?? crs.Child("AXIS")?.Child("UNIT", keyword))?.Number(1) is double unit && unit > 0 ? unit : null;
}
