using System.Globalization;
using ArcLearn.Core.Crs;

namespace ArcLearn.Core.Rasters;

/// <summary>What a pixel covers on the ground.</summary>
/// <param name="Metres">Along a row and along a column; null where the unit of the coordinates is not known.</param>
/// <param name="Epsg">The code of the coordinates' system; null where none is known.</param>
internal sealed record PixelGround(GroundSize? Metres, int? Epsg)
{
    /// <summary>Of the pixel in the middle of an image of that size.</summary>
    public static PixelGround Of(GeoTransform transform, int width, int height, SpatialReference? crs)
    {
        (double x, double y) = transform.ToMap(width / 2.0, height / 2.0);
        GroundSize? metres = GroundScale.At(crs, x, y) is GroundSize unit && double.IsFinite(unit.X) && unit.X > 0 && unit.Y > 0
            ? new GroundSize(
                double.Hypot(transform.PixelWidth * unit.X, transform.ColumnRotation * unit.Y),
                double.Hypot(transform.RowRotation * unit.X, transform.PixelHeight * unit.Y))
            : null;
        return new PixelGround(metres, crs is null ? null : crs.Epsg ?? CoordinateSystems.Identify(crs)?.Epsg);
    }

    /// <inheritdoc cref="Of(GeoTransform, int, int, SpatialReference?)"/>
    public static PixelGround Of(IRaster raster) => Of(raster.Transform, raster.Width, raster.Height, raster.SpatialReference);

    /// <summary>Lengths of a pixel's two sides in map units, also for a rotated raster.</summary>
    public static (double X, double Y) MapUnits(GeoTransform transform) =>
        (double.Hypot(transform.PixelWidth, transform.ColumnRotation), double.Hypot(transform.RowRotation, transform.PixelHeight));

    /// <summary>"0.3 by 0.3 m"</summary>
    public static string Describe(GroundSize metres) => string.Create(CultureInfo.InvariantCulture, $"{metres.X:G4} by {metres.Y:G4} m");
}
