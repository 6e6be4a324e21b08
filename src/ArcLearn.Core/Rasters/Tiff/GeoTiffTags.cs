namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>Where a GeoTIFF lies (OGC 19-008r4, section 7.1 to 7.4 and annex E) and which of its values mean nothing (GDAL's tag).</summary>
internal static class GeoTiffTags
{
    /// <summary>The transform of the outer corner, or null where the file has no usable one.</summary>
    /// <param name="directory">The file's first directory.</param>
    /// <param name="isPixelPoint">Whether raster coordinates name pixel centres; they are half a pixel off the corners then.</param>
    public static GeoTransform? ReadTransform(TiffDirectory directory, bool isPixelPoint)
    {
        double[] scale = directory.Doubles(TiffTag.ModelPixelScale);
        double[] tie = directory.Doubles(TiffTag.ModelTiepoint);
        double[] matrix = directory.Doubles(TiffTag.ModelTransformation);
        try
        {
            GeoTransform transform;
            if (scale.Length >= 2 && scale[0] != 0 && scale[1] != 0 && tie.Length >= 6)
            {
                // Rows run south whatever sign the scale has, as other readers take it.
                double height = -Math.Abs(scale[1]);
                transform = new GeoTransform(tie[3] - (tie[0] * scale[0]), tie[4] - (tie[1] * height), scale[0], height);
            }
            else if (matrix.Length == 16)
            {
                transform = new GeoTransform(matrix[3], matrix[7], matrix[0], matrix[5], matrix[1], matrix[4]);
            }
            else
            {
                return null;
            }

            return isPixelPoint ? transform.Shift(-0.5, -0.5) : transform;
        }
        catch (ArgumentException)
        {
            return null; // infinite, or without area: such a file lies nowhere
        }
    }

    /// <summary>Null also where the named value is none that a sample can have.</summary>
    public static double? ReadNoData(TiffDirectory directory, SampleType type)
    {
        string? text = directory.Text(TiffTag.GdalNoData);
        return text is not null && RasterXml.TryNumber(text) is double value ? SampleTypes.Represent(value, type) : null;
    }
}
