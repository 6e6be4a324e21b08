using ArcLearn.Core.Crs;

namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>
/// Well-known text (WKT 1) for a system that GeoKeys describe by parameters (OGC 19-008r4, annexes C and D): datum by code or by ellipsoid,
/// projection by method, units by code or size. Methods and parameters are spelt as OGC 01-009 and GDAL spell them.
/// </summary>
internal static class GeoKeyProjection
{
    private const int UserDefined = 32767;

    /// <summary>The text of the projected system, or null where the method is none that WKT has a name for, or a number is missing.</summary>
    public static string? Projected(GeoKeyTable keys, string name)
    {
        if (Geographic(keys) is not string geographic || Method(keys.Code(3075)) is not (string method, (string Name, int[] Keys, double Fallback)[] parameters))
        {
            return null;
        }

        (string angleName, double radians) = AngularUnit(keys);
        double angle = angleName == "degree" ? 1 : radians / (Math.PI / 180);
        (string unitName, double metres) = LinearUnit(keys);
        string list = "";
        foreach ((string parameter, int[] candidates, double fallback) in parameters)
        {
            double value = keys.Number(candidates) ?? fallback;
            bool isAngle = !parameter.StartsWith("false_", StringComparison.Ordinal) && parameter != "scale_factor";
            list += FormattableString.Invariant($"PARAMETER[\"{parameter}\",{(isAngle ? value * angle : value):R}],");
        }

        return FormattableString.Invariant(
            $"PROJCS[\"{Quote(name)}\",{geographic},PROJECTION[\"{method}\"],{list}UNIT[\"{unitName}\",{metres:R}],AXIS[\"Easting\",EAST],AXIS[\"Northing\",NORTH]]");
    }

    /// <summary>The text of the geographic system, or null where neither a known code nor an ellipsoid is given.</summary>
    public static string? Geographic(GeoKeyTable keys)
    {
        int code = keys.Code(2048);
        if (code is >= 1024 and < UserDefined && CoordinateSystems.FromEpsg(code).Wkt is string known)
        {
            return known;
        }

        (string Name, double Axis, double Flattening)? ellipsoid = Ellipsoid(code is >= 1024 and < UserDefined ? DatumEllipsoid(code) : keys.Code(2056));
        double? axis = keys.Number(2057) ?? ellipsoid?.Axis;
        double? flattening = keys.Number(2059)
            ?? (keys.Number(2057) is double major && keys.Number(2058) is double minor ? (major == minor ? 0 : major / (major - minor)) : ellipsoid?.Flattening);
        if (axis is not double a || flattening is not double f)
        {
            return null;
        }

        string name = keys.Text(2049) ?? (code is >= 1024 and < UserDefined ? FormattableString.Invariant($"EPSG:{code}") : "unknown");
        string authority = code is >= 1024 and < UserDefined ? FormattableString.Invariant($",AUTHORITY[\"EPSG\",\"{code}\"]") : "";
        double meridian = keys.Number(2061) ?? 0;
        (string unit, double radians) = AngularUnit(keys);
        string datum = CitedPart(name, "Datum") ?? (code is >= 1024 and < UserDefined ? name : "unknown");
        return FormattableString.Invariant(
            $"GEOGCS[\"{Quote(CitedPart(name, "GCS Name") ?? name)}\",DATUM[\"{Quote(datum)}\",SPHEROID[\"{Quote(CitedPart(name, "Ellipsoid") ?? ellipsoid?.Name ?? "unknown")}\",{a:R},{f:R}]],")
            + FormattableString.Invariant($"PRIMEM[\"{(meridian == 0 ? "Greenwich" : "unknown")}\",{meridian:R}],UNIT[\"{unit}\",{radians:R}]{authority}]");
    }

    /// <summary>Of "GCS Name = NAD83|Datum = …|Ellipsoid = …|", as ArcGIS and GDAL write citations, one part.</summary>
    private static string? CitedPart(string citation, string part)
    {
        foreach (string piece in citation.Split('|'))
        {
            string[] sides = piece.Split('=', 2, StringSplitOptions.TrimEntries);
            if (sides.Length == 2 && sides[0].Equals(part, StringComparison.OrdinalIgnoreCase))
            {
                return sides[1];
            }
        }

        return null;
    }

    private static string Quote(string text) => text.Replace("\"", "\"\"", StringComparison.Ordinal);

    private static (string Name, double Radians) AngularUnit(GeoKeyTable keys) => keys.Code(2054) switch
    {
        9101 => ("radian", 1),
        9105 => ("grad", Math.PI / 200),
        UserDefined when keys.Number(2055) is double radians => ("unknown", radians),
        _ => ("degree", 0.0174532925199433),
    };

    private static (string Name, double Metres) LinearUnit(GeoKeyTable keys) => keys.Code(3076) switch
    {
        9002 => ("foot", 0.3048),
        9003 => ("US survey foot", 1200.0 / 3937),
        9036 => ("kilometre", 1000),
        UserDefined when keys.Number(3077) is double metres => ("unknown", metres),
        _ => ("metre", 1),
    };

