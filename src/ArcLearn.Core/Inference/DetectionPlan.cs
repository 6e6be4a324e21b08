using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>What a run will do: its grid, the tiles of its extent, who owns what. Made before anything is read.</summary>
internal sealed class DetectionPlan
{
    private DetectionPlan(TileOwnership ownership, TileSelection tiles, int maskedTiles = 0) => (Ownership, Tiles, MaskedTiles) = (ownership, tiles, maskedTiles);

    public TileGrid Grid => Tiles.Grid;

    public TileOwnership Ownership { get; }

    public TileSelection Tiles { get; }

    /// <summary>Tiles of the extent that are left out because they touch no polygon of the mask.</summary>
    public int MaskedTiles { get; }

    /// <summary>Checks that raster, model and options fit together and lays out the tiles.</summary>
    /// <exception cref="LearnDataException">BandMismatch, SampleTypeMismatch, ExtentOutside, MaskOutside.</exception>
    /// <exception cref="LearnArgumentException">Padding, overlap, threads or extent make no sense.</exception>
    public static DetectionPlan Create(DetectionRunOptions options, IRaster raster, IDetectionBackend backend)
    {
        RasterCheck.CheckSamples(raster, backend.Bands, options.Bands, options.AllowOtherSampleType ? null : backend.SampleType);
        return Create(options, raster, backend.ChipSize);
    }

    /// <summary>The same for a raster whose samples were found to fit.</summary>
    /// <exception cref="LearnDataException">ExtentOutside, MaskOutside.</exception>
    /// <exception cref="LearnArgumentException">Padding, overlap, threads or extent make no sense.</exception>
    public static DetectionPlan Create(DetectionRunOptions options, IRaster raster, int chipSize)
    {
        Suppression.CheckOverlap(options.MaxOverlapRatio);
        CheckCount(options.Workers, nameof(options.Workers));
        CheckCount(options.Readers, nameof(options.Readers));
        TileGrid grid = new(raster.Width, raster.Height, chipSize, options.Padding ?? chipSize / 4);
        TileOwnership ownership = new(grid, options.ExcludePadDetections);
        TileSelection tiles = options.Extent is GeoExtent extent ? Select(grid, raster, extent, ownership.MergeGrow) : grid.SelectAll();
        if (options.Mask is not SearchMask mask)
        {
            return new DetectionPlan(ownership, Part(tiles, options.Shard));
        }

        // Neighbours that may have kept the same object as a tile of the mask are among them: what two tiles found is merged as in the whole run.
        TileSelection wanted = Reached(grid, raster, mask.Extent, ownership.MergeGrow).Intersect(tiles)
            .Where(tile => mask.Touches(tile.Core, ownership.MergeGrow, raster.Transform));
        return wanted.Count > 0
            ? new DetectionPlan(ownership, Part(wanted, options.Shard), tiles.Count - wanted.Count)
            : throw new LearnDataException(
                "MaskOutside",
                $"The mask polygons of {mask.Path} ({mask.Extent} in the run's coordinates) touch nothing of {raster.Path}, which covers {RasterSummary.Extent(raster)}"
                + $"{(options.Extent is GeoExtent part ? $", or nothing of the extent ({part})" : "")}.",
                mask.Path);
    }

    /// <summary>The same run over some tiles of it.</summary>
    public DetectionPlan Over(TileSelection tiles) => new(Ownership, tiles);

    private static TileSelection Part(TileSelection tiles, ShardNumber? shard) => shard is ShardNumber part ? tiles.Part(part) : tiles;

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

        TileSelection tiles = Reached(grid, raster, extent, grow);
        return tiles.Count > 0
            ? tiles
            : throw new LearnDataException(
                "ExtentOutside",
                $"The extent ({extent}) lies outside {raster.Path}, which covers {RasterSummary.Extent(raster)} in its own coordinates.",
                raster.Path);
    }

    private static TileSelection Reached(TileGrid grid, IRaster raster, GeoExtent extent, int grow)
    {
        (double X, double Y)[] corners =
        [
            raster.Transform.ToPixel(extent.XMin, extent.YMin),
            raster.Transform.ToPixel(extent.XMin, extent.YMax),
            raster.Transform.ToPixel(extent.XMax, extent.YMin),
            raster.Transform.ToPixel(extent.XMax, extent.YMax),
        ];

        // A hundredth of a pixel more: a centre that rounding puts on the other side of a border only costs a tile.
        const double Margin = 0.01;
        return grid.Select(
            corners.Min(corner => corner.X) - Margin,
            corners.Min(corner => corner.Y) - Margin,
            corners.Max(corner => corner.X) + Margin,
            corners.Max(corner => corner.Y) + Margin,
            grow);
    }
}
