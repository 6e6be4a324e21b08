namespace ArcLearn;

/// <summary>The picture format of exported chips.</summary>
public enum ChipFormat
{
    /// <summary>GeoTIFF: any number of bands, 8 or 16 bits, lossless.</summary>
    TIFF,

    /// <summary>PNG: one or three bands of 8 bits, lossless.</summary>
    PNG,

    /// <summary>JPEG: one or three bands of 8 bits, lossy.</summary>
    JPEG,
}
