using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>
/// Which tile keeps a detection. It is the one whose core, grown by a few pixels, holds its centre; grown, because the tiles at a seam
/// place the same object slightly differently, and an object that each side leaves to the other would be lost. What this keeps
/// twice <see cref="SeamMerge"/> takes out.
/// </summary>
/// <remarks>
/// A box that touches its chip's edge where the raster goes on is the visible part of a larger object. Its tile keeps it only if the
/// centre of that part lies in the grown core, thus only if the object reaches further than the padding on that side; no tile
/// sees such an object whole, so leaving the part out would lose it. It is kept, and counted, so that a user can be told to raise the padding.
/// </remarks>
internal sealed class TileOwnership
{
    /// <summary>Pixels by which two tiles may disagree about an object's centre.</summary>
    public const int SeamWidth = 4;

    /// <param name="grid">The run's grid.</param>
    /// <param name="excludePadding">
    /// False keeps what lies in the padding too (arcgis' exclude_pad_detections): the seam is then as wide as the padding.
    /// </param>
    public TileOwnership(TileGrid grid, bool excludePadding = true)
    {
        Grid = grid;
        Grow = excludePadding ? Math.Min(SeamWidth, grid.Padding) : grid.Padding;
    }

    public TileGrid Grid { get; }

    /// <summary>Pixels by which a core grows on each side for keeping; at most the padding, beyond which the chip ends.</summary>
    public int Grow { get; }

    /// <summary>
    /// Pixels by which it grows for merging. Twice as many: two tiles that disagree by up to <see cref="Grow"/> can both keep an object that
    /// one of them places just outside the band of keeping, and merging within that band alone would leave it doubled.
    /// </summary>
    public int MergeGrow => 2 * Grow;

    /// <summary>Whether the tile keeps a detection with this centre.</summary>
    public bool Keeps(in Tile tile, double x, double y) => Holds(tile.Core, Grow, x, y);

    /// <summary>Whether another tile might have kept the same object.</summary>
    public bool IsAtSeam(in Detection detection)
    {
        PixelWindow core = Grid[detection.Tile].Core;
        double x = detection.CenterX;
        double y = detection.CenterY;
        return (core.Column > 0 && x < core.Column + MergeGrow)
            || (core.Right < Grid.Width && x >= core.Right - MergeGrow)
            || (core.Row > 0 && y < core.Row + MergeGrow)
            || (core.Bottom < Grid.Height && y >= core.Bottom - MergeGrow);
    }

    /// <summary>Whether the detections are of two tiles and both centres lie in the band that those share.</summary>
    public bool ShareSeam(in Detection left, in Detection right) =>

        // Each was kept by its own tile, so only the other's core is left to ask.
        left.Tile != right.Tile
        && Holds(Grid[right.Tile].Core, MergeGrow, left.CenterX, left.CenterY)
        && Holds(Grid[left.Tile].Core, MergeGrow, right.CenterX, right.CenterY);

    private static bool Holds(in PixelWindow core, int grow, double x, double y) =>
        x >= core.Column - grow && x < core.Right + grow && y >= core.Row - grow && y < core.Bottom + grow;
}
