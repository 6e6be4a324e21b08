using ArcLearn.Core.Crs;
using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Vectors;

/// <summary>Tells metres that are taken as degrees: a GeoJSON without <c>crs</c> means WGS 84, whatever its writer thought.</summary>
internal static class DegreeRange
{
    public static bool IsInDegrees(IVectorLayer layer) =>
        layer.SpatialReference is SpatialReference crs && CoordinateSystems.Identify(crs)?.IsGeographic == true;

    /// <summary>The first vertex that is no place in degrees; longitudes may run from 0 to 360.</summary>
    public static Coordinate? FindBeyond(Geometry geometry)
    {
        Envelope box = geometry.EnvelopeInternal;
        return IsBeyond(box.MinX, box.MinY) || IsBeyond(box.MaxX, box.MaxY)
            ? geometry.Coordinates.First(c => IsBeyond(c.X, c.Y))
            : null;
    }

    /// <summary>What to tell of a layer all of whose coordinates lie beyond.</summary>
    public static LearnDataException Fault(IVectorLayer layer, Coordinate found, SpatialReference rasterCrs)
    {
        string assumed = layer.IsCrsExplicit
            ? $"{layer.Path} says that its coordinates are in {layer.SpatialReference}"
            : $"{layer.Path} names no coordinate reference system, so its coordinates are taken as {layer.SpatialReference} (WGS 84)";
        string written = GeoJsonCrs.NameFor(rasterCrs) is string name && !name.Contains('[', StringComparison.Ordinal)
            ? $" with \"crs\":{{\"type\":\"name\",\"properties\":{{\"name\":\"{name}\"}}}} in a GeoJSON, or"
            : "";
        return new LearnDataException(
            "LabelCrsMissing",
            FormattableString.Invariant($"{assumed}, degrees of longitude and latitude; but it has ({found.X:0.###}, {found.Y:0.###}), which is beyond degrees. ")
            + $"Say in the file which system it is in: if it is that of the raster, {rasterCrs},{written} as with 'ogr2ogr -a_srs {rasterCrs} new.gpkg \"{Path.GetFileName(layer.Path)}\"'.",
            layer.Path);
    }

    private static bool IsBeyond(double x, double y) => Math.Abs(x) > 360 || Math.Abs(y) > 90;
}
