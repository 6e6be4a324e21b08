using System.Globalization;

namespace ArcLearn.Core.Rasters;

/// <summary>What is told of rasters in messages.</summary>
internal static class RasterSummary
{
    /// <summary>A raster in one line, for those who ask what was opened.</summary>
    public static string Describe(IRaster raster)
    {
        (double x, double y) = PixelGround.MapUnits(raster.Transform);
        string place = raster.IsGeoreferenced
            ? string.Create(CultureInfo.InvariantCulture, $"{Crs(raster)}, pixels of {x:G6} by {y:G6} map units{Ground(raster)}")
            : "no georeference";
        string noData = raster.NoData is double value ? string.Create(CultureInfo.InvariantCulture, $", nodata {value}") : "";
        return $"Opened {raster.Path}: {raster.Width} by {raster.Height} pixels, {raster.Bands} band(s) of {raster.SampleType}, {place}{noData}.";
    }

    /// <summary>What a raster covers in its own coordinates, a rotated one its box.</summary>
    public static GeoExtent Extent(IRaster raster)
    {
        (double X, double Y)[] corners =
        [
            raster.Transform.ToMap(0, 0),
            raster.Transform.ToMap(raster.Width, 0),
            raster.Transform.ToMap(0, raster.Height),
            raster.Transform.ToMap(raster.Width, raster.Height),
        ];
        return new GeoExtent(
            corners.Min(corner => corner.X), corners.Min(corner => corner.Y), corners.Max(corner => corner.X), corners.Max(corner => corner.Y));
    }

    private static string Crs(IRaster raster) => raster.SpatialReference is not SpatialReference crs ? "no coordinate reference system"
        : crs.Epsg is int code && !crs.Name.StartsWith("EPSG:", StringComparison.Ordinal) ? $"{crs.Name} (EPSG:{code})" : crs.Name;

    private static string Ground(IRaster raster) => PixelGround.Of(raster).Metres is { } metres ? $" ({PixelGround.Describe(metres)} on the ground)" : "";
}
