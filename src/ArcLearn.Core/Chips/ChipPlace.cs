using ArcLearn.Core.Rasters;
using NetTopologySuite.Geometries;
using NetTopologySuite.Geometries.Utilities;

namespace ArcLearn.Core.Chips;

/// <summary>Where a chip lies on its raster, in the raster's pixels.</summary>
/// <param name="Window">The chip as it lies without a turn; it may reach beyond the raster.</param>
/// <param name="Angle">Degrees that the chip's frame is turned clockwise around its centre; its content turns the other way.</param>
/// <param name="Object">The label that the chip was made for, by its place in the order drawn; -1 for none.</param>
internal readonly record struct ChipPlace(PixelWindow Window, double Angle = 0, int Object = -1)
{
    public int Width => Window.Width;

    public int Height => Window.Height;

    public bool IsTurned => Angle != 0;

    /// <summary>Bounds of the chip in the raster's pixels.</summary>
    public Envelope Bounds
    {
        get
        {
            Envelope bounds = new();
            foreach (Coordinate corner in Corners())
            {
                bounds.ExpandToInclude(corner);
            }

            return bounds;
        }
    }

    /// <summary>The chip's outline in the raster's pixels.</summary>
    public Polygon Outline()
    {
        Coordinate[] corners = Corners();
        return GeometryFactory.Default.CreatePolygon([.. corners, corners[0].Copy()]);
    }

    /// <summary>The chip's own transform, where the raster has <paramref name="raster"/>.</summary>
    public GeoTransform TransformOf(GeoTransform raster)
    {
        if (!IsTurned)
        {
            return raster.Shift(Window.Column, Window.Row);
        }

        (double cos, double sin) = Turn();
        (double column, double row) = ToRaster(0, 0);
        (double x, double y) = raster.ToMap(column, row);
        return new GeoTransform(
            x,
            y,
            (raster.PixelWidth * cos) + (raster.RowRotation * sin),
            (raster.PixelHeight * cos) - (raster.ColumnRotation * sin),
            (raster.RowRotation * cos) - (raster.PixelWidth * sin),
            (raster.ColumnRotation * cos) + (raster.PixelHeight * sin));
    }

    /// <summary>From the raster's pixels to the chip's.</summary>
    public AffineTransformation ToChip()
    {
        (double cos, double sin) = Turn();
        (double x, double y) = Centre;
        return AffineTransformation.TranslationInstance(-x, -y)
            .Compose(new AffineTransformation(cos, sin, Width / 2.0, -sin, cos, Height / 2.0));
    }

    private (double X, double Y) Centre => (Window.Column + (Width / 2.0), Window.Row + (Height / 2.0));

    private Coordinate[] Corners() => [At(0, 0), At(Width, 0), At(Width, Height), At(0, Height)];

    private Coordinate At(double column, double row)
    {
        (double x, double y) = ToRaster(column, row);
        return new Coordinate(x, y);
    }

    private (double Column, double Row) ToRaster(double column, double row)
    {
        (double cos, double sin) = Turn();
        (double x, double y) = Centre;
        (double right, double down) = (column - (Width / 2.0), row - (Height / 2.0));
        return (x + (cos * right) - (sin * down), y + (sin * right) + (cos * down));
    }

    /// <summary>Quarter turns are exact, so that pixels fall on pixels.</summary>
    private (double Cos, double Sin) Turn() => Angle switch
    {
        0 => (1, 0),
        90 => (0, 1),
        180 => (-1, 0),
        270 => (0, -1),
        _ => (Math.Cos(Angle * Math.PI / 180), Math.Sin(Angle * Math.PI / 180)),
    };
}
