using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Crs;

/// <summary>Applies a transform to every vertex of a geometry; edges between vertices stay straight.</summary>
internal static class GeometryReprojection
{
    /// <summary>A copy in the other system, or the geometry itself for an identity. Vertices beyond the system's domain become NaN or infinite.</summary>
    public static Geometry Apply(this ICoordinateTransform transform, Geometry geometry)
    {
        if (transform.IsIdentity)
        {
            return geometry;
        }

        Geometry copy = geometry.Copy();
        copy.Apply(new VertexFilter(transform));
        copy.GeometryChanged();
        return copy;
    }

    private sealed class VertexFilter(ICoordinateTransform transform) : IEntireCoordinateSequenceFilter
    {
        public bool Done => false;

        public bool GeometryChanged => true;

        public void Filter(CoordinateSequence sequence)
        {
            for (int i = 0; i < sequence.Count; i++)
            {
                (double x, double y) = transform.Apply(sequence.GetX(i), sequence.GetY(i));
                sequence.SetX(i, x);
                sequence.SetY(i, y);
            }
        }
    }
}
