using ArcLearn.Core.Rasters;
using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Chips.Labels;

/// <summary>
/// The pixels whose centres lie in a polygon, by crossings of each row's middle with its rings (even-odd, so that holes are left out). A centre on
/// a left border is outside, one on a right border inside, as GDAL's polygon filler has it.
/// </summary>
internal static class PolygonFill
{
    /// <param name="polygon">A polygon or multipolygon.</param>
    /// <param name="window">The pixels to look at, in the polygon's coordinates.</param>
    /// <param name="fill">Takes rows and columns of the window.</param>
    public static void Fill(Geometry polygon, PixelWindow window, PixelRun fill)
    {
        List<(int Row, double X)> crossings = [];
        for (int i = 0; i < polygon.NumGeometries; i++)
        {
            if (polygon.GetGeometryN(i) is Polygon part && !part.IsEmpty)
            {
                Cross(part.ExteriorRing, window, crossings);
                for (int hole = 0; hole < part.NumInteriorRings; hole++)
                {
                    Cross(part.GetInteriorRingN(hole), window, crossings);
                }
            }
        }

        crossings.Sort();
        for (int i = 0; i + 1 < crossings.Count; i += 2)
        {
            int from = (int)Math.Clamp(Math.Floor(crossings[i].X + 0.5), 0, window.Width);
            int to = (int)Math.Clamp(Math.Floor(crossings[i + 1].X + 0.5), 0, window.Width);
            if (to > from)
            {
                fill(crossings[i].Row, from, to);
            }
        }
    }

    /// <summary>Adds where a ring crosses the rows' middles. A row counts from the upper end of an edge on and not at its lower end, so a ring crosses each row an even number of times.</summary>
    private static void Cross(LineString ring, PixelWindow window, List<(int Row, double X)> crossings)
    {
        CoordinateSequence points = ring.CoordinateSequence;
        (double x1, double y1) = (points.GetX(0) - window.Column, points.GetY(0) - window.Row);
        for (int i = 1; i < points.Count; i++)
        {
            (double x2, double y2) = (points.GetX(i) - window.Column, points.GetY(i) - window.Row);
            (double top, double bottom) = y1 < y2 ? (y1, y2) : (y2, y1);
            int first = (int)Math.Clamp(Math.Ceiling(top - 0.5), 0, window.Height);
            int end = (int)Math.Clamp(Math.Ceiling(bottom - 0.5), 0, window.Height);
            if (first < end)
            {
                // From the upper end always, so that two polygons with a common border cross at the same place.
                (double x, double slope) = y1 < y2 ? (x1, (x2 - x1) / (y2 - y1)) : (x2, (x1 - x2) / (y1 - y2));
                for (int row = first; row < end; row++)
                {
                    crossings.Add((row, x + ((row + 0.5 - top) * slope)));
                }
            }

            (x1, y1) = (x2, y2);
        }
    }
}
