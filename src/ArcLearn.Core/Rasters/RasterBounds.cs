using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Rasters;

/// <summary>The ground that a raster covers.</summary>
internal static class RasterBounds
{
    /// <summary>The bounds of its four corners, in its map coordinates; of a rotated raster they hold more than its ground.</summary>
    public static Envelope InMap(IRaster raster) => InMap(raster.Transform, new PixelWindow(0, 0, raster.Width, raster.Height));

    /// <summary>The same of a window, which may reach beyond the raster.</summary>
    public static Envelope InMap(GeoTransform transform, PixelWindow window)
    {
        Envelope bounds = new();
        foreach ((int column, int row) in new[] { (window.Column, window.Row), (window.Right, window.Row), (window.Column, window.Bottom), (window.Right, window.Bottom) })
        {
            (double x, double y) = transform.ToMap(column, row);
            bounds.ExpandToInclude(x, y);
        }

        return bounds;
    }
}
