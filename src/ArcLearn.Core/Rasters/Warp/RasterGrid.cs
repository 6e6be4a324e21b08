using ArcLearn.Core.Crs;

namespace ArcLearn.Core.Rasters.Warp;

/// <summary>A grid of cells on the map: where a raster lies, or where one is wanted.</summary>
/// <param name="SpatialReference">Null where it is not known.</param>
internal sealed record RasterGrid(GeoTransform Transform, int Width, int Height, SpatialReference? SpatialReference)
{
    /// <summary>Cells that a border may miss by and still be the same border.</summary>
    private const double Slack = 1e-6;

    public static RasterGrid Of(IRaster raster) => new(raster.Transform, raster.Width, raster.Height, raster.SpatialReference);

    /// <inheritdoc cref="Cover(GeoExtent, CellSize, SpatialReference?, GeoTransform?)"/>
    public static RasterGrid Cover(GeoExtent extent, double cellSize, SpatialReference? reference, GeoTransform? snap = null) =>
        Cover(extent, new CellSize(cellSize, cellSize), reference, snap);

    /// <summary>
    /// The cells of <paramref name="cellSize"/> that cover an extent. They begin at its upper-left corner, or lie on the cells of
    /// <paramref name="snap"/>; then the extent grows to whole cells.
    /// </summary>
    /// <exception cref="LearnArgumentException">The cell size makes no sense, or the grid would have too many cells.</exception>
    public static RasterGrid Cover(GeoExtent extent, CellSize cellSize, SpatialReference? reference, GeoTransform? snap = null)
    {
        if (!(cellSize.X > 0 && cellSize.Y > 0) || !double.IsFinite(cellSize.X + cellSize.Y))
        {
            throw new LearnArgumentException("CellSize", $"A cell size of {cellSize} map units makes no grid; it must be positive.");
        }

        (double left, double top) = (extent.XMin, extent.YMax);
        if (snap is GeoTransform origin)
        {
            // Whole cells away from the snap raster's corner.
            left = origin.OriginX + (Math.Floor(((extent.XMin - origin.OriginX) / cellSize.X) + Slack) * cellSize.X);
            top = origin.OriginY + (Math.Ceiling(((extent.YMax - origin.OriginY) / cellSize.Y) - Slack) * cellSize.Y);
        }

        double columns = Math.Max(1, Math.Ceiling(((extent.XMax - left) / cellSize.X) - Slack));
        double rows = Math.Max(1, Math.Ceiling(((top - extent.YMin) / cellSize.Y) - Slack));
        return columns <= int.MaxValue && rows <= int.MaxValue
            ? new RasterGrid(new GeoTransform(left, top, cellSize.X, -cellSize.Y), (int)columns, (int)rows, reference)
            : throw new LearnArgumentException("CellSize", FormattableString.Invariant($"A cell size of {cellSize} map units makes a grid of {columns} by {rows} cells."));
    }

    /// <summary>The rectangle around all cells, in this grid's coordinates.</summary>
    public GeoExtent Extent => Bounds(1, (x, y) => (x, y));

    /// <summary>The rectangle around this grid's cells in another system; borders are followed, since they bend.</summary>
    /// <exception cref="LearnDataException">UnknownCrs: there is no way from one system to the other.</exception>
    public GeoExtent ExtentIn(SpatialReference reference)
    {
        if (SpatialReference is null)
        {
            throw new LearnDataException("UnknownCrs", $"A raster that names no coordinate reference system cannot be reprojected to {reference}.", reference);
        }

        ICoordinateTransform transform = CoordinateTransforms.Create(SpatialReference, reference);
        return transform.IsIdentity ? Extent : Bounds(21, transform.Apply);
    }

    private GeoExtent Bounds(int steps, Func<double, double, (double X, double Y)> transform)
    {
        (double left, double bottom, double right, double top) = (double.MaxValue, double.MaxValue, double.MinValue, double.MinValue);
        for (int i = 0; i <= steps; i++)
        {
            double along = (double)i / steps;
            Add(along * Width, 0);
            Add(along * Width, Height);
            Add(0, along * Height);
            Add(Width, along * Height);
        }

        return right >= left && top >= bottom
            ? new GeoExtent(left, bottom, right, top)
            : throw new LearnDataException("UnknownCrs", "No corner of the raster has a place in the other coordinate reference system.", SpatialReference);

        void Add(double column, double row)
        {
            (double x, double y) = Transform.ToMap(column, row);
            (x, y) = transform(x, y);
            if (double.IsFinite(x) && double.IsFinite(y))
            {
                (left, right) = (Math.Min(left, x), Math.Max(right, x));
                (bottom, top) = (Math.Min(bottom, y), Math.Max(top, y));
            }
        }
    }
}
