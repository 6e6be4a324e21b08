using ArcLearn.Internal;

namespace ArcLearn;

/// <summary>A U-Net: a class for each pixel.</summary>
public sealed class UnetClassifier : LearnModel
{
    internal UnetClassifier(IPixelEngine engine)
        : base(engine) => Pixels = engine;

    internal IPixelEngine Pixels { get; }

    /// <summary>Learn where pixels without a label are a class of their own, Ignore where they count for nothing.</summary>
    public BackgroundPixels Background => Pixels.IsBackgroundIgnored ? BackgroundPixels.Ignore : BackgroundPixels.Learn;

    /// <summary>What a pixel of each class counts in the loss, background first; null where all count alike.</summary>
    public IReadOnlyList<double>? ClassWeights => Pixels.ClassWeights?.ToArray();
}
