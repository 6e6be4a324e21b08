using NetTopologySuite.Geometries;
using SkiaSharp;

namespace ArcLearn.Core.Drawing;

/// <summary>From map units to pixels of a picture.</summary>
/// <param name="Transform">The raster's, or one made for the layer.</param>
/// <param name="Step">Pixels of that transform along the side of one of the picture's.</param>
internal readonly record struct MapFrame(GeoTransform Transform, double Step)
{
    public SKPoint ToPicture(double x, double y)
    {
        (double column, double row) = Transform.ToPixel(x, y);
        return new SKPoint((float)(column / Step), (float)(row / Step));
    }

    /// <summary>Outlines of polygons and lines; a point is a small circle.</summary>
    /// <param name="geometry">In map units.</param>
    /// <param name="path">What the outlines are added to.</param>
    /// <param name="pointRadius">In pixels of the picture.</param>
    public void AddTo(Geometry geometry, SKPathBuilder path, float pointRadius)
    {
        switch (geometry)
        {
            case Polygon polygon:
                AddLine(polygon.ExteriorRing, path);
                foreach (LineString hole in polygon.InteriorRings)
                {
                    AddLine(hole, path);
                }

                break;
            case LineString line:
                AddLine(line, path);
                break;
            case Point { IsEmpty: false } point:
                SKPoint at = ToPicture(point.X, point.Y);
                path.AddCircle(at.X, at.Y, pointRadius);
                break;
            case GeometryCollection collection:
                foreach (Geometry member in collection.Geometries)
                {
                    AddTo(member, path, pointRadius);
                }

                break;
        }
    }

    private void AddLine(LineString line, SKPathBuilder path)
    {
        for (int i = 0; i < line.NumPoints; i++)
        {
            Coordinate coordinate = line.GetCoordinateN(i);
            SKPoint at = ToPicture(coordinate.X, coordinate.Y);
            if (i == 0)
            {
                path.MoveTo(at);
            }
            else
            {
                path.LineTo(at);
            }
        }

        if (line.IsClosed)
        {
            path.Close();
        }
    }
}
