using ArcLearn.Core.Crs;
using ArcLearn.Core.IO;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Rasters.Warp;

namespace ArcLearn.Core.Inference;

/// <summary>
/// The cells that a run works on: the raster's own, or those of cellSize, outSR and snapRaster. They cover the whole raster whatever the extent is,
/// so that a run over a part has the cells of the whole.
/// </summary>
internal static class RunGrid
{
    // Parts of a cell that a border may miss by and still be the same border.
    private const double Slack = 1e-6;

    /// <returns>The raster itself where its own cells are those asked for, else its view, which disposes it.</returns>
    /// <exception cref="LearnArgumentException">Context: no such grid can be made over this raster, or the snap raster is of no use.</exception>
    /// <exception cref="LearnDataException">UnknownCrs, DatumShift: there is no way to outSR.</exception>
    public static IRaster View(IRaster raster, InferenceContext context, IFileSystem? files = null)
    {
        if (context.CellSize is null && context.OutReference is null && context.SnapRaster is null)
        {
            return raster;
        }

        if (!raster.IsGeoreferenced)
        {
            throw new LearnArgumentException(
                InferenceContext.Parameter, $"{raster.Path} has no georeference, so cellSize, outSR and snapRaster mean nothing to it. Leave them out, or georeference the raster.");
        }

        SpatialReference? other = context.OutReference is SpatialReference asked && (raster.SpatialReference is null || !CoordinateSystems.AreEqual(asked, raster.SpatialReference))
            ? asked
            : null;
        SpatialReference? reference = other ?? raster.SpatialReference;
        RasterGrid own = RasterGrid.Of(raster);
        GeoExtent extent = other is null ? own.Extent : own.ExtentIn(other);
        CellSize cells = context.CellSize ?? OwnSize(raster, other);
        RasterGrid grid = RasterGrid.Cover(extent, cells, reference, context.SnapRaster is string snap ? Corner(snap, reference, files) : null);
        return other is null && IsOwn(grid, raster, extent) ? raster : new GridRaster(raster, grid, Method(raster), isOwner: true);
    }

    /// <summary>The grid in words, for the identity of a run.</summary>
    public static string Describe(IRaster raster) => raster is GridRaster view
        ? FormattableString.Invariant($"{view.Width} by {view.Height} cells of {view.Transform.PixelWidth:R} by {-view.Transform.PixelHeight:R} from {view.Transform.OriginX:R}, {view.Transform.OriginY:R} in {view.SpatialReference}")
        : "the raster's own";

    /// <summary>What <see cref="Resampling"/> is for a raster in its own cells.</summary>
    public const string NotResampled = "none";

    /// <summary>How the cells get their values, for the identity of a run.</summary>
    public static string Resampling(IRaster raster) => raster is GridRaster view ? view.Method.ToString() : NotResampled;

    /// <summary>Means of classes would be other classes.</summary>
    private static Resampling Method(IRaster raster) =>
        raster.ColorTable.Count > 0 || raster.Classes.Count > 0 ? Rasters.Warp.Resampling.Nearest : Rasters.Warp.Resampling.Bilinear;

    private static bool IsOwn(RasterGrid grid, IRaster raster, GeoExtent extent)
    {
        GeoTransform cells = grid.Transform;
        (double x, double y) = PixelGround.MapUnits(raster.Transform);
        return raster.Transform.IsAxisAligned
            && Math.Abs(cells.PixelWidth - x) <= 1e-9 * x && Math.Abs(-cells.PixelHeight - y) <= 1e-9 * y
            && Math.Abs(cells.OriginX - extent.XMin) <= Slack * x && Math.Abs(cells.OriginY - extent.YMax) <= Slack * y;
    }

    /// <summary>Cells as long, each way, as the raster's pixels are in its middle.</summary>
    private static CellSize OwnSize(IRaster raster, SpatialReference? other)
    {
        GeoTransform pixels = raster.Transform;
        (double width, double height) = PixelGround.MapUnits(pixels);
        if (other is null)
        {
            return new CellSize(width, height);
        }

        ICoordinateTransform transform = CoordinateTransforms.Create(raster.SpatialReference!, other);
        (double x, double y) = At(0, 0);
        (double right, double rightY) = At(1, 0);
        (double below, double belowY) = At(0, 1);

        // Columns and rows of the raster that one unit along each axis of the other system spans.
        double determinant = ((right - x) * (belowY - y)) - ((below - x) * (rightY - y));
        CellSize cells = new(
            Math.Abs(determinant) / double.Hypot(belowY - y, rightY - y),
            Math.Abs(determinant) / double.Hypot(below - x, right - x));
        return double.IsFinite(cells.X + cells.Y)
            ? cells
            : throw new LearnDataException("UnknownCrs", $"The middle of {raster.Path} has no place in {other}. Choose another outSR.", raster.Path);

        (double X, double Y) At(double columns, double rows)
        {
            (double mapX, double mapY) = pixels.ToMap((raster.Width / 2.0) + columns, (raster.Height / 2.0) + rows);
            return transform.Apply(mapX, mapY);
        }
    }

    private static GeoTransform Corner(string path, SpatialReference? reference, IFileSystem? files)
    {
        using IRaster snap = RasterFile.Open(path, files);
        bool isSame = snap.SpatialReference is SpatialReference there && reference is not null
            ? CoordinateSystems.AreEqual(there, reference)
            : snap.SpatialReference is null && reference is null;
        return !snap.IsGeoreferenced || !snap.Transform.IsAxisAligned
            ? throw new LearnArgumentException(InferenceContext.Parameter, $"The snapRaster {path} is {(snap.IsGeoreferenced ? "rotated against its coordinates" : "not georeferenced")}: it has no grid to lie on.")
            : isSame
                ? snap.Transform
                : throw new LearnArgumentException(
                    InferenceContext.Parameter,
                    $"The snapRaster {path} is in {Named(snap.SpatialReference)}, the run in {Named(reference)}. Give one in the run's coordinates, or its system as outSR.");
    }

    private static string Named(SpatialReference? reference) => reference?.ToString() ?? "no coordinate reference system";
}
