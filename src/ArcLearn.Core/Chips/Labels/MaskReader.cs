using ArcLearn.Core.Crs;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Vectors;
using NetTopologySuite.Geometries;
using NetTopologySuite.Operation.Union;

namespace ArcLearn.Core.Chips.Labels;

/// <summary>Reads the polygons that chips or detections must lie in.</summary>
internal static class MaskReader
{
    /// <returns>Their union, in the raster's coordinates.</returns>
    /// <exception cref="LearnDataException">MaskInvalid: a feature is no polygon, or none is left; or the system is not known.</exception>
    public static Geometry Read(IReadOnlyList<LayerSource> sources, IRaster raster, IFileSystem files)
    {
        List<Geometry> polygons = [];
        foreach (LayerSource source in sources)
        {
            using IVectorLayer layer = VectorLayers.Open(source.Path, source.Layer, files);
            ICoordinateTransform? transform = LabelReader.ChooseTransform(layer, raster.SpatialReference, raster.IsGeoreferenced);
            LabelGeometries geometries = new(layer, transform, bufferRadius: null);
            foreach (VectorFeature feature in layer.Read())
            {
                if (feature.Geometry is { IsEmpty: false, Dimension: not Dimension.Surface })
                {
                    throw new LearnDataException("MaskInvalid", $"{layer.Path} holds a {feature.Geometry.GeometryType}; a mask is made of polygons.", layer.Path);
                }

                polygons.AddRange(geometries.Prepare(feature.Geometry, out _).Select(shape => shape.Geometry));
            }
        }

        return polygons.Count > 0
            ? UnaryUnionOp.Union(polygons)
            : throw new LearnDataException("MaskInvalid", $"{sources[0].Path} holds no polygon, so nothing can lie within the mask.", sources[0].Path);
    }
}
