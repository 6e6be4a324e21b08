namespace ArcLearn;

/// <summary>A tile of a raster that could not be read. What it would have found is missing from the output: objects whose centre lies in it, or the classes of its pixels.</summary>
/// <param name="Index">Number of the tile in the run's grid, row by row from 0.</param>
/// <param name="Column">First column that the tile owns, in cells of the run.</param>
/// <param name="Row">First row.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Extent">The same in the run's map coordinates, which are outSR's where that was given: what a later run can be limited to.</param>
/// <param name="Reason">Why it could not be read.</param>
public sealed record BadTile(int Index, int Column, int Row, int Width, int Height, GeoExtent Extent, string Reason);
