namespace ArcLearn.Core.Models;

/// <summary>The shape of maps with channels innermost.</summary>
internal readonly record struct MapShape(int Images, int Height, int Width, int Channels);
