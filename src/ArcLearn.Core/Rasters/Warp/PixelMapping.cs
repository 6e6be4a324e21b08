using ArcLearn.Core.Crs;

namespace ArcLearn.Core.Rasters.Warp;

/// <summary>From cells of a grid to pixels of a raster, both in corner coordinates. Positions without a place in the raster's system are NaN.</summary>
internal sealed class PixelMapping
{
    private readonly GeoTransform _grid;
    private readonly GeoTransform _raster;
    private readonly ICoordinateTransform? _transform;

    /// <exception cref="LearnDataException">UnknownCrs: there is no way from one system to the other.</exception>
    public PixelMapping(RasterGrid grid, RasterGrid raster)
    {
        (_grid, _raster) = (grid.Transform, raster.Transform);
        if (grid.SpatialReference is SpatialReference to && raster.SpatialReference is SpatialReference from)
        {
            ICoordinateTransform transform = CoordinateTransforms.Create(to, from);
            _transform = transform.IsIdentity ? null : transform;
        }
    }

    private PixelMapping(PixelMapping other, GeoTransform raster) => (_grid, _transform, _raster) = (other._grid, other._transform, raster);

    /// <summary>Whether the way is that of one affine map.</summary>
    public bool IsLinear => _transform is null;

    /// <summary>The same way to an overview, whose pixels are larger.</summary>
    public PixelMapping To(GeoTransform raster) => new(this, raster);

    public (double Column, double Row) Apply(double column, double row)
    {
        (double x, double y) = _grid.ToMap(column, row);
        if (_transform is not null)
        {
            (x, y) = _transform.Apply(x, y);
        }

        return _raster.ToPixel(x, y);
    }

    /// <summary>Pixels under one cell in the middle of the grid: along a column step and along a row step.</summary>
    public (double Columns, double Rows) Ratio(double column, double row)
    {
        (double x, double y) = Apply(column, row);
        (double x1, double y1) = Apply(column + 1, row);
        (double x2, double y2) = Apply(column, row + 1);
        return (Math.Max(Math.Abs(x1 - x), Math.Abs(x2 - x)), Math.Max(Math.Abs(y1 - y), Math.Abs(y2 - y)));
    }
}
