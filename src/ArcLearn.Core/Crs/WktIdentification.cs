namespace ArcLearn.Core.Crs;

/// <summary>Finds the EPSG code behind well-known text: by its authority, else by datum, projection and parameters in OGC's or Esri's spelling.</summary>
internal static class WktIdentification
{
    /// <summary>The code, or null where neither the text nor its parameters tell.</summary>
    public static int? FindCode(WktNode root)
    {
        WktNode crs = Horizontal(root);
        if (crs.Authority("EPSG") is int code)
        {
            return KnownCrs.FromCode(code)?.Epsg ?? code;
        }

        if (crs.Authority("ESRI") is int esri && KnownCrs.FromCode(esri) is KnownCrs alias)
        {
            return alias.Epsg;
        }

        return crs.Is("PROJCS") ? FindProjected(crs)?.Epsg : crs.Is("GEOGCS") ? FindDatum(crs)?.GeographicCode : null;
    }

    /// <summary>A compound system's horizontal part is what positions are in.</summary>
    private static WktNode Horizontal(WktNode root)
    {
        while (root.Is("COMPD_CS", "COMPOUNDCRS") && root.Child("PROJCS", "GEOGCS", "PROJCRS", "GEOGCRS", "COMPD_CS") is WktNode part)
        {
            root = part;
        }

        return root;
    }

    private static KnownCrs? FindProjected(WktNode crs)
    {
        if (crs.Child("GEOGCS") is not WktNode geographic
            || crs.Child("PROJECTION") is not WktNode projection
            || crs.Child("UNIT")?.Number(1) is not double unit
            || !IsNear(unit, 1))
        {
            return null;
        }

        string method = WktNode.Plain(projection.Name);
        if (IsWebMercator(crs, geographic, method))
        {
            return KnownCrs.FromCode(3857);
        }

        if (method is not ("transversemercator" or "gausskruger")
            || FindDatum(geographic) is not GeodeticDatum datum
            || !Has(crs, "latitude_of_origin", 0)
            || !Has(crs, "scale_factor", Utm.ScaleFactor)
            || !Has(crs, "false_easting", Utm.FalseEasting)
            || crs.Parameter("central_meridian") is not double meridian)
        {
            return null;
        }

        double zone = (meridian + 183) / 6;
        bool isSouth = Has(crs, "false_northing", Utm.SouthFalseNorthing);
        return IsNear(zone, Math.Round(zone)) && (isSouth || Has(crs, "false_northing", 0))
            ? KnownCrs.FromZone(datum, (int)Math.Round(zone), isSouth)
            : null;
    }

    /// <summary>
    /// The text of a plain Mercator on WGS 84 is ellipsoidal and up to 36 km off: only Esri's own projection name, a spherical
    /// ellipsoid, GDAL's extension or the system's own name make it Web Mercator.
    /// </summary>
    private static bool IsWebMercator(WktNode crs, WktNode geographic, string method)
    {
        bool sphere = method == "mercatorauxiliarysphere"
            || (method is "mercator1sp" or "mercator"
                && (geographic.Child("DATUM")?.Child("SPHEROID") is { } spheroid && IsNear(spheroid.Number(2) ?? 1, 0)
                    || (crs.Child("EXTENSION") is { Values.Count: > 1 } extension
                        && extension.Values[1].Contains("+b=6378137", StringComparison.Ordinal))
                    || WktNode.Plain(crs.Name) is "wgs84pseudomercator" or "googlemapsglobalmercator" or "wgs1984webmercatorauxiliarysphere"));
        return sphere
            && IsNear(geographic.Child("DATUM")?.Child("SPHEROID")?.Number(1) ?? 0, 6378137)
            && Has(crs, "central_meridian", 0, orAbsent: true)
            && Has(crs, "false_easting", 0, orAbsent: true)
            && Has(crs, "false_northing", 0, orAbsent: true)
            && Has(crs, "standard_parallel_1", 0, orAbsent: true)
            && Has(crs, "scale_factor", 1, orAbsent: true);
    }

    private static GeodeticDatum? FindDatum(WktNode geographic)
    {
        WktNode? datum = geographic.Child("DATUM");
        GeodeticDatum? known = GeodeticDatum.FromWktName(datum?.Name ?? "");
        return known is not null
            && datum!.Child("SPHEROID", "ELLIPSOID") is { } spheroid
            && IsNear(spheroid.Number(1) ?? 0, known.SemiMajorAxis)
            && Math.Abs((spheroid.Number(2) ?? 0) - known.InverseFlattening) < 1e-4
            && IsNear(geographic.Child("PRIMEM")?.Number(1) ?? 0, 0)
            && Math.Abs((geographic.Child("UNIT")?.Number(1) ?? 0) - (Math.PI / 180)) < 1e-10
            ? known
            : null;
    }

    private static bool Has(WktNode crs, string parameter, double expected, bool orAbsent = false) =>
        crs.Parameter(parameter) is double value ? IsNear(value, expected) : orAbsent || expected == 0;

    private static bool IsNear(double value, double expected) => Math.Abs(value - expected) <= 1e-9 * Math.Max(1, Math.Abs(expected));
}
