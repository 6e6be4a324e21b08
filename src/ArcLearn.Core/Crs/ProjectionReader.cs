namespace ArcLearn.Core.Crs;

/// <summary>Reads a projection's name and parameters in the spellings of WKT 1, Esri and WKT 2.</summary>
/// <param name="node">What holds the parameters.</param>
/// <param name="degrees">Degrees in the unit of angles that name none.</param>
/// <param name="metres">Metres in the unit of lengths that name none.</param>
internal sealed class ProjectionReader(WktNode node, double degrees, double metres)
{
    private static readonly string[] s_latitude =
        ["latitudeoforigin", "latitudeofcenter", "latitudeofcentre", "latitudeofnaturalorigin", "latitudeoffalseorigin", "latitudeofprojectioncentre"];

    private static readonly string[] s_longitude =
    [
        "centralmeridian", "longitudeofcenter", "longitudeofcentre", "longitudeoforigin", "longitudeofnaturalorigin", "longitudeoffalseorigin",
        "straightverticallongitudefrompole",
    ];

    private static readonly string[] s_parallel1 = ["standardparallel1", "latitudeof1ststandardparallel", "latitudeofstandardparallel"];
    private static readonly string[] s_parallel2 = ["standardparallel2", "latitudeof2ndstandardparallel"];
    private static readonly string[] s_scale = ["scalefactor", "scalefactoratnaturalorigin"];
    private static readonly string[] s_easting = ["falseeasting", "eastingatfalseorigin"];
    private static readonly string[] s_northing = ["falsenorthing", "northingatfalseorigin"];
    private static readonly HashSet<string> s_known =
        [.. s_latitude, .. s_longitude, .. s_parallel1, .. s_parallel2, .. s_scale, .. s_easting, .. s_northing, "auxiliaryspheretype"];

    /// <exception cref="FormatException">The method or a parameter is not computed here.</exception>
    public (ProjectionMethod Method, ProjectionParameters Parameters) Read(string name)
    {
        if (node.Children.FirstOrDefault(child => child.Is("PARAMETER") && !s_known.Contains(WktNode.Plain(child.Name)) && child.Number(1) is not 0) is WktNode odd)
        {
            throw new FormatException($"its projection '{name}' has the parameter '{odd.Name}'");
        }

        ProjectionParameters found = new(
            Angle(s_latitude), Angle(s_longitude), Angle(s_parallel1), Angle(s_parallel2), Find(s_scale)?.Number(1), Length(s_easting), Length(s_northing));
        (ProjectionMethod method, ProjectionParameters used) = Choose(name, found);
        Check(name, method, used);
        return (method, used);
    }

    private static (ProjectionMethod Method, ProjectionParameters Parameters) Choose(string name, ProjectionParameters p)
    {
        double latitude = p.Latitude ?? 0;
        switch (WktNode.Plain(name))
        {
            case "transversemercator" or "gausskruger":
                return (ProjectionMethod.TransverseMercator, p with { Parallel1 = null, Parallel2 = null });
            case "lambertconformalconic1sp" or "lambertconicconformal1sp":
                return (ProjectionMethod.LambertConformalConic1SP, p with { Parallel1 = null, Parallel2 = null });
            case "lambertconformalconic" when p.Parallel2 is null && (p.Parallel1 is null || Math.Abs(p.Parallel1.Value - latitude) < 1e-10):
                return (ProjectionMethod.LambertConformalConic1SP, p with { Parallel1 = null });
            case "lambertconformalconic" or "lambertconformalconic2sp" or "lambertconicconformal2sp":
                return (ProjectionMethod.LambertConformalConic2SP, p with { Parallel2 = p.Parallel2 ?? p.Parallel1 });
            case "albersconicequalarea" or "albers" or "albersequalarea":
                return (ProjectionMethod.AlbersEqualArea, p);
            case "lambertazimuthalequalarea":
                return (ProjectionMethod.LambertAzimuthalEqualArea, p);
            case "polarstereographicvarianta" or "polarstereographic" when Math.Abs(latitude) > 90 - 1e-8 && p.Parallel1 is null:
                return (ProjectionMethod.PolarStereographicA, p);
            case "polarstereographicvariantb" or "polarstereographic" or "stereographicnorthpole" or "stereographicsouthpole" when (p.Scale ?? 1) == 1:
                return (ProjectionMethod.PolarStereographicB, p with { Latitude = null, Parallel1 = p.Parallel1 ?? p.Latitude });
            case "mercatorvarianta" or "mercator1sp" or "mercator" when p.Parallel1 is null && latitude == 0:
                return (ProjectionMethod.MercatorA, p);
            case "mercator" when p.Parallel1 == 0 && latitude == 0:
                return (ProjectionMethod.MercatorA, p with { Parallel1 = null });
            case "mercatorvariantb" or "mercatorvariantc" or "mercator2sp" or "mercator" when p.Parallel1 is not null && latitude == 0 && (p.Scale ?? 1) == 1:
                return (ProjectionMethod.MercatorB, p);
            case "cylindricalequalarea" or "lambertcylindricalequalarea" or "behrmann":
                return (ProjectionMethod.CylindricalEqualArea, p);
            default:
                throw new FormatException($"its projection '{name}' is not computed here");
        }
    }

    /// <summary>Only an ellipsoid that was made flat or a cone without an apex can come of these.</summary>
    private static void Check(string name, ProjectionMethod method, ProjectionParameters p)
    {
        bool isConic = method is ProjectionMethod.LambertConformalConic2SP or ProjectionMethod.AlbersEqualArea;
        double parallel1 = p.Parallel1 ?? 0;
        double cone = method == ProjectionMethod.LambertConformalConic1SP ? p.Latitude ?? 0 : isConic ? parallel1 + (p.Parallel2 ?? parallel1) : 90;
        bool isSound = new[] { p.Latitude, p.Parallel1, p.Parallel2 }.All(angle => Math.Abs(angle ?? 0) <= 90)
            && Math.Abs(cone) > 1e-6
            && (p.Scale ?? 1) > 0
            && double.IsFinite((p.Longitude ?? 0) + (p.FalseEasting ?? 0) + (p.FalseNorthing ?? 0))
            && (method != ProjectionMethod.PolarStereographicB || parallel1 != 0);
        if (!isSound)
        {
            throw new FormatException($"the parameters of its projection '{name}' make no map");
        }
    }

    private double? Angle(string[] names) =>
        Find(names) is WktNode found && found.Number(1) is double value
            ? Rounded(value * (found.Child("ANGLEUNIT", "UNIT")?.Number(1) is double radians ? radians * 180 / Math.PI : degrees))
            : null;

    private double? Length(string[] names) =>
        Find(names) is WktNode found && found.Number(1) is double value ? value * (found.Child("LENGTHUNIT", "UNIT")?.Number(1) ?? metres) : null;

    private WktNode? Find(string[] names) =>
        node.Children.FirstOrDefault(child => child.Is("PARAMETER") && names.Contains(WktNode.Plain(child.Name)));

    /// <summary>A degree given as 0.0174532925199433 radians must stay a whole one: a hundred of them are a micrometre apart.</summary>
    private static double Rounded(double angle) => Math.Round(angle, 12);
}
