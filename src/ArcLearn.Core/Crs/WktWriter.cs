using System.Globalization;

namespace ArcLearn.Core.Crs;

/// <summary>Writes WKT 1: in GDAL's spelling (OGC 01-009) with EPSG authorities, or in Esri's, as .prj files have it.</summary>
internal static class WktWriter
{
    /// <summary>WKT 1 has no Web Mercator: readers know it by this extension, which GDAL and QGIS understand.</summary>
    private const string Sphere = "EXTENSION[\"PROJ4\",\"+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m "
        + "+nadgrids=@null +wktext +no_defs\"],";

    public static string Write(CrsDefinition crs)
    {
        GeographicSystem geographic = crs.Geographic;
        if (crs.IsGeographic)
        {
            return Geographic(geographic, "AXIS[\"Latitude\",NORTH],AXIS[\"Longitude\",EAST]");
        }

        string unit = $"UNIT[{Quote(crs.Unit.Name)},{Number(crs.Unit.Metres)}{Authority(crs.Unit.Code)}]";
        (string method, (string, double?)[] parameters) = Ogc(crs);
        return $"PROJCS[{Quote(crs.Name)},{Geographic(geographic, "")},PROJECTION[\"{method}\"],{List(crs, parameters)}{unit},{Axes(crs)}"
            + $"{(crs.Method == ProjectionMethod.WebMercator ? "," + Sphere.TrimEnd(',') : "")}{Authority(crs.Epsg)}]";
    }

    /// <summary>For a .prj file: names without spaces, no authorities.</summary>
    public static string WriteEsri(CrsDefinition crs)
    {
        GeographicSystem geographic = crs.Geographic;
        GeodeticDatum datum = geographic.Datum;
        string meridian = $"PRIMEM[{Quote(geographic.Meridian)},{Real(geographic.MeridianLongitude)}]";
        string angle = geographic.DegreesPerUnit == 1 ? "UNIT[\"Degree\",0.0174532925199433]" : $"UNIT[\"Grad\",{Real(geographic.DegreesPerUnit * Math.PI / 180)}]";
        string shape = $"SPHEROID[{Quote(WktNode.Underscored(datum.Ellipsoid.Name))},{Real(datum.Ellipsoid.SemiMajorAxis)},{Real(datum.Ellipsoid.InverseFlattening)}]";
        string datumName = datum.EsriName ?? "D_" + WktNode.Underscored(datum.Name);
        string gcs = datumName.StartsWith("D_", StringComparison.Ordinal) ? datumName[2..] : WktNode.Underscored(geographic.Name);
        string system = $"GEOGCS[\"GCS_{gcs}\",DATUM[{Quote(datumName)},{shape}],{meridian},{angle}]";
        if (crs.IsGeographic)
        {
            return system;
        }

        string unit = crs.Unit.Code switch { 9001 => "Meter", 9002 => "Foot", 9003 => "Foot_US", _ => WktNode.Underscored(crs.Unit.Name) };
        (string method, (string, double?)[] parameters) = Esri(crs);
        string name = crs.Method == ProjectionMethod.WebMercator ? "WGS_1984_Web_Mercator_Auxiliary_Sphere" : WktNode.Underscored(crs.Name);
        return $"PROJCS[\"{name}\",{system},PROJECTION[\"{method}\"],{List(crs, parameters, isEsri: true)}UNIT[\"{unit}\",{Real(crs.Unit.Metres)}]]";
    }

