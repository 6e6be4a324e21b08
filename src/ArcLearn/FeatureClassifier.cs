using ArcLearn.Internal;

namespace ArcLearn;

/// <summary>An image classifier: a class, or any number of them, for a whole image or for the feature that it shows.</summary>
public sealed class FeatureClassifier : LearnModel
{
    internal FeatureClassifier(IClassifierEngine engine)
        : base(engine) => Images = engine;

    internal IClassifierEngine Images { get; }

    /// <summary>Whether an image may have any number of classes.</summary>
    public bool IsMultiLabel => Images.IsMultiLabel;

    /// <summary>What an image of each class counts in the loss; null where all count alike.</summary>
    public IReadOnlyList<double>? ClassWeights => Images.ClassWeights?.ToArray();
}
