namespace ArcLearn.Core.Inference;

/// <summary>A pixel classifier that rasters are run through.</summary>
internal interface IPixelModel : IRunModel
{
    /// <summary>What a tile's side must be a multiple of, where it is not the model's chip.</summary>
    int ChipStep { get; }

    IReadOnlyList<ClassDefinition> Classes { get; }

    /// <summary>Prepares the model as it is now; later training does not change it.</summary>
    /// <param name="chipSize">Side of its chips: a network of convolutions takes any that is a multiple of <see cref="ChipStep"/>.</param>
    /// <param name="batchSize">Chips per call, at least 2.</param>
    IPixelBackend CreateBackend(int chipSize, int batchSize, LearnPrecision precision);

    /// <summary>What a replica takes beside the weights, which all share.</summary>
    long ReplicaBytes(int chipSize, int batchSize, LearnPrecision precision);
}