    private static string Geographic(GeographicSystem system, string axes)
    {
        GeodeticDatum datum = system.Datum;
        string angle = system.DegreesPerUnit == 1
            ? "UNIT[\"degree\",0.0174532925199433,AUTHORITY[\"EPSG\",\"9122\"]]"
            : $"UNIT[\"grad\",{Number(system.DegreesPerUnit * Math.PI / 180)},AUTHORITY[\"EPSG\",\"9105\"]]";
        string meridian = system.MeridianLongitude == 0 ? ",AUTHORITY[\"EPSG\",\"8901\"]" : "";
        string shape = $"SPHEROID[{Quote(datum.Ellipsoid.Name)},{Number(datum.Ellipsoid.SemiMajorAxis)},{Number(datum.Ellipsoid.InverseFlattening)}"
            + $"{Authority(datum.Ellipsoid.Code)}]";
        string stated = datum is { Code: null, Shift: DatumShift.None } ? ",TOWGS84[0,0,0,0,0,0,0]" : "";
        return $"GEOGCS[{Quote(system.Name)},DATUM[\"{datum.WktName}\",{shape}{stated}{Authority(datum.Code)}],"
            + $"PRIMEM[{Quote(system.Meridian)},{Number(system.MeridianLongitude)}{meridian}],{angle}"
            + $"{(axes.Length > 0 ? "," + axes : "")}{Authority(system.Code)}]";
    }

    /// <summary>At a pole every direction is south or north; EPSG's axes then run along meridians.</summary>
    private static string Axes(CrsDefinition crs)
    {
        double latitude = (crs.Method == ProjectionMethod.PolarStereographicB ? crs.Parameters.Parallel1 : crs.Parameters.Latitude) ?? 0;
        bool isPolar = crs.Method is ProjectionMethod.PolarStereographicA or ProjectionMethod.PolarStereographicB
            || (crs.Method == ProjectionMethod.LambertAzimuthalEqualArea && Math.Abs(latitude) > 90 - 1e-8);
        string away = latitude < 0 ? "NORTH" : "SOUTH";
        return isPolar ? $"AXIS[\"Easting\",{away}],AXIS[\"Northing\",{away}]" : "AXIS[\"Easting\",EAST],AXIS[\"Northing\",NORTH]";
    }

    private static (string Method, (string Name, double? Value)[] Parameters) Ogc(CrsDefinition crs)
    {
        ProjectionParameters p = crs.Parameters;
        (string, double?)[] origin = [("latitude_of_origin", p.Latitude ?? 0), ("central_meridian", p.Longitude ?? 0)];
        (string, double?)[] center = [("latitude_of_center", p.Latitude ?? 0), ("longitude_of_center", p.Longitude ?? 0)];
        (string, double?)[] parallels = [("standard_parallel_1", p.Parallel1), ("standard_parallel_2", p.Parallel2)];
        (string, double?) scale = ("scale_factor", p.Scale ?? 1);
        return crs.Method switch
        {
            ProjectionMethod.TransverseMercator => ("Transverse_Mercator", [.. origin, scale]),
            ProjectionMethod.LambertConformalConic1SP => ("Lambert_Conformal_Conic_1SP", [.. origin, scale]),
            ProjectionMethod.LambertConformalConic2SP when (p.Scale ?? 1) != 1 => ("Lambert_Conformal_Conic_2SP", [.. origin, .. parallels, scale]),
            ProjectionMethod.LambertConformalConic2SP => ("Lambert_Conformal_Conic_2SP", [.. origin, .. parallels]),
            ProjectionMethod.AlbersEqualArea => ("Albers_Conic_Equal_Area", [.. center, .. parallels]),
            ProjectionMethod.LambertAzimuthalEqualArea => ("Lambert_Azimuthal_Equal_Area", center),
            ProjectionMethod.PolarStereographicA => ("Polar_Stereographic", [.. origin, scale]),
            ProjectionMethod.PolarStereographicB => ("Polar_Stereographic", [("latitude_of_origin", p.Parallel1), origin[1]]),
            ProjectionMethod.MercatorB => ("Mercator_2SP", [parallels[0], origin[1]]),
            ProjectionMethod.CylindricalEqualArea => ("Cylindrical_Equal_Area", [parallels[0], origin[1]]),
            _ => ("Mercator_1SP", [origin[1], scale]),
        };
    }

