using ArcLearn.Core.Data;

namespace ArcLearn.Core.Models;

/// <summary>Whether a bunch is something that a detector can look at.</summary>
internal static class DetectionDataCheck
{
    /// <summary>A bunch's chips with their boxes.</summary>
    /// <exception cref="LearnDataException">It has none (DatasetTypeMismatch).</exception>
    public static IDetectionData Boxes(LearnDataBunch bunch) => bunch.Content as IDetectionData ?? throw new LearnDataException(
        "DatasetTypeMismatch",
        $"A detector learns from boxes, but the data are {bunch.DatasetType}. It takes {string.Join(", ", MetadataFormats.With(LabelContent.Boxes, LabelContent.InstanceMasks))}.",
        bunch);
}
