namespace ArcLearn.Core.Inference;

/// <summary>A prepared pixel classifier behind the engine.</summary>
internal interface IPixelBackend : IModelBackend
{
    /// <summary>A worker's own handle; one thread uses it at a time, on one intra-op thread.</summary>
    IPixelReplica CreateReplica();
}

/// <summary>One worker's pixel classifier.</summary>
internal interface IPixelReplica : IDisposable
{
    /// <summary>Scores each pixel of a full batch of raw samples <c>[BatchSize, Bands, ChipSize, ChipSize]</c>.</summary>
    /// <param name="samples">As the raster holds them.</param>
    /// <param name="scores">
    /// Takes <c>[BatchSize, 1 + Classes, ChipSize, ChipSize]</c>: the network's scores before the softmax, background first, then the model's classes in their order.
    /// </param>
    /// <exception cref="LearnDataException">ModelOutput: a score is no number.</exception>
    void Score(float[] samples, float[] scores);
}
