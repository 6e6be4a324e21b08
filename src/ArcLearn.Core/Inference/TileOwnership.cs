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

    private readonly TileGrid _grid;

    /// <param name="grid">The run's grid.</param>
    /// <param name="excludePadding">
    /// False keeps what lies in the padding too (arcgis' exclude_pad_detections): the seam is then as wide as the padding.
    /// </param>
    public TileOwnership(TileGrid grid, bool excludePadding = true)
    {
        _grid = grid;
        Grow = excludePadding ? Math.Min(SeamWidth, grid.Padding) : grid.Padding;
    }

    /// <summary>Pixels that a core grows on each side; at most the padding, beyond which the chip ends.</summary>
    public int Grow { get; }

    /// <summary>Whether the tile keeps a detection with this centre.</summary>
    public bool Keeps(in Tile tile, double x, double y) =>
        x >= tile.Core.Column - Grow && x < tile.Core.Right + Grow && y >= tile.Core.Row - Grow && y < tile.Core.Bottom + Grow;

    /// <summary>Whether another tile might keep the detection too.</summary>
    public bool IsAtSeam(in Detection detection)
    {
        PixelWindow core = _grid[detection.Tile].Core;
        double x = detection.CenterX;
        double y = detection.CenterY;
        return (core.Column > 0 && x < core.Column + Grow)
            || (core.Right < _grid.Width && x >= core.Right - Grow)
            || (core.Row > 0 && y < core.Row + Grow)
            || (core.Bottom < _grid.Height && y >= core.Bottom - Grow);
    }

    /// <summary>
    /// Whether both centres lie in the band that the two tiles share: where both would keep a detection.
    /// </summary>
    public bool ShareSeam(in Detection left, in Detection right)
    {
        if (left.Tile == right.Tile)
        {
            return false;
        }

        // Each was kept by its own tile, so only the other's core is left to ask.
        return Keeps(_grid[right.Tile], left.CenterX, left.CenterY) && Keeps(_grid[left.Tile], right.CenterX, right.CenterY);
    }
}
