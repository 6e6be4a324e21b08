namespace ArcLearn.Core.Inference;

/// <summary>A detection within a chip, in its pixels (corner coordinates), before it is known where the chip lies.</summary>
/// <param name="ClassIndex">Index into the model's classes, from 0 (background is not among them).</param>
/// <param name="Score">0 to 1.</param>
internal readonly record struct ChipDetection(float XMin, float YMin, float XMax, float YMax, int ClassIndex, float Score);

/// <summary>A prepared detector behind the engine: the module itself now, other runtimes later.</summary>
internal interface IDetectionBackend : IModelBackend
{
    /// <summary>A worker's own handle; one thread uses it at a time, on one intra-op thread.</summary>
    IDetectionReplica CreateReplica();
}

/// <summary>One worker's model.</summary>
internal interface IDetectionReplica : IDisposable
{
    /// <summary>Detects in a full batch of raw samples <c>[BatchSize, Bands, ChipSize, ChipSize]</c>; within-chip suppression is done already.</summary>
    /// <returns>One list per chip.</returns>
    IReadOnlyList<ChipDetection>[] Detect(float[] samples);
}
