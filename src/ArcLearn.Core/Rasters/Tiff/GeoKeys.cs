using ArcLearn.Core.Crs;
using System.Text;

namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>The GeoKey directory (OGC 19-008r4, section 7.1): the coordinate reference system and what a raster position means.</summary>
internal sealed record GeoKeys(SpatialReference? SpatialReference, bool IsPixelPoint)
{
    private const int RasterType = 1025;
    private const int Citation = 1026;
    private const int GeographicType = 2048;
    private const int GeographicCitation = 2049;
    private const int ProjectedType = 3072;
    private const int ProjectedCitation = 3073;
    private const int Projection = 3074;
    private const int UserDefined = 32767;
    private const int Wgs84 = 4326;

    public static GeoKeys Read(TiffDirectory directory)
    {
        long[] keys = directory.Integers(TiffTag.GeoKeyDirectory);
        if (keys.Length < 4)
        {
            return new GeoKeys(null, false);
        }

        string ascii = Encoding.Latin1.GetString(directory.Bytes(TiffTag.GeoAsciiParams));
        Dictionary<long, long> codes = [];
        Dictionary<long, string> texts = [];
        for (int i = 0; i < keys[3] && (4 * i) + 7 < keys.Length; i++)
        {
            ReadOnlySpan<long> key = keys.AsSpan(4 + (4 * i), 4);
            if (key[1] == 0)
            {
                codes[key[0]] = key[3];
            }
            else if (key[1] == TiffTag.GeoAsciiParams && key[3] < ascii.Length)
            {
                texts[key[0]] = ascii.Substring((int)key[3], (int)Math.Min(key[2], ascii.Length - key[3])).TrimEnd('|', '\0', ' ');
            }
        }

        return new GeoKeys(Describe(codes, texts), codes.GetValueOrDefault(RasterType) == 2);
    }

    private static SpatialReference? Describe(Dictionary<long, long> codes, Dictionary<long, string> texts)
    {
        long projected = codes.GetValueOrDefault(ProjectedType);
        long geographic = codes.GetValueOrDefault(GeographicType);
        string? citation = Text(texts, ProjectedCitation) ?? Text(texts, Citation);
        if (IsCode(projected))
        {
            return Named((int)projected, citation);
        }

        bool isProjected = projected == UserDefined || codes.ContainsKey(Projection);
        if (!isProjected && IsCode(geographic))
        {
            return Named((int)geographic, Text(texts, GeographicCitation) ?? Text(texts, Citation));
        }

        // The projection's own code says UTM, and with it the geographic system the whole.
        long zone = codes.GetValueOrDefault(Projection);
        if (geographic == Wgs84 && (zone is >= 16001 and <= 16060 or >= 16101 and <= 16160))
        {
            return Named((int)(zone < 16100 ? zone - 16000 + 32600 : zone - 16100 + 32700), citation);
        }

        const string Esri = "ESRI PE String = ";
        if (texts.Values.FirstOrDefault(text => text.StartsWith(Esri, StringComparison.Ordinal)) is string text)
        {
            return FromWkt(text[Esri.Length..]);
        }

        citation ??= Text(texts, GeographicCitation);
        bool isNamed = isProjected || geographic == UserDefined;
        return isNamed ? new SpatialReference(CleanName(citation) ?? "unnamed", null, null) : null;
    }

    private static bool IsCode(long code) => code is >= 1024 and < UserDefined;

    private static string? Text(Dictionary<long, string> texts, int key) => texts.TryGetValue(key, out string? text) && text.Length > 0 ? text : null;

    private static SpatialReference Named(int code, string? citation)
    {
        SpatialReference found = CoordinateSystems.FromEpsg(code);
        return found.Wkt is null && CleanName(citation) is string name ? found with { Name = name } : found;
    }

    /// <summary>A text that is cut off or garbled leaves a raster with a system nobody knows, which is no reason not to read it.</summary>
    private static SpatialReference FromWkt(string text)
    {
        try
        {
            return CoordinateSystems.FromWkt(text.TrimEnd('\0', '|'));
        }
        catch (LearnFormatException)
        {
            return new SpatialReference("unnamed", null, null);
        }
    }

    /// <summary>Out of "PCS Name = WGS_1984_UTM_Zone_18N|…", as some programs write it, comes the name alone.</summary>
    private static string? CleanName(string? citation)
    {
        if (citation is null)
        {
            return null;
        }

        string first = citation.Split('|', '\n')[0];
        int equals = first.IndexOf(" = ", StringComparison.Ordinal);
        return equals >= 0 ? first[(equals + 3)..].Trim() : first.Trim();
    }
}
