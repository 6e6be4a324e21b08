using ArcLearn.Core.Data;
using ArcLearn.Core.Training;

namespace ArcLearn.Commands;

/// <summary>From the types that users hold to what the work is done with.</summary>
internal static class Inside
{
    /// <summary>The chips of a bunch that a detector can use.</summary>
    /// <exception cref="LearnDataException">The bunch holds something else.</exception>
    public static IDetectionData Detection(LearnDataBunch bunch) =>
        bunch.Content as IDetectionData
        ?? throw new LearnDataException("DatasetType", $"A detector needs boxes (PASCAL_VOC_rectangles); this data is {bunch.DatasetType}.", bunch);

    /// <summary>The engine of a detector.</summary>
    /// <exception cref="LearnDataException">The model is of another kind.</exception>
    public static SsdEngine Detector(LearnModel model) =>
        (model as SingleShotDetector)?.Detector as SsdEngine
        ?? throw new LearnDataException("ModelType", $"{model.Name} is no detector; this needs a SingleShotDetector.", model);
}
