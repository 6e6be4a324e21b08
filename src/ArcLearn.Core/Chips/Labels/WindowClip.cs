using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Chips.Labels;

/// <summary>
/// Bounds and area of what a window shows of a polygon, from its edges one by one, without making that part. The bounds are those of the edges within the window and of its
/// corners within the polygon; the area is that between the edges and the window's left side (Green's theorem), where an edge beyond a side counts as if it lay on it.
/// </summary>
internal ref struct WindowClip
{
    private readonly double _left;
    private readonly double _right;
    private readonly double _top;
    private readonly double _bottom;
    private readonly Envelope _box = new();
    private double _area;

    /// <summary>For each corner, whether a ray from it to the right has crossed an odd number of edges: then it lies within.</summary>
    private bool _isTopLeftInside;
    private bool _isTopRightInside;
    private bool _isBottomLeftInside;
    private bool _isBottomRightInside;

    private WindowClip(Envelope window) =>
        (_left, _right, _top, _bottom) = (window.MinX, window.MaxX, window.MinY, window.MaxY);

    /// <param name="polygon">A valid polygon or multipolygon.</param>
    /// <returns>Null bounds where the window shows nothing of it; no area where it shows points or lines of its border.</returns>
    public static (Envelope Box, double Area) Measure(Geometry polygon, Envelope window)
    {
        WindowClip clip = new(window);
        double area = 0;
        for (int i = 0; i < polygon.NumGeometries; i++)
        {
            Polygon part = (Polygon)polygon.GetGeometryN(i);
            if (part.IsEmpty)
            {
                continue;
            }

            area += clip.Add(part.ExteriorRing.CoordinateSequence);
            for (int hole = 0; hole < part.NumInteriorRings; hole++)
            {
                area -= clip.Add(part.GetInteriorRingN(hole).CoordinateSequence);
            }
        }

        clip.AddCorners();
        return (clip._box, Math.Max(0, area));
    }

    /// <returns>The area within the ring and the window.</returns>
    private double Add(CoordinateSequence ring)
    {
        _area = 0;
        (double x1, double y1) = (ring.GetX(0), ring.GetY(0));
        for (int i = 1; i < ring.Count; i++)
        {
            (double x2, double y2) = (ring.GetX(i), ring.GetY(i));
            AddEdge(x1, y1, x2, y2);
            (x1, y1) = (x2, y2);
        }

        return Math.Abs(_area);
    }

    private void AddEdge(double x1, double y1, double x2, double y2)
    {
        Cross(x1, y1, x2, y2, _top, ref _isTopLeftInside, ref _isTopRightInside);
        Cross(x1, y1, x2, y2, _bottom, ref _isBottomLeftInside, ref _isBottomRightInside);
        if (!Cut(ref y1, ref x1, ref y2, ref x2, _top, _bottom))
        {
            return;
        }

        _area += MeanDistance(x1, x2) * (y2 - y1);
        if (Cut(ref x1, ref y1, ref x2, ref y2, _left, _right))
        {
            _box.ExpandToInclude(x1, y1);
            _box.ExpandToInclude(x2, y2);
        }
    }

    private void AddCorners()
    {
        Include(_isTopLeftInside, _left, _top);
        Include(_isTopRightInside, _right, _top);
        Include(_isBottomLeftInside, _left, _bottom);
        Include(_isBottomRightInside, _right, _bottom);
    }

    private readonly void Include(bool isInside, double x, double y)
    {
        if (isInside)
        {
            _box.ExpandToInclude(x, y);
        }
    }

    private readonly void Cross(double x1, double y1, double x2, double y2, double y, ref bool isLeftInside, ref bool isRightInside)
    {
        if (y1 > y != y2 > y)
        {
            double x = x1 + ((y - y1) / (y2 - y1) * (x2 - x1));
            isLeftInside ^= x > _left;
            isRightInside ^= x > _right;
        }
    }

    /// <summary>How far an edge lies from the left side in the mean, with what is beyond a side brought to it.</summary>
    private readonly double MeanDistance(double x1, double x2)
    {
        (double from, double to) = x1 < x2 ? (x1, x2) : (x2, x1);
        if (from == to)
        {
            return Math.Clamp(from, _left, _right) - _left;
        }

        (double first, double last) = (Math.Clamp(from, _left, _right) - _left, Math.Clamp(to, _left, _right) - _left);
        double within = (first + last) / 2 * (last - first);
        double beyond = to > _right ? (_right - _left) * (to - Math.Max(from, _right)) : 0;
        return (within + beyond) / (to - from);
    }

    /// <summary>Cuts an edge to the range from <paramref name="least"/> to <paramref name="most"/> of its coordinate a.</summary>
    /// <returns>Whether any of it lies there.</returns>
    private static bool Cut(ref double a1, ref double b1, ref double a2, ref double b2, double least, double most)
    {
        if ((a1 < least && a2 < least) || (a1 > most && a2 > most))
        {
            return false;
        }

        double slope = (b2 - b1) / (a2 - a1);       // not looked at where the edge does not leave the range
        CutEnd(ref a1, ref b1, least, most, slope);
        CutEnd(ref a2, ref b2, least, most, slope);
        return true;
    }

    private static void CutEnd(ref double a, ref double b, double least, double most, double slope)
    {
        double within = Math.Clamp(a, least, most);
        if (within != a)
        {
            b += (within - a) * slope;
            a = within;
        }
    }
}
