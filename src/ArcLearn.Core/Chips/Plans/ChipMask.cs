using NetTopologySuite.Geometries;
using NetTopologySuite.Geometries.Prepared;
using NetTopologySuite.Geometries.Utilities;

namespace ArcLearn.Core.Chips.Plans;

/// <summary>Where chips may lie: those that do so completely are cut.</summary>
/// <param name="mask">In the pixels of the raster.</param>
internal sealed class ChipMask(Geometry mask)
{
    /// <summary>Pixels that a border may miss by and still be the same border.</summary>
    private const double Slack = 1e-4;

    private readonly IPreparedGeometry _mask = PreparedGeometryFactory.Prepare(mask);
    private readonly object _lock = new();

    public bool Covers(ChipPlace place)
    {
        Polygon outline = place.Outline();
        (double x, double y) = (outline.Centroid.X, outline.Centroid.Y);
        Geometry inner = AffineTransformation.ScaleInstance(1 - (Slack / place.Width), 1 - (Slack / place.Height), x, y).Transform(outline);

        // What is prepared is made when first asked for.
        lock (_lock)
        {
            return _mask.Covers(inner);
        }
    }
}
