namespace ArcLearn.Core.Rasters.Warp;

/// <summary>How a cell gets its value from the pixels under it.</summary>
internal enum Resampling
{
    /// <summary>The pixel that the cell's centre lies in. For classes.</summary>
    Nearest,

    /// <summary>Weighted by distance over two pixels a side; over as many as lie under the cell where it is larger.</summary>
    Bilinear,

    /// <summary>Cubic convolution (Keys 1981, a = −1/2) over four pixels a side, or more under larger cells.</summary>
    Cubic,

    /// <summary>The mean over the cell's area.</summary>
    Average,

    /// <summary>The value that covers most of the cell's area; of equals the one that is complete first from the upper left. For classes.</summary>
    Majority,
}
