namespace ArcLearn.Core.Crs;

/// <summary>Positions from one coordinate reference system to another; x is easting or longitude in degrees, y northing or latitude.</summary>
internal interface ICoordinateTransform
{
    bool IsIdentity { get; }

    /// <summary>What a user should be told once: that two datums are taken as equal; else null.</summary>
    string? Note { get; }

    /// <summary>NaN or infinite for a position that the other system does not reach.</summary>
    (double X, double Y) Apply(double x, double y);
}