    private static (string Method, (string Name, double? Value)[] Parameters) Esri(CrsDefinition crs)
    {
        ProjectionParameters p = crs.Parameters;
        (string, double?) meridian = ("Central_Meridian", p.Longitude ?? 0);
        (string, double?) latitude = ("Latitude_Of_Origin", p.Latitude ?? 0);
        (string, double?) scale = ("Scale_Factor", p.Scale ?? 1);
        (string, double?)[] parallels = [("Standard_Parallel_1", p.Parallel1), ("Standard_Parallel_2", p.Parallel2)];
        return crs.Method switch
        {
            ProjectionMethod.TransverseMercator => ("Transverse_Mercator", [meridian, scale, latitude]),
            ProjectionMethod.LambertConformalConic1SP => ("Lambert_Conformal_Conic", [meridian, ("Standard_Parallel_1", p.Latitude), scale, latitude]),
            ProjectionMethod.LambertConformalConic2SP when (p.Scale ?? 1) != 1 => ("Lambert_Conformal_Conic", [meridian, .. parallels, scale, latitude]),
            ProjectionMethod.LambertConformalConic2SP => ("Lambert_Conformal_Conic", [meridian, .. parallels, latitude]),
            ProjectionMethod.AlbersEqualArea => ("Albers", [meridian, .. parallels, latitude]),
            ProjectionMethod.LambertAzimuthalEqualArea => ("Lambert_Azimuthal_Equal_Area", [meridian, latitude]),
            ProjectionMethod.PolarStereographicA => ("Polar_Stereographic", [latitude, meridian, scale]),
            ProjectionMethod.PolarStereographicB => (p.Parallel1 < 0 ? "Stereographic_South_Pole" : "Stereographic_North_Pole", [meridian, parallels[0]]),
            ProjectionMethod.MercatorA when (p.Scale ?? 1) == 1 => ("Mercator", [meridian, ("Standard_Parallel_1", 0)]),
            ProjectionMethod.MercatorA => ("Mercator_Variant_A", [meridian, scale]),
            ProjectionMethod.MercatorB => ("Mercator", [meridian, parallels[0]]),
            ProjectionMethod.CylindricalEqualArea => ("Cylindrical_Equal_Area", [meridian, parallels[0]]),
            _ => ("Mercator_Auxiliary_Sphere", [meridian, ("Standard_Parallel_1", 0), ("Auxiliary_Sphere_Type", 0)]),
        };
    }

    /// <summary>Angles are in the unit of the geographic system, false origins in that of the map.</summary>
    private static string List(CrsDefinition crs, (string Name, double? Value)[] parameters, bool isEsri = false)
    {
        double degrees = crs.Geographic.DegreesPerUnit;
        IEnumerable<(string Name, double Value)> angles = parameters.Select(
            p => (p.Name, p.Name.Contains("cale", StringComparison.Ordinal) ? p.Value ?? 1 : Math.Round((p.Value ?? 0) / degrees, 12)));
        (string Name, double Value)[] origin =
        [
            (isEsri ? "False_Easting" : "false_easting", Math.Round((crs.Parameters.FalseEasting ?? 0) / crs.Unit.Metres, 6)),
            (isEsri ? "False_Northing" : "false_northing", Math.Round((crs.Parameters.FalseNorthing ?? 0) / crs.Unit.Metres, 6)),
        ];
        return string.Concat((isEsri ? origin.Concat(angles) : angles.Concat(origin)).Select(
            p => $"PARAMETER[\"{p.Name}\",{(isEsri ? Real(p.Value) : Number(p.Value))}],"));
    }

    private static string Authority(int? code) => code is int known ? FormattableString.Invariant($",AUTHORITY[\"EPSG\",\"{known}\"]") : "";

    private static string Quote(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Real(double value) => value.ToString("0.0##############", CultureInfo.InvariantCulture);
}
