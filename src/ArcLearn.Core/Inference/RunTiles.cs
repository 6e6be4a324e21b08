using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>Which tiles of a grid a run goes through.</summary>
/// <param name="Tiles">Those that its extent and mask touch, over all shards.</param>
/// <param name="Masked">Tiles of the extent that are left out because they touch no polygon of the mask.</param>
internal readonly record struct RunTiles(TileSelection Tiles, int Masked)
{
    /// <param name="grow">Pixels by which a tile's core grows for touching.</param>
    /// <exception cref="LearnDataException">ExtentOutside, MaskOutside.</exception>
    /// <exception cref="LearnArgumentException">An extent without area.</exception>
    public static RunTiles Choose(RunOptions options, IRaster raster, TileGrid grid, int grow)
    {
        TileSelection tiles = options.Extent is GeoExtent extent ? Select(grid, raster, extent, grow) : grid.SelectAll();
        if (options.Mask is not SearchMask mask)
        {
            return new RunTiles(tiles, 0);
        }

        TileSelection wanted = Reached(grid, raster, mask.Extent, grow).Intersect(tiles).Where(tile => mask.Touches(tile.Core, grow, raster.Transform));
        return wanted.Count > 0
            ? new RunTiles(wanted, tiles.Count - wanted.Count)
            : throw new LearnDataException(
                "MaskOutside",
                $"The mask polygons of {mask.Path} ({mask.Extent} in the run's coordinates) touch nothing of {raster.Path}, which covers {RasterSummary.Extent(raster)}"
                + $"{(options.Extent is GeoExtent part ? $", or nothing of the extent ({part})" : "")}.",
                mask.Path);
    }

    /// <summary>What a shard does of them; all where there is none.</summary>
    public TileSelection Part(ShardNumber? shard) => shard is ShardNumber part ? Tiles.Part(part) : Tiles;

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
        // A hundredth of a pixel more: a centre that rounding puts on the other side of a border only costs a tile.
        const double Margin = 0.01;
        (double left, double top, double right, double bottom) = ExtentPixels.Bounds(extent, raster.Transform);
        return grid.Select(left - Margin, top - Margin, right + Margin, bottom + Margin, grow);
    }
}
