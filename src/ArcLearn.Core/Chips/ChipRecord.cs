namespace ArcLearn.Core.Chips;

/// <summary>What the files beside the chips tell of one chip; with it a chip need not be cut again.</summary>
/// <param name="Objects">Class value and area of each, in square map units.</param>
/// <param name="Pixels">Class values and their pixels.</param>
/// <param name="Note">What the format wants to know of the chip at the end.</param>
internal sealed record ChipRecord(
    int Number,
    string MapLine,
    RunningStatistic[] Bands,
    RunningStatistic[] AdditionalBands,
    IReadOnlyList<(int Value, double Area)> Objects,
    IReadOnlyList<(int Value, long Count)> Pixels,
    string? Note);
