namespace ArcLearn.Core.Data;

/// <summary>A small convex polygon that can be cut to the unit square, side by side (Sutherland and Hodgman 1974).</summary>
internal readonly struct ConvexPolygon
{
    private readonly List<(double X, double Y)> _corners;

    public ConvexPolygon(ReadOnlySpan<(double X, double Y)> corners)
    {
        _corners = new List<(double X, double Y)>(corners.Length + 4);
        _corners.AddRange(corners);
    }

    /// <summary>By the shoelace formula, whichever way the corners go round.</summary>
    public double Area
    {
        get
        {
            double twice = 0;
            for (int i = 0; i < _corners.Count; i++)
            {
                (double x, double y) = _corners[i];
                (double nextX, double nextY) = _corners[(i + 1) % _corners.Count];
                twice += (x * nextY) - (nextX * y);
            }

            return Math.Abs(twice) / 2;
        }
    }

    /// <summary>All zero for a polygon of which nothing is left.</summary>
    public (double Left, double Top, double Right, double Bottom) Bounds => _corners.Count == 0
        ? default
        : (_corners.Min(c => c.X), _corners.Min(c => c.Y), _corners.Max(c => c.X), _corners.Max(c => c.Y));

    public void ClipToUnitSquare()
    {
        Clip(isAcross: true, 0, isUpper: false);
        Clip(isAcross: true, 1, isUpper: true);
        Clip(isAcross: false, 0, isUpper: false);
        Clip(isAcross: false, 1, isUpper: true);
    }

    /// <summary>Keeps what lies on one side of an upright or level line.</summary>
    /// <param name="isAcross">Whether the line stands at an x.</param>
    /// <param name="bound">Where.</param>
    /// <param name="isUpper">Whether what lies below the bound stays.</param>
    private void Clip(bool isAcross, double bound, bool isUpper)
    {
        (double X, double Y)[] corners = [.. _corners];
        _corners.Clear();
        for (int i = 0; i < corners.Length; i++)
        {
            (double X, double Y) corner = corners[i];
            (double X, double Y) next = corners[(i + 1) % corners.Length];
            double inside = Inside(corner);
            double insideNext = Inside(next);
            if (inside >= 0)
            {
                _corners.Add(corner);
            }

            if ((inside < 0) != (insideNext < 0))
            {
                double part = inside / (inside - insideNext);
                _corners.Add(isAcross
                    ? (bound, corner.Y + (part * (next.Y - corner.Y)))
                    : (corner.X + (part * (next.X - corner.X)), bound));
            }
        }

        double Inside((double X, double Y) corner)
        {
            double at = isAcross ? corner.X : corner.Y;
            return isUpper ? bound - at : at - bound;
        }
    }
}
