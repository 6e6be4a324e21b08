namespace ArcLearn.Core.Crs;

/// <summary>The map projections that are computed here; the numbers are EPSG's codes of the methods (Guidance Note 7-2).</summary>
internal enum ProjectionMethod
{
    /// <summary>Longitude and latitude.</summary>
    None = 0,
    WebMercator = 1024,
    LambertConformalConic1SP = 9801,
    LambertConformalConic2SP = 9802,
    MercatorA = 9804,
    MercatorB = 9805,
    TransverseMercator = 9807,
    PolarStereographicA = 9810,
    LambertAzimuthalEqualArea = 9820,
    AlbersEqualArea = 9822,
    PolarStereographicB = 9829,
    CylindricalEqualArea = 9835,
}

/// <summary>The parameters of a projection; a method uses some of them, the others are null.</summary>
/// <param name="Latitude">Of the natural or false origin, in degrees.</param>
/// <param name="Longitude">Of the origin, in degrees east of the prime meridian.</param>
/// <param name="Parallel1">The (first) standard parallel, in degrees.</param>
/// <param name="Parallel2">The second one.</param>
/// <param name="Scale">At the origin.</param>
/// <param name="FalseEasting">In metres.</param>
/// <param name="FalseNorthing">In metres.</param>
internal readonly record struct ProjectionParameters(
    double? Latitude, double? Longitude, double? Parallel1, double? Parallel2, double? Scale, double? FalseEasting, double? FalseNorthing)
{
    private const double Degrees = 1e-8;
    private const double Metres = 1e-3;
    private const double Ratio = 1e-9;

    /// <summary>Equal but for how many digits a file gives.</summary>
    public bool IsNear(in ProjectionParameters other) =>
        Near(Latitude, other.Latitude, Degrees)
        && Near(Longitude, other.Longitude, Degrees)
        && Near(Parallel1, other.Parallel1, Degrees)
        && Near(Parallel2, other.Parallel2, Degrees)
        && Near(Scale ?? 1, other.Scale ?? 1, Ratio)
        && Near(FalseEasting, other.FalseEasting, Metres)
        && Near(FalseNorthing, other.FalseNorthing, Metres);

    private static bool Near(double? one, double? other, double tolerance) => Math.Abs((one ?? 0) - (other ?? 0)) <= tolerance;
}

/// <summary>A unit of length.</summary>
/// <param name="Name">In EPSG's spelling.</param>
/// <param name="Code">Its EPSG code, or null.</param>
/// <param name="Metres">Metres in one.</param>
internal sealed record LinearUnit(string Name, int? Code, double Metres)
{
    public static readonly LinearUnit Metre = new("metre", 9001, 1);
}

/// <summary>Longitude and latitude on a datum.</summary>
/// <param name="Name">In EPSG's spelling, or as a text has it.</param>
/// <param name="Code">Its EPSG code, or null.</param>
/// <param name="Datum">Its datum.</param>
/// <param name="Meridian">The name of the prime meridian.</param>
/// <param name="MeridianLongitude">Its degrees east of Greenwich.</param>
/// <param name="DegreesPerUnit">1 for degrees, 0.9 for grads.</param>
internal sealed record GeographicSystem(
    string Name, int? Code, GeodeticDatum Datum, string Meridian = "Greenwich", double MeridianLongitude = 0, double DegreesPerUnit = 1);

/// <summary>A coordinate reference system that is computed here: x is easting or longitude, y northing or latitude, whatever EPSG's axis order.</summary>
/// <param name="Name">In EPSG's spelling, or as a text has it.</param>
/// <param name="Epsg">Its code, never an alias such as 900913; null for one that EPSG does not list.</param>
/// <param name="Geographic">The longitudes and latitudes beneath.</param>
/// <param name="Method">The projection; none for a geographic system.</param>
/// <param name="Parameters">Those of the projection.</param>
/// <param name="Unit">The unit of easting and northing.</param>
internal sealed record CrsDefinition(
    string Name, int? Epsg, GeographicSystem Geographic, ProjectionMethod Method, ProjectionParameters Parameters, LinearUnit Unit)
{
    public bool IsGeographic => Method == ProjectionMethod.None;

    public static CrsDefinition Of(GeographicSystem geographic) =>
        new(geographic.Name, geographic.Code, geographic, ProjectionMethod.None, default, LinearUnit.Metre);

    /// <summary>The same coordinates for the same places, whatever the names.</summary>
    public bool IsSameAs(CrsDefinition other) =>
        Method == other.Method
        && Geographic.Datum.IsSameAs(other.Geographic.Datum)
        && Math.Abs(Geographic.MeridianLongitude - other.Geographic.MeridianLongitude) < 1e-8
        && (!IsGeographic || Math.Abs(Geographic.DegreesPerUnit - other.Geographic.DegreesPerUnit) < 1e-9)
        && (IsGeographic || (Parameters.IsNear(other.Parameters) && Math.Abs((Unit.Metres / other.Unit.Metres) - 1) < 1e-8));
}
