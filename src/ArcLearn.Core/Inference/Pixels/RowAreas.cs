using ArcLearn.Core.Crs;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>What a pixel covers on the ground, row by row: in degrees and in Web Mercator it depends on the latitude.</summary>
internal sealed class RowAreas
{
    private readonly GeoTransform _transform;
    private readonly SpatialReference? _crs;
    private readonly PixelWindow _window;
    private readonly double? _constant;

    public RowAreas(GeoTransform transform, SpatialReference? crs, PixelWindow window)
    {
        (_transform, _crs, _window) = (transform, crs, window);
        double? top = Reckon(window.Row);
        IsKnown = top is not null;
        _constant = top == Reckon(window.Row + (window.Height / 2)) && top == Reckon(window.Bottom - 1) ? top : null;
    }

    /// <summary>Whether the unit of the coordinates is known.</summary>
    public bool IsKnown { get; }

    /// <summary>Square metres of a pixel of a row, as they are in its middle.</summary>
    /// <param name="row">Of the raster.</param>
    public double At(int row) => _constant ?? Reckon(row) ?? 0;

    private double? Reckon(int row)
    {
        (double x, double y) = _transform.ToMap(_window.Column + (_window.Width / 2.0), row + 0.5);
        return GroundScale.At(_crs, x, y) is GroundSize unit && double.IsFinite(unit.X) && unit.X > 0 && unit.Y > 0
            ? Math.Abs((_transform.PixelWidth * _transform.PixelHeight) - (_transform.RowRotation * _transform.ColumnRotation)) * unit.X * unit.Y
            : null;
    }
}
