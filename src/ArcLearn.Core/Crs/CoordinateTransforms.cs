using ArcLearn.Core.Crs.Projections;

namespace ArcLearn.Core.Crs;

/// <summary>
/// Transforms between systems that are computed here, in closed form. Datums that PROJ takes as equal where it has no grids (WGS 84, NAD83,
/// ETRS89, GDA94 …) are taken as equal, which the transform tells; any other shift of a datum is refused. Any two equal systems are an
/// identity, also those that are not computed here.
/// </summary>
internal static class CoordinateTransforms
{
    /// <exception cref="LearnDataException">
    /// UnknownCrs: the systems differ and one of them is not computed here. DatumShift: the datums differ by more than a metre or two.
    /// </exception>
    public static ICoordinateTransform Create(SpatialReference from, SpatialReference to)
    {
        if (CoordinateSystems.AreEqual(from, to))
        {
            return new Transform(null, null, null);
        }

        CrsDefinition source = CoordinateSystems.Identify(from, out string? problem) ?? throw Unknown(from, to, problem!);
        CrsDefinition target = CoordinateSystems.Identify(to, out problem) ?? throw Unknown(to, from, problem!);
        GeodeticDatum one = source.Geographic.Datum;
        GeodeticDatum other = target.Geographic.Datum;
        string? note = null;
        if (!one.IsSameAs(other))
        {
            note = one.IsNullShiftTo(other)
                ? $"The datums {source.Geographic.Name} and {target.Geographic.Name} are taken as equal; they differ by a metre or two at most."
                : throw DatumShift(from, source, to, target);
        }

        bool isIdentity = (source with { Geographic = target.Geographic }).IsSameAs(target)
            && source.Geographic.MeridianLongitude == target.Geographic.MeridianLongitude
            && (source.IsGeographic || one.Ellipsoid.InverseFlattening == other.Ellipsoid.InverseFlattening)
            && (!source.IsGeographic || source.Geographic.DegreesPerUnit == target.Geographic.DegreesPerUnit);
        return isIdentity ? new Transform(null, null, note) : new Transform(new ProjectedSystem(source), new ProjectedSystem(target), note);
    }

    private static LearnDataException Unknown(SpatialReference unknown, SpatialReference other, string problem)
    {
        string target = CoordinateSystems.Identify(other)?.Epsg is int code ? $"EPSG:{code}" : "EPSG:4326";
        return new LearnDataException(
            "UnknownCrs", $"The coordinate reference system '{Named(unknown)}' cannot be converted from or to {other}: {problem}. {Remedy(target)}", unknown);
    }

    private static LearnDataException DatumShift(SpatialReference from, CrsDefinition source, SpatialReference to, CrsDefinition target) => new(
        "DatumShift",
        $"{Named(from)} cannot be converted to {Named(to)}: their datums '{source.Geographic.Datum.Name}' and '{target.Geographic.Datum.Name}' lie "
        + $"metres to hundreds of metres apart, and that shift is not computed here. {Remedy(target.Epsg is int code ? $"EPSG:{code}" : "EPSG:4326")}",
        from);

    private static string Named(SpatialReference crs) =>
        crs.Epsg is int epsg && !crs.Name.Contains($"{epsg}", StringComparison.Ordinal) ? $"{crs.Name} (EPSG:{epsg})" : crs.Name;

    private static string Remedy(string target) =>
        $"Reproject that layer first, as with 'ogr2ogr -t_srs {target} new.gpkg old.gpkg' (a raster with 'gdalwarp -t_srs {target}').";

    private sealed class Transform(ProjectedSystem? from, ProjectedSystem? to, string? note) : ICoordinateTransform
    {
        public bool IsIdentity => from is null;

        public string? Note => note;

        public (double X, double Y) Apply(double x, double y)
        {
            if (from is null)
            {
                return (x, y);
            }

            (double longitude, double latitude) = from.Unproject(x, y);
            return to!.Project(longitude, latitude);
        }
    }
}
