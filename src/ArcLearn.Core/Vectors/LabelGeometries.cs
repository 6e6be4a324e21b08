using ArcLearn.Core.Crs;
using NetTopologySuite.Geometries;
using NetTopologySuite.Geometries.Utilities;
using NetTopologySuite.Operation.Valid;

namespace ArcLearn.Core.Vectors;

/// <summary>A label's polygon and how it lies; where it is not wanted, what it is made of will do for its bounds.</summary>
internal readonly record struct LabelShape(Geometry Geometry, LabelReach Reach);

/// <summary>Makes valid polygons in the raster's coordinates out of a label's geometry: reprojected, repaired, points and lines widened.</summary>
/// <param name="layer">The labels.</param>
/// <param name="transform">To the raster's coordinates; null where they are the layer's.</param>
/// <param name="bufferRadius">What points and lines are widened by.</param>
/// <param name="bounds">What to keep; null for all.</param>
internal sealed class LabelGeometries(IVectorLayer layer, ICoordinateTransform? transform, double? bufferRadius, LabelBounds? bounds = null)
{
    public const string Empty = "empty geometry";
    public const string Invalid = "invalid geometry";
    public const string BeyondDegrees = "coordinates beyond degrees";

    /// <summary>Segments in a quarter of a buffer's circle.</summary>
    private const int QuadrantSegments = 16;

    private readonly bool _isInDegrees = transform is not null && DegreeRange.IsInDegrees(layer);

    /// <summary>The first position that no longitude and latitude can have, in a layer in degrees.</summary>
    public Coordinate? BeyondDegreesAt { get; private set; }

    /// <summary>Invalid geometries that were mended.</summary>
    public int Repaired { get; private set; }

    /// <summary>How many labels a geometry makes at most, in any coordinates.</summary>
    public static int CountParts(Geometry? geometry) => geometry is MultiPoint points ? points.NumGeometries : 1;

    /// <summary>One polygon or multipolygon a feature; a multipoint gives one for each point. None, with the reason, where nothing is left.</summary>
    /// <exception cref="LearnDataException">BufferRadiusMissing: the geometry has no area of its own.</exception>
    public IReadOnlyList<LabelShape> Prepare(Geometry? geometry, out string? reason)
    {
        reason = Empty;
        if (geometry is null || geometry.IsEmpty)
        {
            return [];
        }

        if (_isInDegrees && DegreeRange.FindBeyond(geometry) is Coordinate beyond)
        {
            BeyondDegreesAt ??= beyond;
            reason = BeyondDegrees;
            return [];
        }

        reason = Invalid;
        Geometry placed = transform is null ? geometry : transform.Apply(geometry);
        Envelope box = placed.EnvelopeInternal;
        if (!placed.Coordinates.All(c => double.IsFinite(c.X) && double.IsFinite(c.Y)) || box.IsNull)
        {
            reason = placed.IsEmpty || transform is null ? Invalid : $"coordinates beyond the reach of {layer.SpatialReference} or the raster's system";
            return [];
        }

        LabelShape[] shapes = placed.Dimension == Dimension.Surface
            ? [.. new[] { Mend(placed) }.OfType<Geometry>().Select(shape => new LabelShape(shape, Reach(shape, 0)))]
            : [.. Split(placed).Select(Widen)];
        if (shapes.Length > 0)
        {
            reason = null;
        }

        return shapes;
    }

    private LabelReach Reach(Geometry geometry, double radius)
    {
        Envelope box = geometry.EnvelopeInternal.Copy();
        box.ExpandBy(radius);
        return bounds?.Reach(box) ?? LabelReach.Wanted;
    }

    private static IEnumerable<Geometry> Split(Geometry geometry) =>
        geometry is MultiPoint points ? points.Geometries.Where(point => !point.IsEmpty) : [geometry];

    private LabelShape Widen(Geometry geometry)
    {
        double radius = bufferRadius ?? throw new LearnDataException(
            "BufferRadiusMissing",
            $"{layer.Path} holds labels of type {geometry.GeometryType}, which have no area. Give -BufferRadius, in map units of the raster.",
            layer.Path);
        LabelReach reach = Reach(geometry, radius);
        return new LabelShape(reach == LabelReach.Wanted ? geometry.Buffer(radius, QuadrantSegments) : geometry, reach);
    }

    /// <summary>The geometry, its repaired form, or null where no area is left. The points and lines of a collection are dropped.</summary>
    private Geometry? Mend(Geometry geometry)
    {
        bool isValid = new IsValidOp(geometry).IsValid;
        if (isValid && geometry is Polygon or MultiPolygon)
        {
            return geometry.Area > 0 ? geometry : null;
        }

        Geometry fixedUp = GeometryFixer.Fix(geometry);
        Polygon[] parts = [.. PolygonExtracter.GetPolygons(fixedUp).OfType<Polygon>().Where(part => part.Area > 0)];
        if (parts.Length == 0)
        {
            return null;
        }

        Repaired += isValid ? 0 : 1;

        // The polygons of a collection may overlap, which those of a multipolygon must not.
        return parts.Length == 1 ? parts[0] : GeometryFixer.Fix(geometry.Factory.CreateMultiPolygon(parts));
    }
}
