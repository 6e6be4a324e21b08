namespace ArcLearn.Core.Crs.Projections;

/// <summary>
/// A map projection between longitude from the central meridian and latitude, in radians, and metres east and north of its origin.
/// Positions beyond its domain become NaN or infinite.
/// </summary>
internal interface IMapProjection
{
    (double X, double Y) Project(double longitude, double latitude);

    (double Longitude, double Latitude) Unproject(double x, double y);
}
