namespace ArcLearn.Core.Crs.Projections;

/// <summary>
/// The ellipsoidal transverse Mercator projection by Krüger's series to the sixth order of the third flattening, as in C. F. F. Karney,
/// "Transverse Mercator with an accuracy of a few nanometers", Journal of Geodesy 85 (2011), equations 7 to 12, 35 and 36.
/// The error is below a micrometre within 3,900 km of the central meridian.
/// </summary>
internal sealed class TransverseMercator : IMapProjection
{
    /// <summary>Beyond this the series no longer converges: some 15,000 km of the central meridian's own length.</summary>
    private const double Limit = 2.6;

    private readonly Ellipsoid _ellipsoid;
    private readonly double[] _alpha;
    private readonly double[] _beta;
    private readonly double _radius;
    private readonly double _origin;

    /// <param name="ellipsoid">The ellipsoid.</param>
    /// <param name="latitude">Of the origin of northings, in radians.</param>
    /// <param name="scale">On the central meridian.</param>
    public TransverseMercator(Ellipsoid ellipsoid, double latitude, double scale)
    {
        double f = ellipsoid.Flattening;
        double n = f / (2 - f);
        double n2 = n * n, n3 = n2 * n, n4 = n2 * n2, n5 = n4 * n, n6 = n3 * n3;

        _alpha =
        [
            (n / 2) - (2 * n2 / 3) + (5 * n3 / 16) + (41 * n4 / 180) - (127 * n5 / 288) + (7891 * n6 / 37800),
            (13 * n2 / 48) - (3 * n3 / 5) + (557 * n4 / 1440) + (281 * n5 / 630) - (1983433 * n6 / 1935360),
            (61 * n3 / 240) - (103 * n4 / 140) + (15061 * n5 / 26880) + (167603 * n6 / 181440),
            (49561 * n4 / 161280) - (179 * n5 / 168) + (6601661 * n6 / 7257600),
            (34729 * n5 / 80640) - (3418889 * n6 / 1995840),
            212378941 * n6 / 319334400,
        ];
        _beta =
        [
            (n / 2) - (2 * n2 / 3) + (37 * n3 / 96) - (n4 / 360) - (81 * n5 / 512) + (96199 * n6 / 604800),
            (n2 / 48) + (n3 / 15) - (437 * n4 / 1440) + (46 * n5 / 105) - (1118711 * n6 / 3870720),
            (17 * n3 / 480) - (37 * n4 / 840) - (209 * n5 / 4480) + (5569 * n6 / 90720),
            (4397 * n4 / 161280) - (11 * n5 / 504) - (830251 * n6 / 7257600),
            (4583 * n5 / 161280) - (108847 * n6 / 3991680),
            20648693 * n6 / 638668800,
        ];
        _ellipsoid = ellipsoid;
        _radius = scale * ellipsoid.SemiMajorAxis / (1 + n) * (1 + (n2 / 4) + (n4 / 64) + (n6 / 256));
        _origin = latitude == 0 ? 0 : Project(0, latitude).Y;
    }

    public (double X, double Y) Project(double longitude, double latitude)
    {
        double tau = _ellipsoid.Conformal(Math.Tan(latitude));
        double cos = Math.Cos(longitude);
        double xi = Math.Atan2(tau, cos);
        double eta = Math.Asinh(Math.Sin(longitude) / Math.Sqrt((tau * tau) + (cos * cos)));

        (double x, double y) = (xi, eta);
        for (int j = 0; j < _alpha.Length; j++)
        {
            double k = 2 * (j + 1);
            x += _alpha[j] * Math.Sin(k * xi) * Math.Cosh(k * eta);
            y += _alpha[j] * Math.Cos(k * xi) * Math.Sinh(k * eta);
        }

        return Math.Abs(y) > Limit ? (double.NaN, double.NaN) : (_radius * y, (_radius * x) - _origin);
    }

    public (double Longitude, double Latitude) Unproject(double x, double y)
    {
        double north = (y + _origin) / _radius;
        double east = x / _radius;
        if (Math.Abs(east) > Limit)
        {
            return (double.NaN, double.NaN);
        }

        (double xi, double eta) = (north, east);
        for (int j = 0; j < _beta.Length; j++)
        {
            double k = 2 * (j + 1);
            xi -= _beta[j] * Math.Sin(k * north) * Math.Cosh(k * east);
            eta -= _beta[j] * Math.Cos(k * north) * Math.Sinh(k * east);
        }

        double sinh = Math.Sinh(eta);
        double cos = Math.Cos(xi);
        return (Math.Atan2(sinh, cos), Math.Atan(_ellipsoid.Geodetic(Math.Sin(xi) / Math.Sqrt((sinh * sinh) + (cos * cos)))));
    }
}
