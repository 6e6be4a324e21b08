namespace ArcLearn.Core.Crs;

/// <summary>The constants of the Universal Transverse Mercator grid.</summary>
internal static class Utm
{
    public const double ScaleFactor = 0.9996;

    public const double FalseEasting = 500_000;

    public const double SouthFalseNorthing = 10_000_000;

    /// <summary>Degrees east of the middle of a zone, 1 to 60.</summary>
    public static double CentralMeridian(int zone) => (6 * zone) - 183;
}
