using ArcLearn.Core.Models;

namespace ArcLearn.Commands;

/// <summary>From the types that users hold to what the work is done with.</summary>
internal static class Inside
{
    /// <summary>The engine of a detector.</summary>
    /// <exception cref="LearnDataException">The model is of another kind.</exception>
    public static SsdEngine Detector(LearnModel model) =>
        (model as SingleShotDetector)?.Detector as SsdEngine
        ?? throw new LearnDataException("ModelType", $"{model.Name} is no detector; this needs a SingleShotDetector.", model);
}
