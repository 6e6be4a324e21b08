using ArcLearn.Core.Data;

namespace ArcLearn.Core.Models;

/// <summary>What makes a detector but for its weights: what a saved model's definition says.</summary>
/// <param name="CellSize">Ground size of a pixel that it was trained on, in map units; null where none is known.</param>
internal sealed record SsdDefinition(
    string Name, SsdOptions Options, IReadOnlyList<ClassDefinition> Classes, Normalization Normalization, double? CellSize);
