using ArcLearn.Core.Crs;

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

    public static GeoKeys Read(TiffDirectory directory)
    {
        GeoKeyTable keys = new(directory);
        return keys.IsPresent ? new GeoKeys(Describe(keys), keys.Code(RasterType) == 2) : new GeoKeys(null, false);
    }

    private static SpatialReference? Describe(GeoKeyTable keys)
    {
        int projected = keys.Code(ProjectedType);
        int geographic = keys.Code(GeographicType);
        string? citation = keys.Text(ProjectedCitation) ?? keys.Text(Citation);
        if (IsCode(projected))
        {
            return Named(projected, citation);
        }

        bool isProjected = projected == UserDefined || keys.Has(Projection);
        if (!isProjected && IsCode(geographic))
        {
            return Named(geographic, keys.Text(GeographicCitation) ?? keys.Text(Citation));
        }

        if (UtmCode(geographic, keys.Code(Projection)) is int utm)
        {
            return Named(utm, citation);
        }

        const string Esri = "ESRI PE String = ";
        if (keys.Texts.FirstOrDefault(text => text.StartsWith(Esri, StringComparison.Ordinal)) is string text)
        {
            return FromWkt(text[Esri.Length..]);
        }

        string name = CleanName(citation ?? keys.Text(GeographicCitation)) ?? "unnamed";
        if (!isProjected && geographic != UserDefined)
        {
            return null;
        }

        string? wkt = isProjected ? GeoKeyProjection.Projected(keys, name) : GeoKeyProjection.Geographic(keys);
        return wkt is null ? new SpatialReference(name, null, null) : FromWkt(wkt) with { Name = name };
    }

    /// <summary>The projection's own code says UTM, and with it the geographic system the whole.</summary>
    private static int? UtmCode(int geographic, int projection)
    {
        (int zone, bool isSouth) = projection is >= 16001 and <= 16060 ? (projection - 16000, false) : (projection - 16100, true);
        return zone is < 1 or > 60 ? null : (geographic, isSouth) switch
        {
            (4326, false) => 32600 + zone,
            (4326, true) => 32700 + zone,
            (4322, false) => 32200 + zone,
            (4322, true) => 32300 + zone,
            (4269, false) when zone <= 23 => 26900 + zone,
            (4267, false) when zone <= 22 => 26700 + zone,
            (4258, false) when zone is >= 28 and <= 38 => 25800 + zone,
            _ => null,
        };
    }

    private static bool IsCode(long code) => code is >= 1024 and < UserDefined;

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
