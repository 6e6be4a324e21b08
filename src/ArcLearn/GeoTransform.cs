namespace ArcLearn;

/// <summary>
/// Maps pixel corners (column to the right, row downwards, 0 at the outer upper-left corner) to map units:
/// <c>x = OriginX + column·PixelWidth + row·RowRotation</c>, <c>y = OriginY + column·ColumnRotation + row·PixelHeight</c>.
/// </summary>
public readonly record struct GeoTransform
{
    /// <summary>A raster without georeference: x = column, y = −row.</summary>
    public static readonly GeoTransform Pixels = new(0, 0, 1, -1);

    /// <summary>Builds a transform; the two scales and rotations must span the plane.</summary>
    /// <exception cref="ArgumentException">A value is not finite, or the pixel has no area.</exception>
    public GeoTransform(
        double originX, double originY, double pixelWidth, double pixelHeight, double rowRotation = 0, double columnRotation = 0)
    {
        double determinant = (pixelWidth * pixelHeight) - (rowRotation * columnRotation);
        if (!double.IsFinite(determinant) || determinant == 0 || !double.IsFinite(originX) || !double.IsFinite(originY))
        {
            throw new ArgumentException($"A pixel of {pixelWidth} by {pixelHeight} map units at ({originX}, {originY}) has no area or no place.");
        }

        (OriginX, OriginY, PixelWidth, PixelHeight) = (originX, originY, pixelWidth, pixelHeight);
        (RowRotation, ColumnRotation) = (rowRotation, columnRotation);
    }

    /// <summary>x of the outer corner of pixel (0, 0); world files give its centre instead.</summary>
    public double OriginX { get; }

    /// <summary>y of the outer corner of pixel (0, 0).</summary>
    public double OriginY { get; }

    /// <summary>Map units along x for one column.</summary>
    public double PixelWidth { get; }

    /// <summary>Map units along y for one row: negative for a north-up raster.</summary>
    public double PixelHeight { get; }

    /// <summary>Map units along x for one row: 0 for a north-up raster.</summary>
    public double RowRotation { get; }

    /// <summary>Map units along y for one column: 0 for a north-up raster.</summary>
    public double ColumnRotation { get; }

    /// <summary>Whether rows and columns lie along the axes.</summary>
    public bool IsAxisAligned => RowRotation == 0 && ColumnRotation == 0;

    /// <summary>Map position of a pixel position in corner coordinates: (0.5, 0.5) is the centre of the first pixel.</summary>
    public (double X, double Y) ToMap(double column, double row) =>
        (OriginX + (column * PixelWidth) + (row * RowRotation), OriginY + (column * ColumnRotation) + (row * PixelHeight));

    /// <summary>Pixel position (corner coordinates) of a map position.</summary>
    public (double Column, double Row) ToPixel(double x, double y)
    {
        double determinant = (PixelWidth * PixelHeight) - (RowRotation * ColumnRotation);
        double dx = x - OriginX;
        double dy = y - OriginY;
        return (((dx * PixelHeight) - (dy * RowRotation)) / determinant, ((dy * PixelWidth) - (dx * ColumnRotation)) / determinant);
    }

    /// <summary>The transform of a window whose pixel (0, 0) is this raster's (column, row).</summary>
    public GeoTransform Shift(double column, double row)
    {
        (double x, double y) = ToMap(column, row);
        return new GeoTransform(x, y, PixelWidth, PixelHeight, RowRotation, ColumnRotation);
    }

    /// <summary>The transform of the same area in larger pixels.</summary>
    /// <param name="columns">Columns of this raster that one column of the other spans.</param>
    /// <param name="rows">Rows of this raster that one row of the other spans.</param>
    public GeoTransform Scale(double columns, double rows) =>
        new(OriginX, OriginY, PixelWidth * columns, PixelHeight * rows, RowRotation * rows, ColumnRotation * columns);
}
