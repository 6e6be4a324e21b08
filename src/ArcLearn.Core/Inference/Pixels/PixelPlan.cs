using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>What a classification will do: its grid, its tiles, the part of the raster that it writes. Made before anything is read.</summary>
internal sealed class PixelPlan
{
    private PixelPlan(TileSelection tiles, int maskedTiles, PixelWindow window) => (Tiles, MaskedTiles, Window) = (tiles, maskedTiles, window);

    public TileGrid Grid => Tiles.Grid;

    /// <summary>Tiles of the run, or of its shard.</summary>
    public TileSelection Tiles { get; }

    /// <summary>Tiles of the extent that are left out because they touch no polygon of the mask.</summary>
    public int MaskedTiles { get; }

    /// <summary>What is written, in pixels of the run: the extent grown to whole cells.</summary>
    public PixelWindow Window { get; }

    /// <summary>Rows and columns of tiles around one whose windows reach into its core.</summary>
    public int Reach => ReachOf(Grid.ChipSize, Grid.Padding);

    /// <exception cref="LearnDataException">BandMismatch, SampleTypeMismatch, ExtentOutside, MaskOutside.</exception>
    /// <exception cref="LearnArgumentException">Padding, threads or extent make no sense.</exception>
    public static PixelPlan Create(PixelRunOptions options, IRaster raster, IModelBackend backend)
    {
        RasterCheck.CheckSamples(raster, backend.Bands, options.Bands, options.AllowOtherSampleType ? null : backend.SampleType);
        return Create(options, raster, backend.ChipSize);
    }

    /// <summary>The same for a raster whose samples were found to fit.</summary>
    /// <inheritdoc cref="Create(PixelRunOptions, IRaster, IModelBackend)"/>
    public static PixelPlan Create(PixelRunOptions options, IRaster raster, int chipSize)
    {
        options.CheckThreads();
        TileGrid grid = new(raster.Width, raster.Height, chipSize, options.Padding ?? chipSize / 4);
        RunTiles tiles = RunTiles.Choose(options, raster, grid, grow: 0);
        PixelWindow window = options.Extent is GeoExtent extent
            ? ExtentPixels.Cover(extent, raster.Transform, raster.Width, raster.Height)
            : new PixelWindow(0, 0, raster.Width, raster.Height);
        return window.Area > 0
            ? new PixelPlan(tiles.Part(options.Shard), tiles.Masked, window)
            : throw new LearnDataException(
                "ExtentOutside", $"The extent ({options.Extent}) only touches {raster.Path}, which covers {RasterSummary.Extent(raster)} in its own coordinates.", raster.Path);
    }

    /// <summary>The same run over some tiles of it.</summary>
    public PixelPlan Over(TileSelection tiles) => new(tiles, MaskedTiles, Window);

    public static int ReachOf(int chipSize, int padding)
    {
        int stride = chipSize - (2 * padding);
        return (padding + stride - 1) / stride;
    }
}
