namespace ArcLearn.Core.Rasters;

/// <summary>Chips hold 8 or 16 bits without a sign; what is said of a raster that has others.</summary>
internal static class ChipSamples
{
    /// <exception cref="LearnDataException">SampleTypeUnsupported: always; for the caller to throw.</exception>
    public static LearnDataException Refuse(IRaster raster) => new(
        "SampleTypeUnsupported",
        $"{raster.Path} has {raster.SampleType} samples; chips hold UInt8 or UInt16. Scale it first: gdal_translate -ot UInt16 -scale "
        + $"\"{Path.GetFileName(raster.Path)}\" \"{Path.GetFileNameWithoutExtension(raster.Path)}_uint16.tif\"",
        raster.Path);
}
