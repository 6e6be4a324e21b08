namespace ArcLearn;

/// <summary>The number type of a raster's samples. Samples of odd widths have the next wider type: 12 bits are UInt16.</summary>
public enum SampleType
{
    /// <summary>8-bit unsigned.</summary>
    UInt8,

    /// <summary>16-bit unsigned.</summary>
    UInt16,

    /// <summary>8-bit signed.</summary>
    Int8,

    /// <summary>16-bit signed.</summary>
    Int16,

    /// <summary>32-bit unsigned.</summary>
    UInt32,

    /// <summary>32-bit signed.</summary>
    Int32,

    /// <summary>64-bit unsigned.</summary>
    UInt64,

    /// <summary>64-bit signed.</summary>
    Int64,

    /// <summary>32-bit floating point; 16-bit and 24-bit ones are read as this, exactly.</summary>
    Float32,

    /// <summary>64-bit floating point.</summary>
    Float64,
}
