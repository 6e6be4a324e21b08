namespace ArcLearn.Core.Crs;

/// <summary>
/// The ellipsoidal transverse Mercator projection by Krüger's series to the sixth order of the third flattening, as in C. F. F. Karney,
/// "Transverse Mercator with an accuracy of a few nanometers", Journal of Geodesy 85 (2011), equations 7 to 12, 35 and 36.
/// The error is below a micrometre within 3,900 km of the central meridian.
/// </summary>
internal sealed class TransverseMercator
{
    private const double DegreesToRadians = Math.PI / 180;

    private readonly double[] _alpha;
    private readonly double[] _beta;
    private readonly double _radius;
    private readonly double _eccentricity;
    private readonly double _centralMeridian;
    private readonly double _falseNorthing;

    public TransverseMercator(GeodeticDatum datum, double centralMeridian, double falseNorthing)
    {
        double f = 1 / datum.InverseFlattening;
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
        _radius = Utm.ScaleFactor * datum.SemiMajorAxis / (1 + n) * (1 + (n2 / 4) + (n4 / 64) + (n6 / 256));
        _eccentricity = Math.Sqrt(f * (2 - f));
        _centralMeridian = centralMeridian;
        _falseNorthing = falseNorthing;
    }

    /// <summary>Degrees to metres.</summary>
    public (double Easting, double Northing) Project(double longitude, double latitude)
    {
        double lambda = Math.IEEERemainder(longitude - _centralMeridian, 360) * DegreesToRadians;
        double tau = Conformal(Math.Tan(latitude * DegreesToRadians));
        double cos = Math.Cos(lambda);
        double xi = Math.Atan2(tau, cos);
        double eta = Math.Asinh(Math.Sin(lambda) / Math.Sqrt((tau * tau) + (cos * cos)));

        (double x, double y) = (xi, eta);
        for (int j = 0; j < _alpha.Length; j++)
        {
            double k = 2 * (j + 1);
            x += _alpha[j] * Math.Sin(k * xi) * Math.Cosh(k * eta);
            y += _alpha[j] * Math.Cos(k * xi) * Math.Sinh(k * eta);
        }

        return (Utm.FalseEasting + (_radius * y), _falseNorthing + (_radius * x));
    }

    /// <summary>Metres to degrees, longitude in −180 to 180.</summary>
    public (double Longitude, double Latitude) Unproject(double easting, double northing)
    {
        double x = (northing - _falseNorthing) / _radius;
        double y = (easting - Utm.FalseEasting) / _radius;
        (double xi, double eta) = (x, y);
        for (int j = 0; j < _beta.Length; j++)
        {
            double k = 2 * (j + 1);
            xi -= _beta[j] * Math.Sin(k * x) * Math.Cosh(k * y);
            eta -= _beta[j] * Math.Cos(k * x) * Math.Sinh(k * y);
        }

        double sinh = Math.Sinh(eta);
        double cos = Math.Cos(xi);
        double tau = Geodetic(Math.Sin(xi) / Math.Sqrt((sinh * sinh) + (cos * cos)));
        double longitude = _centralMeridian + (Math.Atan2(sinh, cos) / DegreesToRadians);
        return (Math.IEEERemainder(longitude, 360), Math.Atan(tau) / DegreesToRadians);
    }

    /// <summary>Tangent of the geodetic latitude to that of the conformal one.</summary>
    private double Conformal(double tau)
    {
        double secant = Math.Sqrt(1 + (tau * tau));
        double sigma = Math.Sinh(_eccentricity * Math.Atanh(_eccentricity * tau / secant));
        return (tau * Math.Sqrt(1 + (sigma * sigma))) - (sigma * secant);
    }

    /// <summary>The inverse by Newton's method: two rounds reach full precision, the third is for the poles.</summary>
    private double Geodetic(double conformal)
    {
        double minor = 1 - (_eccentricity * _eccentricity);
        double tau = conformal / minor;
        for (int i = 0; i < 3 && double.IsFinite(tau); i++)
        {
            double now = Conformal(tau);
            tau += (conformal - now) / Math.Sqrt(1 + (now * now)) * (1 + (minor * tau * tau)) / (minor * Math.Sqrt(1 + (tau * tau)));
        }

        return tau;
    }
}
