namespace ArcLearn.Core.Inference;

/// <summary>What a pixel classifier takes and answers, as its definition says: needs no weights.</summary>
/// <param name="Classes">In the order of its scores, behind the background's.</param>
/// <param name="ChipStep">What a tile's side must be a multiple of, where it is not the model's chip; null where it must be that.</param>
/// <param name="HasBackground">Whether it learnt what is background; one that did not tells the classes alone.</param>
/// <param name="ReplicaBytes">What a replica takes beside the weights, which all share, for a side of its chips and a number of them per call.</param>
internal sealed record PixelInput(ModelInput Samples, IReadOnlyList<ClassDefinition> Classes, int? ChipStep, bool HasBackground, Func<int, int, long> ReplicaBytes);

/// <summary>A pixel classifier that rasters are run through.</summary>
internal interface IPixelModel : IRunModel
{
    PixelInput Pixels { get; }

    /// <summary>Prepares the model as it is now; later training does not change it.</summary>
    /// <param name="chipSize">Side of its chips: a network of convolutions takes any that is a multiple of <see cref="PixelInput.ChipStep"/>.</param>
    /// <param name="batchSize">Chips per call, at least 2.</param>
    IPixelBackend CreateBackend(int chipSize, int batchSize, LearnPrecision precision);
}
