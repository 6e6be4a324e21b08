using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>What a run will do: its grid, the tiles of its extent, who owns what. Made before anything is read.</summary>
internal sealed class DetectionPlan
{
    private DetectionPlan(TileOwnership ownership, TileSelection tiles) => (Ownership, Tiles) = (ownership, tiles);

    public TileGrid Grid => Tiles.Grid;

    public TileOwnership Ownership { get; }

    public TileSelection Tiles { get; }

    /// <summary>Checks that raster, model and options fit together and lays out the tiles.</summary>
    /// <exception cref="LearnDataException">BandMismatch, SampleTypeMismatch, ExtentOutside.</exception>
    /// <exception cref="LearnArgumentException">Padding, overlap, threads or extent make no sense.</exception>
    public static DetectionPlan Create(DetectionRunOptions options, IRaster raster, IDetectionBackend backend)
    {
        Suppression.CheckOverlap(options.MaxOverlapRatio);
        CheckCount(options.Workers, nameof(options.Workers));
        CheckCount(options.Readers, nameof(options.Readers));
        CheckRaster(options, raster, backend);
        TileGrid grid = new(raster.Width, raster.Height, backend.ChipSize, options.Padding ?? backend.ChipSize / 4);
        TileOwnership ownership = new(grid, options.ExcludePadDetections);
        return new DetectionPlan(
            ownership, options.Extent is GeoExtent extent ? Select(grid, raster, extent, ownership.MergeGrow) : grid.SelectAll());
    }

    private static void CheckCount(int count, string name)
    {
        if (count is < 1 or > 1024)
        {
            throw new LearnArgumentException(name, $"{name} is {count}; it must be from 1 to 1024.");
        }
    }

    private static void CheckRaster(DetectionRunOptions options, IRaster raster, IDetectionBackend backend)
    {
        if (raster.Bands < backend.Bands)
        {
            throw new LearnDataException(
                "BandMismatch",
                $"{raster.Path} has {raster.Bands} band(s), the model reads {backend.Bands}. Give a raster with the bands that it was trained on.",
                raster.Path);
        }

        if (raster.SampleType != backend.SampleType && !options.AllowOtherSampleType)
        {
            throw new LearnDataException(
                "SampleTypeMismatch",
                $"{raster.Path} holds {raster.SampleType} samples, the model was trained on {backend.SampleType}. "
                + "Convert the raster, or train on chips of its kind.",
                raster.Path);
        }
    }

    private static TileSelection Select(TileGrid grid, IRaster raster, GeoExtent extent, int grow)
    {
        if (extent.Width == 0 || extent.Height == 0)
        {
            throw new LearnArgumentException(
                "Context", $"The extent ({extent}) has no area; give xmin, ymin, xmax, ymax in the raster's coordinates.");
        }

        (double X, double Y)[] corners =
        [
            raster.Transform.ToPixel(extent.XMin, extent.YMin),
            raster.Transform.ToPixel(extent.XMin, extent.YMax),
            raster.Transform.ToPixel(extent.XMax, extent.YMin),
            raster.Transform.ToPixel(extent.XMax, extent.YMax),
        ];

        // A hundredth of a pixel more: a centre that rounding puts on the other side of a border only costs a tile.
        const double Margin = 0.01;
        TileSelection tiles = grid.Select(
            corners.Min(corner => corner.X) - Margin,
            corners.Min(corner => corner.Y) - Margin,
            corners.Max(corner => corner.X) + Margin,
            corners.Max(corner => corner.Y) + Margin,
            grow);
        if (tiles.Count == 0)
        {
            throw new LearnDataException(
                "ExtentOutside",
                $"The extent ({extent}) lies outside {raster.Path}, which covers {RasterExtent(raster)} in its own coordinates.",
                raster.Path);
        }

        return tiles;
    }

    private static GeoExtent RasterExtent(IRaster raster)
    {
        (double X, double Y)[] corners =
        [
            raster.Transform.ToMap(0, 0),
            raster.Transform.ToMap(raster.Width, 0),
            raster.Transform.ToMap(0, raster.Height),
            raster.Transform.ToMap(raster.Width, raster.Height),
        ];
        return new GeoExtent(
            corners.Min(corner => corner.X), corners.Min(corner => corner.Y), corners.Max(corner => corner.X), corners.Max(corner => corner.Y));
    }
}
