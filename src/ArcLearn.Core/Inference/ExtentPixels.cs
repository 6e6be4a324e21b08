using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>An extent of map coordinates in pixels of a raster.</summary>
internal static class ExtentPixels
{
    // Parts of a pixel that a border may lie beyond a pixel's and still be the same border.
    private const double Slack = 1e-6;

    /// <summary>The upright rectangle around it, in corner coordinates.</summary>
    public static (double Left, double Top, double Right, double Bottom) Bounds(GeoExtent extent, GeoTransform transform)
    {
        (double X, double Y)[] corners =
        [
            transform.ToPixel(extent.XMin, extent.YMin),
            transform.ToPixel(extent.XMin, extent.YMax),
            transform.ToPixel(extent.XMax, extent.YMin),
            transform.ToPixel(extent.XMax, extent.YMax),
        ];
        return (corners.Min(corner => corner.X), corners.Min(corner => corner.Y), corners.Max(corner => corner.X), corners.Max(corner => corner.Y));
    }

    /// <summary>Grown to whole pixels, as far as the raster reaches; it may be empty.</summary>
    public static PixelWindow Cover(GeoExtent extent, GeoTransform transform, int width, int height)
    {
        (double left, double top, double right, double bottom) = Bounds(extent, transform);
        int column = Whole(Math.Floor(left + Slack), width);
        int row = Whole(Math.Floor(top + Slack), height);
        return new PixelWindow(column, row, Math.Max(0, Whole(Math.Ceiling(right - Slack), width) - column), Math.Max(0, Whole(Math.Ceiling(bottom - Slack), height) - row));
    }

    private static int Whole(double place, int length) => (int)Math.Clamp(place, 0, length);
}
