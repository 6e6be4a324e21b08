namespace ArcLearn.Commands;

/// <summary>Tells outputs that are rasters from layers.</summary>
internal static class RasterOutputs
{
    /// <summary>Whether a path is that of a raster, by its extension.</summary>
    public static bool IsRaster(string path) => System.IO.Path.GetExtension(path).ToUpperInvariant() is ".TIF" or ".TIFF" or ".VRT";
}
