using ArcLearn.Core.Crs;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Vectors;
using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Drawing;

/// <summary>What one pass over a layer tells before it is drawn: classes with their counts, extent, features that the raster does not reach.</summary>
/// <param name="Bounds">Of all features, in the layer's coordinates.</param>
/// <param name="Outside">Features that lie wholly outside the raster; they are not among the classes' counts.</param>
/// <param name="Transform">To the raster's coordinates; null where the layer lies in them already, or nothing says otherwise.</param>
internal sealed record LayerSurvey(FeatureClasses Classes, Envelope Bounds, int Outside, ICoordinateTransform? Transform)
{
    /// <exception cref="LearnDataException">LayerOutside: there are features, and none lies on the raster. UnknownCrs, ClassFieldMissing.</exception>
    public static LayerSurvey Make(IVectorLayer layer, IRaster? raster, DetectionMapOptions options, CancellationToken cancel)
    {
        FeatureClasses classes = new(layer, options);
        ICoordinateTransform? transform = FindTransform(layer, raster);
        Envelope bounds = new();
        Envelope placedBounds = new();
        int outside = 0;
        foreach (VectorFeature feature in layer.Read())
        {
            cancel.ThrowIfCancellationRequested();
            bounds.ExpandToInclude(feature.Geometry?.EnvelopeInternal ?? new Envelope());
            if (raster is not null && feature.Geometry is { IsEmpty: false } geometry && (transform?.Apply(geometry) ?? geometry) is { } placed && !Reaches(raster, placed))
            {
                outside++;
                placedBounds.ExpandToInclude(placed.EnvelopeInternal);
                continue;
            }

            classes.Count(feature);
        }

        return outside > 0 && classes.Total == 0
            ? throw Misplaced(layer, raster!, outside, placedBounds)
            : new LayerSurvey(classes, bounds, outside, transform);
    }

    /// <summary>Whether a geometry in the raster's coordinates touches the raster.</summary>
    public static bool Reaches(IRaster raster, Geometry geometry)
    {
        Envelope pixels = new();
        foreach (Coordinate corner in geometry.Coordinates)
        {
            (double column, double row) = raster.Transform.ToPixel(corner.X, corner.Y);
            if (double.IsFinite(column) && double.IsFinite(row))
            {
                pixels.ExpandToInclude(column, row);
            }
        }

        return pixels.Intersects(new Envelope(0, raster.Width, 0, raster.Height));
    }

    /// <summary>"12 objects, 3 more outside"</summary>
    public string Describe() =>
        FormattableString.Invariant($"{Classes.Total} objects") + (Outside > 0 ? FormattableString.Invariant($", {Outside} more outside") : "");

    private static LearnDataException Misplaced(IVectorLayer layer, IRaster raster, int outside, Envelope found)
    {
        string place = found.IsNull || !double.IsFinite(found.Width) || !double.IsFinite(found.Height) ? "no place on it" : Text(new GeoExtent(found.MinX, found.MinY, found.MaxX, found.MaxY));
        string crs = layer.IsCrsExplicit || layer.SpatialReference is null ? "" : $" The layer names no coordinate reference system; {layer.SpatialReference} was assumed.";
        return new LearnDataException(
            "LayerOutside",
            $"All {outside} feature(s) of {layer.Path} lie outside {raster.Path}. In its coordinates ({raster.SpatialReference?.ToString() ?? "no CRS"}) the layer covers {place}, "
            + $"the raster {Text(RasterSummary.Extent(raster))} (xmin, ymin, xmax, ymax).{crs} Give the raster that the layer belongs to with -Raster.",
            layer.Path);
    }

    private static string Text(GeoExtent e) => FormattableString.Invariant($"({e.XMin:0.######}, {e.YMin:0.######}, {e.XMax:0.######}, {e.YMax:0.######})");

    private static ICoordinateTransform? FindTransform(IVectorLayer layer, IRaster? raster) =>
        raster?.SpatialReference is SpatialReference to && layer.SpatialReference is SpatialReference from
        && CoordinateTransforms.Create(from, to) is { IsIdentity: false } transform
            ? transform
            : null;
}