    /// <summary>Ellipsoids by EPSG code: name, semi-major axis in metres, inverse flattening.</summary>
    private static (string Name, double Axis, double Flattening)? Ellipsoid(int code) => code switch
    {
        7001 => ("Airy 1830", 6377563.396, 299.3249646),
        7003 => ("Australian National Spheroid", 6378160, 298.25),
        7004 => ("Bessel 1841", 6377397.155, 299.1528128),
        7008 => ("Clarke 1866", 6378206.4, 294.978698213898),
        7012 => ("Clarke 1880 (RGS)", 6378249.145, 293.465),
        7019 => ("GRS 1980", 6378137, 298.257222101),
        7022 => ("International 1924", 6378388, 297),
        7024 => ("Krassowsky 1940", 6378245, 298.3),
        7030 => ("WGS 84", 6378137, 298.257223563),
        7043 => ("WGS 72", 6378135, 298.26),
        7048 => ("GRS 1980 Authalic Sphere", 6371007, 0),
        _ => null,
    };

    /// <summary>The ellipsoids of geographic systems that are often named and that have no well-known text here.</summary>
    private static int DatumEllipsoid(int code) => code switch
    {
        4267 => 7008, // NAD27
        4277 => 7001, // OSGB36
        4283 or 4167 or 4171 or 4612 or 4674 or 7844 or 6318 or 4152 or 4617 or 4490 => 7019,
        4230 => 7022, // ED50
        4284 or 4178 => 7024, // Pulkovo
        4289 or 4314 or 4312 or 4301 => 7004, // Amersfoort, DHDN, MGI, Tokyo
        4275 => 7012, // NTF, in this ellipsoid's neighbourhood only
        4322 => 7043,
        4202 or 4203 => 7003,
        _ => 0,
    };

    // Keys: 3078/3079 standard parallels, 3080/3081 natural origin, 3082/3083 false easting and northing, 3084/3085 false origin,
    // 3086/3087 its easting and northing, 3088/3089 centre, 3090/3091 its easting and northing, 3092/3093 scale at natural origin and at centre,
    // 3094 azimuth, 3095 straight vertical pole, 3096 rectified grid angle.
    private static (string, (string, int[], double)[])? Method(int code)
    {
        (string, int[], double) easting = ("false_easting", [3082, 3086, 3090], 0);
        (string, int[], double) northing = ("false_northing", [3083, 3087, 3091], 0);
        (string, int[], double) latitude = ("latitude_of_origin", [3081, 3085, 3089], 0);
        (string, int[], double) meridian = ("central_meridian", [3080, 3084, 3088, 3095], 0);
        (string, int[], double) scale = ("scale_factor", [3092, 3093], 1);
        (string, int[], double) first = ("standard_parallel_1", [3078], 0);
        (string, int[], double) second = ("standard_parallel_2", [3079], 0);
        (string, int[], double) centreLatitude = ("latitude_of_center", [3089, 3081, 3085], 0);
        (string, int[], double) centreLongitude = ("longitude_of_center", [3088, 3080, 3084], 0);
        return code switch
        {
            1 => ("Transverse_Mercator", [latitude, meridian, scale, easting, northing]),
            3 => ("Hotine_Oblique_Mercator",
                [centreLatitude, centreLongitude, ("azimuth", [3094], 0), ("rectified_grid_angle", [3096, 3094], 0), scale, easting, northing]),
            7 => ("Mercator_1SP", [meridian, scale, easting, northing]),
            8 => ("Lambert_Conformal_Conic_2SP", [latitude, meridian, first, second, easting, northing]),
            9 => ("Lambert_Conformal_Conic_1SP", [latitude, meridian, scale, easting, northing]),
            10 => ("Lambert_Azimuthal_Equal_Area", [centreLatitude, centreLongitude, easting, northing]),
            11 => ("Albers_Conic_Equal_Area", [centreLatitude, centreLongitude, first, second, easting, northing]),
            12 => ("Azimuthal_Equidistant", [centreLatitude, centreLongitude, easting, northing]),
            13 => ("Equidistant_Conic", [centreLatitude, centreLongitude, first, second, easting, northing]),
            14 => ("Stereographic", [latitude, meridian, scale, easting, northing]),
            15 => ("Polar_Stereographic", [latitude, ("central_meridian", [3095, 3080], 0), scale, easting, northing]),
            16 => ("Oblique_Stereographic", [latitude, meridian, scale, easting, northing]),
            17 => ("Equirectangular", [latitude, meridian, first, easting, northing]),
            18 => ("Cassini_Soldner", [latitude, meridian, easting, northing]),
            19 => ("Gnomonic", [latitude, meridian, easting, northing]),
            20 => ("Miller_Cylindrical", [centreLatitude, centreLongitude, easting, northing]),
            21 => ("Orthographic", [latitude, meridian, easting, northing]),
            22 => ("Polyconic", [latitude, meridian, easting, northing]),
            23 => ("Robinson", [centreLongitude, easting, northing]),
            24 => ("Sinusoidal", [centreLongitude, easting, northing]),
            25 => ("VanDerGrinten", [meridian, easting, northing]),
            26 => ("New_Zealand_Map_Grid", [latitude, meridian, easting, northing]),
            27 => ("Transverse_Mercator_South_Orientated", [latitude, meridian, scale, easting, northing]),
            28 => ("Cylindrical_Equal_Area", [first, meridian, easting, northing]),
            _ => null,
        };
    }
}
