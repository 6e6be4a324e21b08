namespace ArcLearn.Core.Rasters;

/// <summary>What a file says of one band.</summary>
/// <param name="Name">Its description, or null.</param>
/// <param name="NoData">The stored value that means "no data", or null.</param>
/// <param name="Scale">Stored value times this, plus <paramref name="Offset"/>, is the measured value. Reads never apply it.</param>
/// <param name="Offset">See <paramref name="Scale"/>.</param>
/// <param name="Unit">Of the measured value, or null.</param>
internal sealed record RasterBand(string? Name = null, double? NoData = null, double Scale = 1, double Offset = 0, string? Unit = null)
{
    /// <summary>A band of which nothing is known.</summary>
    public static readonly RasterBand Plain = new();
}

/// <summary>A colour with opacity, each part 0 to 255.</summary>
internal readonly record struct RasterColor(byte Red, byte Green, byte Blue, byte Alpha = byte.MaxValue);
