using ArcLearn.Core.Rasters;
using NetTopologySuite.Geometries;
using NetTopologySuite.Operation.Overlay;
using NetTopologySuite.Operation.OverlayNG;

namespace ArcLearn.Core.Chips.Labels;

/// <summary>A polygon on a chip.</summary>
/// <param name="polygon">In the pixels of the raster, or of the chip where that is turned.</param>
/// <param name="window">The chip in the polygon's coordinates.</param>
internal sealed class PolygonShape(Geometry polygon, PixelWindow window) : IChipShape
{
    public void Fill(PixelRun fill) => PolygonFill.Fill(polygon, window, fill);

    public Geometry? Outline()
    {
        Envelope bounds = new(window.Column, window.Right, window.Row, window.Bottom);
        Geometry part = bounds.Contains(polygon.EnvelopeInternal)
            ? polygon
            : OverlayNGRobust.Overlay(polygon, polygon.Factory.ToGeometry(bounds), SpatialFunction.Intersection);
        return NetTopologySuite.Geometries.Utilities.AffineTransformation.TranslationInstance(-window.Column, -window.Row).Transform(part);
    }
}
