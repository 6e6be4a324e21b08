namespace ArcLearn.Core.Crs;

/// <summary>How a supported coordinate reference system gets from longitude and latitude to its coordinates.</summary>
internal enum CrsKind
{
    Geographic,
    WebMercator,
    Utm,
}

/// <summary>A coordinate reference system that is computed here, found by its EPSG code.</summary>
/// <param name="Epsg">Its code, never an alias such as 900913.</param>
/// <param name="Kind">Its projection.</param>
/// <param name="Datum">Its datum.</param>
/// <param name="Zone">The UTM zone, 1 to 60; 0 for the others.</param>
/// <param name="IsSouth">True for the southern UTM zones.</param>
internal sealed record KnownCrs(int Epsg, CrsKind Kind, GeodeticDatum Datum, int Zone = 0, bool IsSouth = false)
{
    private static readonly KnownCrs s_webMercator = new(3857, CrsKind.WebMercator, GeodeticDatum.Wgs84);

    /// <summary>In EPSG's spelling.</summary>
    public string Name => Kind switch
    {
        CrsKind.Geographic => Datum.Name,
        CrsKind.WebMercator => "WGS 84 / Pseudo-Mercator",
        _ => FormattableString.Invariant($"{Datum.Name} / UTM zone {Zone}{(IsSouth ? 'S' : 'N')}"),
    };

    /// <summary>Degrees east, of a UTM zone.</summary>
    public double CentralMeridian => Utm.CentralMeridian(Zone);

    /// <summary>Metres, of a UTM zone.</summary>
    public double FalseNorthing => IsSouth ? Utm.SouthFalseNorthing : 0;

    /// <summary>By EPSG code or one of the names that Web Mercator had before it got one; null for what is not computed here.</summary>
    public static KnownCrs? FromCode(int code) => code switch
    {
        4326 => new(code, CrsKind.Geographic, GeodeticDatum.Wgs84),
        4269 => new(code, CrsKind.Geographic, GeodeticDatum.Nad83),
        4258 => new(code, CrsKind.Geographic, GeodeticDatum.Etrs89),
        3857 or 102100 or 102113 or 900913 => s_webMercator,
        >= 32601 and <= 32660 => new(code, CrsKind.Utm, GeodeticDatum.Wgs84, code - 32600),
        >= 32701 and <= 32760 => new(code, CrsKind.Utm, GeodeticDatum.Wgs84, code - 32700, IsSouth: true),
        >= 26901 and <= 26923 => new(code, CrsKind.Utm, GeodeticDatum.Nad83, code - 26900),
        >= 25828 and <= 25838 => new(code, CrsKind.Utm, GeodeticDatum.Etrs89, code - 25800),
        _ => null,
    };

    /// <summary>A UTM zone on a datum; null where EPSG has no code for the pair.</summary>
    public static KnownCrs? FromZone(GeodeticDatum datum, int zone, bool isSouth)
    {
        int first = datum.GeographicCode switch
        {
            4326 => isSouth ? 32700 : 32600,
            4269 when !isSouth => 26900,
            4258 when !isSouth => 25800,
            _ => -100,
        };
        return zone is >= 1 and <= 60 && FromCode(first + zone) is { Kind: CrsKind.Utm } crs && crs.Datum == datum && crs.Zone == zone
            ? crs
            : null;
    }
}
