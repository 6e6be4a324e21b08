namespace ArcLearn.Core.Inference;

/// <summary>Answers of a network that are none.</summary>
internal static class ModelFault
{
    /// <summary>A score that is no number: thresholds and maxima would pass over it in silence.</summary>
    public static LearnDataException NotFinite() => new(
        "ModelOutput", "The model answers with what is no number (NaN or infinite). Are its weights damaged, or did its training diverge? Save it again, or take a checkpoint.");
}
