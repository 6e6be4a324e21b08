namespace ArcLearn.Core.Inference;

/// <summary>What a tile came to that was classified.</summary>
/// <param name="Classes">The core's pixels as <see cref="ClassBlocks"/> packs them; null where the model did not see the tile.</param>
/// <param name="Shares">Their probabilities, packed too; null where none are kept.</param>
internal sealed record ClassTile(int Tile, bool IsSkipped, byte[]? Classes, byte[]? Shares, string? Failure = null) : TileOutcome(Tile, IsSkipped, Failure);

/// <summary>What a tile came to whose neighbours' scores are still to be added.</summary>
/// <param name="Shares">
/// The probabilities of the whole chip, <c>[1 + Classes, ChipSize, ChipSize]</c> in memory that is given back; null where the model did not see the tile.
/// </param>
/// <param name="Missing">Pixels of the core without data, 1 each; null for none.</param>
internal sealed record ScoreTile(int Tile, bool IsSkipped, float[]? Shares, byte[]? Missing, string? Failure = null) : TileOutcome(Tile, IsSkipped, Failure);
