namespace ArcLearn;

/// <summary>The number type of a raster's samples.</summary>
public enum SampleType
{
    /// <summary>8-bit unsigned.</summary>
    UInt8,

    /// <summary>16-bit unsigned.</summary>
    UInt16,
}
