namespace ArcLearn.Core.Crs;

/// <summary>
/// Makes a definition out of well-known text: WKT 1 in OGC's, GDAL's or Esri's spelling and WKT 2 (OGC 18-010r7). What is not computed
/// here gives null and the reason, as the end of a sentence.
/// </summary>
internal static class WktReader
{
    private const double DegreeInRadians = Math.PI / 180;

    private static readonly string[] s_horizontal =
        ["PROJCS", "GEOGCS", "PROJCRS", "PROJECTEDCRS", "GEOGCRS", "GEOGRAPHICCRS", "GEODCRS", "GEODETICCRS", "COMPD_CS", "COMPOUNDCRS", "BOUNDCRS"];

    private static readonly string[] s_zeros = ["central_meridian", "false_easting", "false_northing", "standard_parallel_1"];

    /// <summary>Old names of Web Mercator to its code.</summary>
    public static int Current(int code) => code is 102100 or 102113 or 900913 or 3785 ? 3857 : code;

    /// <summary>The code that the text itself carries; null without one.</summary>
    public static int? StatedCode(WktNode root)
    {
        WktNode crs = Horizontal(root);
        int? code = crs.Authority("EPSG") ?? (crs.Authority("ESRI") is int esri && Current(esri) != esri ? esri : null);
        return code is int found ? Current(found) : null;
    }

    /// <summary>The system that the text describes by its parameters, with the code of the listed system that is equal, if there is one.</summary>
    public static CrsDefinition? Read(WktNode root, out string? problem)
    {
        try
        {
            CrsDefinition system = Read(Horizontal(root));
            problem = null;
            return EpsgTable.FindEqual(system) is CrsDefinition listed ? system with { Epsg = listed.Epsg } : system;
        }
        catch (FormatException e)
        {
            problem = e.Message;
            return null;
        }
    }

    /// <summary>A compound system's horizontal part is what positions are in, and the source of a bound one.</summary>
    private static WktNode Horizontal(WktNode root)
    {
        while ((root.Is("COMPD_CS", "COMPOUNDCRS") ? root.Child(s_horizontal) : root.Is("BOUNDCRS") ? root.Child("SOURCECRS")?.Child(s_horizontal) : null) is WktNode part)
        {
            root = part;
        }

        return root;
    }

    private static CrsDefinition Read(WktNode crs)
    {
        if (crs.Is("GEOGCS", "GEOGCRS", "GEOGRAPHICCRS", "GEODCRS", "GEODETICCRS"))
        {
            return crs.Child("CS") is { Name: not "ellipsoidal" } axes
                ? throw new FormatException($"it has {axes.Name} coordinates")
                : CrsDefinition.Of(ReadGeographic(crs));
        }

        if (!crs.Is("PROJCS", "PROJCRS", "PROJECTEDCRS"))
        {
            throw new FormatException($"it is of the kind {crs.Keyword}");
        }

        WktNode geographicNode = crs.Child("GEOGCS", "BASEGEOGCRS", "BASEGEODCRS", "GEOGCRS") ?? throw new FormatException("it has no geographic system beneath");
        WktNode conversion = crs.Child("CONVERSION") ?? crs;
        WktNode projection = conversion.Child("PROJECTION", "METHOD") ?? throw new FormatException("it names no projection");
        LinearUnit unit = ReadUnit(crs);
        GeographicSystem geographic = ReadGeographic(geographicNode);
        bool isWkt2 = crs.Child("CONVERSION") is not null;
        ProjectionReader reader = new(conversion, isWkt2 ? 1 : geographic.DegreesPerUnit, unit.Metres);
        (ProjectionMethod method, ProjectionParameters parameters) = IsWebMercator(crs, geographic, WktNode.Plain(projection.Name))
            ? (ProjectionMethod.WebMercator, new ProjectionParameters(0, 0, null, null, null, 0, 0))
            : reader.Read(projection.Name);
        if (method == ProjectionMethod.WebMercator && geographic.Datum.Ellipsoid.Flattening == 0)
        {
            // Some writers give the sphere that the formula takes for the datum that the degrees are on.
            geographic = EpsgTable.Find(4326)!.Geographic;
        }

        RequirePlainAxes(crs, method);
        return new CrsDefinition(crs.Name, null, geographic, method, parameters, unit);
    }

    /// <summary>Of polar systems the axes are named after meridians; any other axis must point east or north.</summary>
    private static void RequirePlainAxes(WktNode crs, ProjectionMethod method)
    {
        bool isPolar = method is ProjectionMethod.PolarStereographicA or ProjectionMethod.PolarStereographicB or ProjectionMethod.LambertAzimuthalEqualArea;
        foreach (WktNode axis in crs.Children.Where(child => child.Is("AXIS") && child.Values.Count > 1))
        {
            string direction = axis.Values[1].ToUpperInvariant();
            if (direction == "WEST" || (direction == "SOUTH" && !isPolar))
            {
                throw new FormatException($"its axis '{axis.Name}' points {direction.ToLowerInvariant()}");
            }
        }
    }

