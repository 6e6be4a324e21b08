using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Data;

/// <summary>The chips of a bunch with the settings they are served with, whatever their labels are.</summary>
/// <param name="Workers">Threads that decode and augment; they exist only while a sequence of batches is read.</param>
internal sealed record ChipSet(
    ChipStore Store, IReadOnlyList<ChipEntry> Chips, ChipSplit Split, Normalization Normalization, SampleTables Tables, int Workers)
{
    public required double? CellSize { get; init; }

    public required PixelGround? Ground { get; init; }

    public required IReadOnlyList<string> Paths { get; init; }

    public required string DatasetType { get; init; }

    public required IReadOnlyList<ClassDefinition> Classes { get; init; }

    public required int ChipSize { get; init; }

    public required int BatchSize { get; init; }

    public required int Seed { get; init; }

    public required LearnTransform Transform { get; init; }

    public int[] ChipsOf(ChipSide side) => side switch
    {
        ChipSide.Training => Split.Training,
        ChipSide.Validation => Split.Validation,
        _ => [.. Enumerable.Range(0, Chips.Count)],
    };
}
