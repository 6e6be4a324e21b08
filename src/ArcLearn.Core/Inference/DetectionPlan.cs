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
        options.CheckThreads();
        TileGrid grid = new(raster.Width, raster.Height, chipSize, options.Padding ?? chipSize / 4);
        TileOwnership ownership = new(grid, options.ExcludePadDetections);

        // Neighbours that may have kept the same object as a tile of extent and mask are among them: what two tiles found is merged as in the whole run.
        RunTiles tiles = RunTiles.Choose(options, raster, grid, ownership.MergeGrow);
        return new DetectionPlan(ownership, tiles.Part(options.Shard), tiles.Masked);
    }

    /// <summary>The same run over some tiles of it.</summary>
    public DetectionPlan Over(TileSelection tiles) => new(Ownership, tiles);
}
