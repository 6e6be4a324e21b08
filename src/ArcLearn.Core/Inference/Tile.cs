using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Inference;

/// <summary>One cell of a <see cref="TileGrid"/>, in pixels of the raster.</summary>
/// <param name="Index">Row-major from 0.</param>
/// <param name="Column">Tile column, from 0.</param>
/// <param name="Row">Tile row, from 0.</param>
/// <param name="Core">What the tile owns: the cores of all tiles cover the raster once.</param>
/// <param name="Window">What the model sees: chip-sized, so it may reach beyond the raster to the right and below.</param>
internal readonly record struct Tile(int Index, int Column, int Row, PixelWindow Core, PixelWindow Window)
{
    public override string ToString() => FormattableString.Invariant(
        $"tile {Index} (columns {Window.Column} to {Window.Right - 1}, rows {Window.Row} to {Window.Bottom - 1})");
}
