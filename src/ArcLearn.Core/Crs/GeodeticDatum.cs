namespace ArcLearn.Core.Crs;

/// <summary>How positions on a datum pass to WGS 84 in PROJ without grids.</summary>
internal enum DatumShift
{
    /// <summary>By a shift, or not at all.</summary>
    Some,

    /// <summary>Unchanged, and also to the other datums of this kind: they agree within a metre or two.</summary>
    None,

    /// <summary>Unchanged, but not to others: a realisation of a frame, such as ITRF2008.</summary>
    NoneToWgs84,
}

/// <summary>A datum under its EPSG, OGC and Esri names.</summary>
/// <param name="Name">In EPSG's spelling, or as a text has it.</param>
/// <param name="Code">Its EPSG code, or null.</param>
/// <param name="Ellipsoid">Its ellipsoid.</param>
/// <param name="Shift">How positions pass to WGS 84.</param>
/// <param name="EsriName">As in an Esri .prj; null where none is known.</param>
internal sealed record GeodeticDatum(string Name, int? Code, Ellipsoid Ellipsoid, DatumShift Shift, string? EsriName = null)
{
    private const int Wgs84Code = 6326;
    private const string Ensemble = " ensemble";

    // Pairs that PROJ shifts, by 1.5, 0.5, 0.5 and 0.7 m, though each of the two passes unchanged to WGS 84.
    private static readonly HashSet<(int, int)> s_shifted =
    [
        (6283, 1168),   // GDA94, GDA2020
        (6258, 1057),   // ETRS89, TUREF
        (1167, 1057),   // BGS2005, TUREF
        (1047, 1073),   // RRAF 1991, RGAF09
    ];

    /// <summary>In OGC's WKT 1: letters, digits and underscores.</summary>
    public string WktName
    {
        get
        {
            string bare = Name.EndsWith(Ensemble, StringComparison.Ordinal) ? Name[..^Ensemble.Length] : Name;
            return Code == Wgs84Code ? "WGS_1984" : WktNode.Underscored(bare);
        }
    }

    /// <summary>The same datum: by code where both have one, else by name and ellipsoid.</summary>
    public bool IsSameAs(GeodeticDatum other) => Code is not null && other.Code is not null
        ? Code == other.Code
        : WktNode.Plain(Name) == WktNode.Plain(other.Name) && Ellipsoid.SemiMajorAxis == other.Ellipsoid.SemiMajorAxis;

    /// <summary>Whether positions pass from one to the other unchanged, as PROJ has them without grids.</summary>
    public bool IsNullShiftTo(GeodeticDatum other)
    {
        (int one, int two) = (Code ?? 0, other.Code ?? 0);
        return (Shift == DatumShift.None && other.Shift == DatumShift.None && !s_shifted.Contains((one, two)) && !s_shifted.Contains((two, one)))
            || (Shift != DatumShift.Some && two == Wgs84Code)
            || (other.Shift != DatumShift.Some && one == Wgs84Code);
    }
}
