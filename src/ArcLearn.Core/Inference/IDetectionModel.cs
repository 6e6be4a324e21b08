namespace ArcLearn.Core.Inference;

/// <summary>What a detector takes and answers, as its definition says: needs no weights.</summary>
/// <param name="ReplicaBytes">What a replica takes beside the weights, which all share, for a number of chips per call.</param>
internal sealed record DetectionInput(ModelInput Samples, IReadOnlyList<ClassDefinition> Classes, Func<int, long> ReplicaBytes);

/// <summary>A detector that rasters are run through.</summary>
internal interface IDetectionModel : IRunModel
{
    DetectionInput Detections { get; }

    /// <summary>Prepares the model as it is now; later training does not change it.</summary>
    /// <param name="batchSize">Chips per call, at least 2.</param>
    /// <param name="threshold">Score that a detection needs, 0 to 1.</param>
    /// <param name="overlap">Highest intersection over union of two detections of a class in one chip.</param>
    IDetectionBackend CreateBackend(int batchSize, double threshold, double overlap, LearnPrecision precision);
}
