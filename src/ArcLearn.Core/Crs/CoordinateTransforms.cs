namespace ArcLearn.Core.Crs;

/// <summary>
/// Transforms between WGS 84, NAD83 and ETRS89 in degrees, Web Mercator and UTM, in closed form. Datum pairs among the three are a null
/// shift, as in PROJ without grids. Any two equal systems are an identity, also those that are not computed here.
/// </summary>
internal static class CoordinateTransforms
{
    /// <exception cref="LearnDataException">UnknownCrs: the systems differ and one of them is not computed here.</exception>
    public static ICoordinateTransform Create(SpatialReference from, SpatialReference to)
    {
        if (CoordinateSystems.AreEqual(from, to))
        {
            return IdentityTransform.Instance;
        }

        KnownCrs source = CoordinateSystems.Identify(from) ?? throw Unknown(from, to);
        KnownCrs target = CoordinateSystems.Identify(to) ?? throw Unknown(to, from);
        return source == target || (source.Kind == CrsKind.Geographic && target.Kind == CrsKind.Geographic)
            ? IdentityTransform.Instance
            : new ProjectedTransform(source, target);
    }

    private static LearnDataException Unknown(SpatialReference unknown, SpatialReference other)
    {
        string target = other.Epsg is int code && KnownCrs.FromCode(code) is not null ? $"EPSG:{code}" : "EPSG:4326";
        string name = unknown.Epsg is int epsg && !unknown.Name.Contains($"{epsg}", StringComparison.Ordinal)
            ? $"{unknown.Name} (EPSG:{epsg})"
            : unknown.Name;
        return new LearnDataException(
            "UnknownCrs",
            $"The coordinate reference system '{name}' cannot be converted from or to {other}: WGS 84, NAD83, ETRS89, their UTM zones and Web Mercator "
            + $"can. Reproject that layer first, as with 'ogr2ogr -t_srs {target} new.gpkg old.gpkg' (a raster with 'gdalwarp -t_srs {target}').",
            unknown);
    }

    private sealed class IdentityTransform : ICoordinateTransform
    {
        public static readonly IdentityTransform Instance = new();

        public bool IsIdentity => true;

        public (double X, double Y) Apply(double x, double y) => (x, y);
    }

    private sealed class ProjectedTransform(KnownCrs from, KnownCrs to) : ICoordinateTransform
    {
        private readonly MapProjection _from = new(from);
        private readonly MapProjection _to = new(to);

        public bool IsIdentity => false;

        public (double X, double Y) Apply(double x, double y)
        {
            (double longitude, double latitude) = _from.Unproject(x, y);
            return _to.Project(longitude, latitude);
        }
    }
}
