namespace ArcLearn.Core.Crs;

/// <summary>A datum with its ellipsoid, under its EPSG and Esri names. Shifts between these datums are metres at most and taken as none.</summary>
/// <param name="Name">The EPSG name of the geographic system on it.</param>
/// <param name="GeographicCode">Its EPSG code.</param>
/// <param name="WktName">The datum's name in OGC WKT 1.</param>
/// <param name="DatumCode">The datum's EPSG code.</param>
/// <param name="EllipsoidName">The ellipsoid's name.</param>
/// <param name="EllipsoidCode">The ellipsoid's EPSG code.</param>
/// <param name="SemiMajorAxis">In metres.</param>
/// <param name="InverseFlattening">1/f.</param>
internal sealed record GeodeticDatum(
    string Name,
    int GeographicCode,
    string WktName,
    int DatumCode,
    string EllipsoidName,
    int EllipsoidCode,
    double SemiMajorAxis,
    double InverseFlattening)
{
    public static readonly GeodeticDatum Wgs84 = new("WGS 84", 4326, "WGS_1984", 6326, "WGS 84", 7030, 6378137, 298.257223563);

    public static readonly GeodeticDatum Nad83 = new(
        "NAD83", 4269, "North_American_Datum_1983", 6269, "GRS 1980", 7019, 6378137, 298.257222101);

    public static readonly GeodeticDatum Etrs89 = new(
        "ETRS89", 4258, "European_Terrestrial_Reference_System_1989", 6258, "GRS 1980", 7019, 6378137, 298.257222101);

    /// <summary>By its name in a DATUM node, in OGC's or Esri's spelling; null for any other, such as the later realisations.</summary>
    public static GeodeticDatum? FromWktName(string name) => Normalise(name) switch
    {
        "wgs1984" or "wgs84" or "worldgeodeticsystem1984" or "worldgeodeticsystem1984ensemble" => Wgs84,
        "northamericandatum1983" or "northamerican1983" or "nad83" => Nad83,
        "europeanterrestrialreferencesystem1989" or "europeanterrestrialreferencesystem1989ensemble" or "etrs1989" or "etrs89" => Etrs89,
        _ => null,
    };

    /// <summary>Letters and digits alone, without Esri's leading <c>D_</c>.</summary>
    private static string Normalise(string name)
    {
        string bare = name.StartsWith("D_", StringComparison.OrdinalIgnoreCase) ? name[2..] : name;
        return string.Concat(bare.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
    }
}
