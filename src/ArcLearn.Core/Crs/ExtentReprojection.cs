using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Crs;

/// <summary>An extent in another system.</summary>
internal static class ExtentReprojection
{
    /// <summary>Steps along a side: straight edges become curves, whose bulge must not be lost.</summary>
    private const int Steps = 32;

    /// <summary>Bounds that hold the extent's image, a hundredth wider; null where the other system does not reach all of its border.</summary>
    public static Envelope? Apply(this ICoordinateTransform transform, Envelope extent)
    {
        Envelope bounds = new();
        for (int i = 0; i <= Steps; i++)
        {
            for (int j = 0; j <= Steps; j++)
            {
                (double x, double y) = transform.Apply(
                    extent.MinX + (extent.Width * i / Steps), extent.MinY + (extent.Height * j / Steps));
                if (!double.IsFinite(x + y))
                {
                    return null;
                }

                bounds.ExpandToInclude(x, y);
            }
        }

        bounds.ExpandBy(0.01 * bounds.Width, 0.01 * bounds.Height);
        return bounds;
    }
}
