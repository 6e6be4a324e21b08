using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>What a run will do: its grid, the tiles of its extent, who owns what. Made before anything is read.</summary>
internal sealed class DetectionPlan
{
    private DetectionPlan(TileOwnership ownership, TileSelection tiles) => (Ownership, Tiles) = (ownership, tiles);

    public TileGrid Grid => Tiles.Grid;

    public TileOwnership Ownership { get; }

    public TileSelection Tiles { get; }

    /// <summary>The same run over other tiles of its grid.</summary>
    public DetectionPlan For(TileSelection tiles) => new(Ownership, tiles);

    /// <summary>Checks that raster, model and options fit together and lays out the tiles.</summary>
    /// <exception cref="LearnDataException">BandMismatch, SampleTypeMismatch, ExtentOutside.</exception>
    /// <exception cref="LearnArgumentException">Padding, overlap, threads or extent make no sense.</exception>
    public static DetectionPlan Create(DetectionRunOptions options, IRaster raster, IDetectionBackend backend)
    {
        RasterCheck.CheckSamples(raster, backend.Bands, options.AllowOtherSampleType ? null : backend.SampleType);
        return Create(options, raster, backend.ChipSize);
    }

    /// <summary>The same for a raster whose samples were found to fit.</summary>
    /// <exception cref="LearnDataException">ExtentOutside.</exception>
    /// <exception cref="LearnArgumentException">Padding, overlap, threads or extent make no sense.</exception>
    public static DetectionPlan Create(DetectionRunOptions options, IRaster raster, int chipSize)
    {
        Suppression.CheckOverlap(options.MaxOverlapRatio);
        CheckCount(options.Workers, nameof(options.Workers));
        CheckCount(options.Readers, nameof(options.Readers));
        TileGrid grid = new(raster.Width, raster.Height, chipSize, options.Padding ?? chipSize / 4);
        TileOwnership ownership = new(grid, options.ExcludePadDetections);
        TileSelection tiles = options.Extent is GeoExtent extent ? Select(grid, raster, extent, ownership.MergeGrow) : grid.SelectAll();
        return new DetectionPlan(ownership, options.Shard is ShardNumber shard ? tiles.Part(shard) : tiles);
    }

    private static void CheckCount(int count, string name)
    {
        if (count is < 1 or > 1024)
        {
            throw new LearnArgumentException(name, $"{name} is {count}; it must be from 1 to 1024.");
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
                $"The extent ({extent}) lies outside {raster.Path}, which covers {RasterSummary.Extent(raster)} in its own coordinates.",
                raster.Path);
        }

        return tiles;
    }
}
