namespace ArcLearn.Core.Crs;

/// <summary>
/// An ellipsoid and the latitudes that projections are made of, after J. P. Snyder, Map Projections: A Working Manual (USGS 1395, 1987),
/// chapter 3, in forms that stay exact near the equator. Latitudes are in radians.
/// </summary>
/// <param name="Name">In EPSG's spelling.</param>
/// <param name="Code">Its EPSG code, or null.</param>
/// <param name="SemiMajorAxis">In metres.</param>
/// <param name="InverseFlattening">1/f; 0 for a sphere.</param>
internal sealed record Ellipsoid(string Name, int? Code, double SemiMajorAxis, double InverseFlattening)
{
    public double Flattening { get; } = InverseFlattening == 0 ? 0 : 1 / InverseFlattening;

    public double EccentricitySquared => Flattening * (2 - Flattening);

    public double Eccentricity { get; } = InverseFlattening == 0 ? 0 : Math.Sqrt((2 - (1 / InverseFlattening)) / InverseFlattening);

    /// <summary>The radius of the parallel, in semi-major axes (equation 14-15).</summary>
    public double ParallelRadius(double latitude)
    {
        double sine = Math.Sin(latitude);
        return Math.Cos(latitude) / Math.Sqrt(1 - (EccentricitySquared * sine * sine));
    }

    /// <summary>Isometric latitude: the ordinate of the Mercator projection, infinite at the poles (equation 7-7).</summary>
    public double Isometric(double latitude) => Math.Abs(latitude) >= Math.PI / 2
        ? Math.CopySign(double.PositiveInfinity, latitude)
        : Math.Asinh(Math.Tan(latitude)) - (Eccentricity * Math.Atanh(Eccentricity * Math.Sin(latitude)));

    /// <summary>The latitude of an isometric one.</summary>
    public double FromIsometric(double isometric) => Math.Atan(Geodetic(Math.Sinh(isometric)));

    /// <summary>Tangent of the geodetic latitude to that of the conformal one (Karney 2011, equation 7).</summary>
    public double Conformal(double tau)
    {
        double secant = Math.Sqrt(1 + (tau * tau));
        double sigma = Math.Sinh(Eccentricity * Math.Atanh(Eccentricity * tau / secant));
        return (tau * Math.Sqrt(1 + (sigma * sigma))) - (sigma * secant);
    }

    /// <summary>The inverse by Newton's method: two rounds reach full precision, the third is for the poles.</summary>
    public double Geodetic(double conformal)
    {
        double minor = 1 - EccentricitySquared;
        double tau = conformal / minor;
        for (int i = 0; i < 3 && double.IsFinite(tau) && Math.Abs(tau) < 1e15; i++)
        {
            double now = Conformal(tau);
            tau += (conformal - now) / Math.Sqrt(1 + (now * now)) * (1 + (minor * tau * tau)) / (minor * Math.Sqrt(1 + (tau * tau)));
        }

        return tau;
    }

    /// <summary>Twice the area between equator and parallel, by unit of longitude and squared semi-major axis (equation 3-12).</summary>
    public double AuthalicArea(double latitude)
    {
        double e = Eccentricity;
        double sine = Math.Sin(latitude);
        return e == 0 ? 2 * sine : (1 - (e * e)) * ((sine / (1 - (e * e * sine * sine))) + (Math.Atanh(e * sine) / e));
    }

    /// <summary>Authalic latitude: that of the sphere of equal area (equation 3-11).</summary>
    public double Authalic(double latitude) => Math.Asin(Math.Clamp(AuthalicArea(latitude) / AuthalicArea(Math.PI / 2), -1, 1));

    /// <summary>The latitude of an authalic one: the series 3-18, sharpened by Newton's method except beside the poles, where that cannot divide.</summary>
    public double FromAuthalic(double authalic)
    {
        double e2 = EccentricitySquared, e4 = e2 * e2, e6 = e4 * e2;
        double latitude = authalic
            + (((e2 / 3) + (31 * e4 / 180) + (517 * e6 / 5040)) * Math.Sin(2 * authalic))
            + (((23 * e4 / 360) + (251 * e6 / 3780)) * Math.Sin(4 * authalic))
            + (761 * e6 / 45360 * Math.Sin(6 * authalic));
        double area = Math.Sin(authalic) * AuthalicArea(Math.PI / 2);
        for (int i = 0; i < 2 && Math.Cos(latitude) > 1e-3; i++)
        {
            double sine = Math.Sin(latitude);
            double slope = 1 - (e2 * sine * sine);
            latitude += (area - AuthalicArea(latitude)) * slope * slope / (2 * (1 - e2) * Math.Cos(latitude));
        }

        return latitude;
    }
}
