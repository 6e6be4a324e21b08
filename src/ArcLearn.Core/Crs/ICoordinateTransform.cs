namespace ArcLearn.Core.Crs;

/// <summary>Positions from one coordinate reference system to another; x is easting or longitude in degrees, y northing or latitude.</summary>
internal interface ICoordinateTransform
{
    bool IsIdentity { get; }

    (double X, double Y) Apply(double x, double y);
}
