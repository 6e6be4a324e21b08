using System.Text.Json;
using ArcLearn.Core.Crs;

namespace ArcLearn.Core.Vectors;

/// <summary>The <c>crs</c> member of GeoJSON 2008, which RFC 7946 dropped and programs still write.</summary>
internal static class GeoJsonCrs
{
    /// <summary>The reference that the member names; null for <c>"crs": null</c>, which says that there is none.</summary>
    /// <exception cref="LearnFormatException">The member names nothing.</exception>
    public static SpatialReference? Read(JsonElement crs, string path, int line)
    {
        if (crs.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (crs.ValueKind == JsonValueKind.Object && crs.TryGetProperty("properties", out JsonElement properties)
            && properties.ValueKind == JsonValueKind.Object)
        {
            if (properties.TryGetProperty("name", out JsonElement name) && name.AsText() is string text)
            {
                return CoordinateSystems.FromName(text, path);
            }

            if (properties.TryGetProperty("code", out JsonElement code) && code.ValueKind == JsonValueKind.Number && code.TryGetInt32(out int epsg))
            {
                return CoordinateSystems.FromEpsg(epsg);
            }

            if (properties.TryGetProperty("href", out JsonElement link) && link.AsText() is string address)
            {
                return CoordinateSystems.FromName(address, path);
            }
        }

        throw new LearnFormatException(
            "the member 'crs' names no coordinate reference system; it should be like "
            + "{\"type\":\"name\",\"properties\":{\"name\":\"urn:ogc:def:crs:EPSG::32618\"}}.",
            path,
            line);
    }

    /// <summary>
    /// What to write for a reference: null (no member) for WGS 84 and where there is none, else an EPSG URN, or the WKT itself, which
    /// GDAL takes as a name too.
    /// </summary>
    public static string? NameFor(SpatialReference? crs)
    {
        if (crs is null)
        {
            return null;
        }

        int? code = CoordinateSystems.Identify(crs)?.Epsg ?? crs.Epsg;
        return code == 4326 ? null : code is int known ? FormattableString.Invariant($"urn:ogc:def:crs:EPSG::{known}") : crs.Wkt ?? crs.Name;
    }
}
