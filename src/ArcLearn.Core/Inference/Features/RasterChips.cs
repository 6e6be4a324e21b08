using ArcLearn.Core.Chips;
using ArcLearn.Core.Chips.Labels;
using ArcLearn.Core.Chips.Plans;
using ArcLearn.Core.Crs;
using ArcLearn.Core.IO;
using ArcLearn.Core.Models;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Composite;
using ArcLearn.Core.Vectors;
using NetTopologySuite.Geometries;
using NetTopologySuite.Geometries.Utilities;

namespace ArcLearn.Core.Inference;

/// <summary>Cuts the chip of a feature from a raster as an export of Labeled_Tiles does.</summary>
internal sealed class RasterChips : IFeatureChips
{
    private const string Outside = "outside the raster";
    private const string Empty = "no data";

    private readonly IRaster _raster;
    private readonly FeatureRequest _request;
    private readonly IFileSystem _files;
    private readonly ImageInput _input;
    private readonly LabelGeometries _geometries;
    private readonly AffineTransformation _toPixel;
    private readonly int _side;

    /// <exception cref="LearnDataException">What <see cref="RasterCheck"/> refuses, and a layer whose places on the raster are not known (LabelCrsMissing, LabelCrsWithoutRasterCrs, UnknownCrs).</exception>
    public RasterChips(FeatureRequest request, IVectorLayer layer, NetworkDefinition model, Action<string>? warn, IFileSystem files)
    {
        (_request, _files) = (request, files);
        _input = new ImageInput(model);
        _side = request.TileSize ?? model.ChipSize;
        _raster = RasterMosaic.OpenOrStack(request.Raster!, request.Stack, files);
        try
        {
            RasterCheck.Run(_raster, AsCut(model.Input), warn, bands: null, request.AllowMismatch);
            ICoordinateTransform? transform = LabelReader.ChooseTransform(layer, _raster.SpatialReference, _raster.IsGeoreferenced);
            _geometries = new LabelGeometries(layer, transform, request.BufferRadius);
            _toPixel = ObjectIndex.ToPixel(_raster.Transform);
        }
        catch
        {
            _raster.Dispose();
            throw;
        }
    }

    public string Identity() =>
        $"{RasterIdentity.Of(_raster, _files, readsOverviews: false)} {FormattableString.Invariant($"{_side} {_request.CropMode} {_request.BlackenAroundFeature} {_request.BufferRadius:R}")}";

    public byte[] Subject(VectorFeature feature) => feature.Geometry?.AsBinary() ?? [];

    public string? Read(VectorFeature feature, Span<float> samples)
    {
        IReadOnlyList<LabelShape> shapes = _geometries.Prepare(feature.Geometry, out string? reason);
        if (shapes.Count == 0)
        {
            return reason;
        }

        // A feature is one thing, whatever it is made of: all of a multipoint is looked at together.
        Geometry shape = _toPixel.Transform(shapes.Count == 1 ? shapes[0].Geometry : shapes[0].Geometry.Factory.BuildGeometry([.. shapes.Select(one => one.Geometry)]));
        Envelope box = shape.EnvelopeInternal;
        if (box.IsNull || box.MaxX <= 0 || box.MaxY <= 0 || box.MinX >= _raster.Width || box.MinY >= _raster.Height)
        {
            return Outside;
        }

        ChipPlace place = new(ObjectPlan.Window(box, _side, _side, _request.CropMode == CropMode.BoundingBox));
        using ChipImage image = ChipImage.Read(_raster, place);
        if (image.IsEmpty)
        {
            return Empty;
        }

        if (_request.BlackenAroundFeature)
        {
            image.Blacken([new ChipObject(1, 0, 0, place.Width, place.Height, shape.Area) { Shape = new PolygonShape(shape, place.Window) }]);
        }

        _input.Read(image.ToRaster(), _raster.NoData, samples);
        return null;
    }

    public void Dispose() => _raster.Dispose();

    /// <summary>
    /// What the model reads, with pixels as large as the raster's have to be: chips that are smaller than the network's are enlarged, in training as here. Those that end with their feature's box are
    /// enlarged by as much as each needs: they have no size of a pixel in common.
    /// </summary>
    private ModelInput AsCut(ModelInput input)
    {
        if (_request.CropMode == CropMode.BoundingBox)
        {
            return input with { CellSize = null, Ground = null };
        }

        double enlarged = Math.Max(1, (double)input.ChipSize / _side);
        PixelGround? ground = input.Ground is { Metres: GroundSize metres } known ? known with { Metres = new GroundSize(metres.X * enlarged, metres.Y * enlarged) } : input.Ground;
        return input with { CellSize = input.CellSize * enlarged, Ground = ground };
    }
}