    private static GeographicSystem ReadGeographic(WktNode node)
    {
        WktNode datumNode = node.Child("DATUM", "GEODETICDATUM", "TRF", "ENSEMBLE") ?? throw new FormatException("it names no datum");
        WktNode shape = datumNode.Child("SPHEROID", "ELLIPSOID") ?? throw new FormatException($"its datum '{datumNode.Name}' has no ellipsoid");
        if (shape.Number(1) is not (> 1000 and double axis) || shape.Number(2) is not (>= 0 and double inverse) || inverse is > 0 and < 50)
        {
            throw new FormatException($"the ellipsoid '{shape.Name}' has no axis and flattening that make sense");
        }

        axis *= shape.Child("LENGTHUNIT", "UNIT")?.Number(1) ?? 1;
        GeodeticDatum datum = FindDatum(datumNode, axis, inverse)
            ?? new GeodeticDatum(datumNode.Name, null, new Ellipsoid(shape.Name, shape.Authority("EPSG"), axis, inverse), StatedShift(datumNode));
        WktNode? meridian = node.Child("PRIMEM", "PRIMEMERIDIAN");

        // WKT 1 should give it in the system's unit, but GDAL and Esri write degrees beside grads.
        double longitude = (meridian?.Number(1) ?? 0) * ((meridian?.Child("ANGLEUNIT", "UNIT")?.Number(1) ?? DegreeInRadians) / DegreeInRadians);
        double unit = node.Child("UNIT", "ANGLEUNIT")?.Number(1) ?? node.Child("AXIS")?.Child("ANGLEUNIT", "UNIT")?.Number(1) ?? DegreeInRadians;
        return new GeographicSystem(node.Name, node.Authority("EPSG"), datum, meridian?.Name ?? "Greenwich", longitude, Math.Round(unit / DegreeInRadians, 9));
    }

    /// <summary>The listed datum of that code or name, if its ellipsoid is the one that the text gives.</summary>
    private static GeodeticDatum? FindDatum(WktNode node, double axis, double inverse)
    {
        GeodeticDatum? found = (node.Authority("EPSG") is int code ? EpsgTable.FindDatum(code) : null) ?? EpsgTable.FindDatum(node.Name);
        return found is not null && Math.Abs(found.Ellipsoid.SemiMajorAxis - axis) < 0.01 && Math.Abs(found.Ellipsoid.InverseFlattening - inverse) < 1e-4
            ? found
            : null;
    }

    /// <summary>A datum of any name whose text says that its shift to WGS 84 is none.</summary>
    private static DatumShift StatedShift(WktNode datum) =>
        datum.Child("TOWGS84") is { Values.Count: >= 3 } shift && Enumerable.Range(0, shift.Values.Count).All(i => shift.Number(i) == 0)
            ? DatumShift.None
            : DatumShift.Some;

    private static LinearUnit ReadUnit(WktNode crs)
    {
        WktNode? node = crs.Child("UNIT", "LENGTHUNIT") ?? crs.Child("AXIS")?.Child("LENGTHUNIT", "UNIT");
        if (node is null)
        {
            return LinearUnit.Metre;
        }

        return node.Number(1) is > 0 and double metres
            ? EpsgTable.FindUnit(metres) ?? new LinearUnit(node.Name, null, metres)
            : throw new FormatException($"its unit '{node.Name}' has no length");
    }

    /// <summary>
    /// The text of a plain Mercator on WGS 84 is ellipsoidal and up to 36 km off: only a projection name of its own, a spherical
    /// ellipsoid, GDAL's extension or the system's own name make it Web Mercator.
    /// </summary>
    private static bool IsWebMercator(WktNode crs, GeographicSystem geographic, string method) =>
        (method is "mercatorauxiliarysphere" or "popularvisualisationpseudomercator"
            || (method is "mercator1sp" or "mercator"
                && (geographic.Datum.Ellipsoid.Flattening == 0
                    || (crs.Child("EXTENSION") is { Values.Count: > 1 } extension && extension.Values[1].Contains("+b=6378137", StringComparison.Ordinal))
                    || WktNode.Plain(crs.Name) is "wgs84pseudomercator" or "googlemapsglobalmercator" or "wgs1984webmercatorauxiliarysphere")))
        && Math.Abs(geographic.Datum.Ellipsoid.SemiMajorAxis - 6378137) < 1e-3
        && s_zeros.All(name => (crs.Parameter(name) ?? 0) == 0)
        && (crs.Parameter("scale_factor") ?? 1) == 1;
}
