using System.Globalization;
using System.Text;

namespace ArcLearn.Core.Crs;

/// <summary>Coordinate reference systems by code, by well-known text and by the names that GeoJSON uses.</summary>
internal static class CoordinateSystems
{
    private static readonly HashSet<string> s_roots = new(StringComparer.OrdinalIgnoreCase)
    {
        "PROJCS", "GEOGCS", "COMPD_CS", "LOCAL_CS", "GEOCCS", "PROJCRS", "PROJECTEDCRS", "GEOGCRS", "GEOGRAPHICCRS", "GEODCRS", "GEODETICCRS", "COMPOUNDCRS", "BOUNDCRS", "ENGCRS", "ENGINEERINGCRS",
    };

    /// <summary>With name and WKT where the code is known here, else a reference that is equal only to itself. Old codes of Web Mercator become 3857.</summary>
    public static SpatialReference FromEpsg(int code)
    {
        code = WktReader.Current(code);
        return EpsgTable.Find(code) is CrsDefinition crs
            ? FromDefinition(crs)
            : new SpatialReference(FormattableString.Invariant($"EPSG:{code}"), code, null);
    }

    /// <summary>A system by its parameters; it gets the code of the listed system that is equal.</summary>
    public static SpatialReference FromDefinition(CrsDefinition crs)
    {
        CrsDefinition listed = crs.Epsg is null && EpsgTable.FindEqual(crs) is CrsDefinition equal ? equal : crs;
        return new SpatialReference(listed.Name, listed.Epsg, WktWriter.Write(listed));
    }

    /// <summary>Reads WKT 1 in OGC's or Esri's spelling, or WKT 2, and keeps the text.</summary>
    /// <param name="wkt">The text.</param>
    /// <param name="path">The file to blame.</param>
    /// <exception cref="LearnFormatException">The text is no WKT.</exception>
    public static SpatialReference FromWkt(string wkt, string? path = null)
    {
        WktNode root = WktParser.Parse(wkt, path ?? "WKT");
        if (!s_roots.Contains(root.Keyword))
        {
            throw new LearnFormatException($"begins with {root.Keyword}, not with a coordinate system such as PROJCS or GEOGCS.", path ?? "WKT");
        }

        int? code = WktReader.StatedCode(root) ?? WktReader.Read(root, out _)?.Epsg;
        string name = code is int known && EpsgTable.Find(known) is CrsDefinition crs ? crs.Name : root.Name;
        return new SpatialReference(name.Length > 0 ? name : root.Keyword, code, wkt.Trim('\0', '\uFEFF', ' ', '\r', '\n', '\t'));
    }

    /// <summary>
    /// Reads a name as GeoJSON's crs member has it: <c>EPSG:32618</c>, <c>urn:ogc:def:crs:EPSG::32618</c>, <c>urn:ogc:def:crs:OGC:1.3:CRS84</c>,
    /// the same as an http URI, or WKT. Any other name becomes a reference that is equal only to itself.
    /// </summary>
    public static SpatialReference FromName(string name, string? path = null)
    {
        string text = name.Trim();
        if (text.Contains('[', StringComparison.Ordinal))
        {
            return FromWkt(text, path);
        }

        string[] parts = text.Split([':', '/', '#'], StringSplitOptions.RemoveEmptyEntries);
        string last = parts.Length > 0 ? parts[^1] : "";
        bool Names(string organisation) => parts.Any(part => Path.GetFileNameWithoutExtension(part).Equals(organisation, StringComparison.OrdinalIgnoreCase));

        if (int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out int code)
            && (Names("EPSG") || (Names("ESRI") && WktReader.Current(code) != code)))
        {
            return FromEpsg(code);
        }

        // Every URN has an "ogc" in it, so this comes after EPSG.
        if (Names("OGC") && last.ToUpperInvariant() is "CRS84" or "CRS84H" or "CRS83")
        {
            return FromEpsg(last.EndsWith('3') ? 4269 : 4326);
        }

        return new SpatialReference(text, null, null);
    }

    /// <summary>WKT 1 with authorities, as gpkg_spatial_ref_sys holds it.</summary>
    /// <exception cref="LearnDataException">UnknownCrs: the system has no WKT and is not known here.</exception>
    public static string ToWkt1(SpatialReference crs) => Identify(crs) is CrsDefinition known
        ? WktWriter.Write(known)
        : crs.Wkt ?? throw new LearnDataException("UnknownCrs", $"No well-known text is known for the coordinate reference system '{crs.Name}'.", crs);

    /// <summary>WKT 1 in Esri's spelling, as .prj files hold it; null where the system has no text and is not known here.</summary>
    public static string? ToEsriWkt(SpatialReference crs) => Identify(crs) is CrsDefinition known ? WktWriter.WriteEsri(known) : crs.Wkt;

    /// <summary>The system that is computed here, or null.</summary>
    public static CrsDefinition? Identify(SpatialReference crs) => Identify(crs, out _);

    /// <summary>The system that is computed here, or null and the reason, as the end of a sentence.</summary>
    public static CrsDefinition? Identify(SpatialReference crs, out string? problem)
    {
        problem = null;
        if (crs.Epsg is int code && EpsgTable.Find(WktReader.Current(code)) is CrsDefinition listed)
        {
            return listed;
        }

        problem = crs.Epsg is null ? "it is known by name alone" : "its code is none of those listed here";
        if (crs.Wkt is not string wkt)
        {
            return null;
        }

        WktNode root = WktParser.Parse(wkt, crs.Name);
        return WktReader.StatedCode(root) is int stated && EpsgTable.Find(stated) is CrsDefinition named
            ? named
            : WktReader.Read(root, out problem) is CrsDefinition read ? read with { Epsg = read.Epsg ?? crs.Epsg } : null;
    }

    /// <summary>By what they are where both are computed here, else by code, else by well-known text (white space aside), else by name.</summary>
    public static bool AreEqual(SpatialReference first, SpatialReference second)
    {
        (CrsDefinition? a, CrsDefinition? b) = (Identify(first), Identify(second));
        if (a is not null && b is not null)
        {
            return a.IsSameAs(b);
        }

        int? one = a?.Epsg ?? first.Epsg;
        int? other = b?.Epsg ?? second.Epsg;
        if (one is not null && other is not null)
        {
            return one == other;
        }

        return first.Wkt is not null && second.Wkt is not null
            ? Squeeze(first.Wkt) == Squeeze(second.Wkt)
            : first.Wkt is null && second.Wkt is null && one is null && other is null && first.Name == second.Name;
    }

    private static string Squeeze(string wkt)
    {
        StringBuilder text = new(wkt.Length);
        foreach (char c in wkt)
        {
            if (!char.IsWhiteSpace(c))
            {
                text.Append(c);
            }
        }

        return text.ToString();
    }
}
