namespace ArcLearn.Core.Crs;

/// <summary>Writes WKT 1 (OGC 01-009) with EPSG authorities, node by node as GDAL does.</summary>
internal static class WktWriter
{
    private const string Metre = "UNIT[\"metre\",1,AUTHORITY[\"EPSG\",\"9001\"]],AXIS[\"Easting\",EAST],AXIS[\"Northing\",NORTH]";

    /// <summary>WKT 1 has no Web Mercator: readers know it by this extension, which GDAL and QGIS understand.</summary>
    private const string Sphere = "EXTENSION[\"PROJ4\",\"+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m "
        + "+nadgrids=@null +wktext +no_defs\"]";

    public static string Write(KnownCrs crs) => crs.Kind switch
    {
        CrsKind.Geographic => Geographic(crs.Datum, "AXIS[\"Latitude\",NORTH],AXIS[\"Longitude\",EAST],"),
        CrsKind.WebMercator => Projected(crs, "Mercator_1SP", [("central_meridian", 0), ("scale_factor", 1)], Sphere + ","),
        _ => Projected(
            crs,
            "Transverse_Mercator",
            [("latitude_of_origin", 0), ("central_meridian", crs.CentralMeridian), ("scale_factor", Utm.ScaleFactor)],
            ""),
    };

    private static string Projected(KnownCrs crs, string method, (string Name, double Value)[] parameters, string extension)
    {
        double easting = crs.Kind == CrsKind.Utm ? Utm.FalseEasting : 0;
        (string Name, double Value)[] all = [.. parameters, ("false_easting", easting), ("false_northing", crs.FalseNorthing)];
        string list = string.Concat(all.Select(p => FormattableString.Invariant($"PARAMETER[\"{p.Name}\",{p.Value}],")));
        return FormattableString.Invariant(
            $"PROJCS[\"{crs.Name}\",{Geographic(crs.Datum, "")},PROJECTION[\"{method}\"],{list}{Metre},{extension}AUTHORITY[\"EPSG\",\"{crs.Epsg}\"]]");
    }

    private static string Geographic(GeodeticDatum datum, string axes) => FormattableString.Invariant(
        $"GEOGCS[\"{datum.Name}\",DATUM[\"{datum.WktName}\",SPHEROID[\"{datum.EllipsoidName}\",{datum.SemiMajorAxis},{datum.InverseFlattening},")
        + FormattableString.Invariant($"AUTHORITY[\"EPSG\",\"{datum.EllipsoidCode}\"]],AUTHORITY[\"EPSG\",\"{datum.DatumCode}\"]],")
        + "PRIMEM[\"Greenwich\",0,AUTHORITY[\"EPSG\",\"8901\"]],UNIT[\"degree\",0.0174532925199433,AUTHORITY[\"EPSG\",\"9122\"]],"
        + FormattableString.Invariant($"{axes}AUTHORITY[\"EPSG\",\"{datum.GeographicCode}\"]]");
}
