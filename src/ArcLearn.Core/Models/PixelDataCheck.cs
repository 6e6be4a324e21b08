using ArcLearn.Core.Data;

namespace ArcLearn.Core.Models;

/// <summary>Whether a bunch is something that a pixel classifier can look at.</summary>
internal static class PixelDataCheck
{
    /// <summary>A bunch's chips with their masks.</summary>
    /// <exception cref="LearnDataException">It has none (DatasetTypeMismatch).</exception>
    public static IPixelData Masks(LearnDataBunch bunch) => bunch.Content as IPixelData ?? throw new LearnDataException(
        "DatasetTypeMismatch",
        $"A pixel classifier learns from masks, but the data are {bunch.DatasetType}. It takes {string.Join(", ", MetadataFormats.With(LabelContent.ClassMask, LabelContent.InstanceMasks))}.",
        bunch);
}
