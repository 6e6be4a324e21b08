using System.Globalization;

namespace ArcLearn;

/// <summary>An axis-aligned rectangle in map units; minimum before maximum.</summary>
public readonly record struct GeoExtent
{
    /// <summary>Builds an extent.</summary>
    /// <exception cref="ArgumentException">A value is not finite, or a minimum exceeds its maximum.</exception>
    public GeoExtent(double xMin, double yMin, double xMax, double yMax)
    {
        if (!double.IsFinite(xMin + yMin + xMax + yMax) || xMin > xMax || yMin > yMax)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture, $"({xMin}, {yMin}, {xMax}, {yMax}) is not an extent: xmin, ymin, xmax, ymax, minimum before maximum."));
        }

        (XMin, YMin, XMax, YMax) = (xMin, yMin, xMax, yMax);
    }

    /// <summary>Left border.</summary>
    public double XMin { get; }

    /// <summary>Lower border.</summary>
    public double YMin { get; }

    /// <summary>Right border.</summary>
    public double XMax { get; }

    /// <summary>Upper border.</summary>
    public double YMax { get; }

    /// <summary>Extent along x in map units.</summary>
    public double Width => XMax - XMin;

    /// <summary>Extent along y in map units.</summary>
    public double Height => YMax - YMin;

    /// <summary>Whether the two share more than a border.</summary>
    public bool Overlaps(GeoExtent other) => XMin < other.XMax && other.XMin < XMax && YMin < other.YMax && other.YMin < YMax;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{XMin}, {YMin}, {XMax}, {YMax}");
}
