using System.Globalization;

namespace ArcLearn.Core.Rasters.Warp;

/// <summary>The sides of a cell, in map units.</summary>
internal readonly record struct CellSize(double X, double Y)
{
    /// <summary>"0.5", or "0.5 by 0.4" where the sides differ.</summary>
    public override string ToString() => X == Y
        ? X.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{X} by {Y}");
}
