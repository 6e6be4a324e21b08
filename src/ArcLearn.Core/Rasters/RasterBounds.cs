using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Rasters;

/// <summary>The ground that a raster covers.</summary>
internal static class RasterBounds
{
    /// <summary>The bounds of its four corners, in its map coordinates; of a rotated raster they hold more than its ground.</summary>
    public static Envelope InMap(IRaster raster)
    {
        Envelope bounds = new();
        foreach ((double column, double row) in new[] { (0.0, 0.0), (raster.Width, 0.0), (0.0, raster.Height), (raster.Width, (double)raster.Height) })
        {
            (double x, double y) = raster.Transform.ToMap(column, row);
            bounds.ExpandToInclude(x, y);
        }

        return bounds;
    }
}
