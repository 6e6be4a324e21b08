namespace ArcLearn.Core.Inference;

/// <summary>A classifier of chips that features are looked at with.</summary>
internal interface IChipModel : IRunModel
{
    IReadOnlyList<ClassDefinition> Classes { get; }

    /// <summary>Prepares the model as it is now; later training does not change what is found.</summary>
    /// <param name="batchSize">Chips per step; two at least.</param>
    IChipScorer CreateScorer(int batchSize, LearnPrecision precision);
}

/// <summary>A prepared classifier with room for one batch.</summary>
internal interface IChipScorer : IDisposable
{
    /// <summary>Chips per step.</summary>
    int BatchSize { get; }

    /// <summary>A chip's place in the batch: <c>[Bands, ChipSize, ChipSize]</c>.</summary>
    Span<float> Place(int index);

    /// <summary>Scores the first chips of the batch.</summary>
    /// <returns>For each the probabilities of the classes.</returns>
    /// <exception cref="LearnDataException">ModelOutput: the model answers with what is no number.</exception>
    float[][] Score(int count);
}
