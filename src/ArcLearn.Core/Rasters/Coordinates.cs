namespace ArcLearn.Core.Rasters;

/// <summary>What is said of a raster whose place on the earth is not known.</summary>
internal static class Coordinates
{
    /// <summary>One warning for a raster without a coordinate reference system.</summary>
    public static void Warn(IRaster raster, Action<string>? warn)
    {
        if (raster.SpatialReference is null)
        {
            warn?.Invoke(raster.IsGeoreferenced
                ? $"{raster.Path} names no coordinate reference system; its own coordinates are used."
                : $"{raster.Path} has no georeference; pixels are used as coordinates, x = column, y = -row.");
        }
    }
}
