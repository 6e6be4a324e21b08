using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Vectors;

internal sealed record LabelObject(Geometry Geometry, int Value, long Id);
