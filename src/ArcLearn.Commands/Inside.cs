using ArcLearn.Core.Models;

namespace ArcLearn.Commands;

/// <summary>From the types that users hold to what the work is done with, and back.</summary>
internal static class Inside
{
    /// <summary>The engine of a model of any kind.</summary>
    public static ModelEngine Engine(LearnModel model) => (ModelEngine)model.Engine;

    /// <summary>The engine of a detector.</summary>
    /// <exception cref="LearnDataException">The model is of another kind (ModelType).</exception>
    public static SsdEngine Detector(LearnModel model) => Require<SsdEngine>(model, nameof(SingleShotDetector));

    /// <summary>The engine of a pixel classifier.</summary>
    /// <exception cref="LearnDataException">The model is of another kind (ModelType).</exception>
    public static UnetEngine PixelClassifier(LearnModel model) => Require<UnetEngine>(model, nameof(UnetClassifier));

    /// <summary>How well a classifier, of pixels or of images, does.</summary>
    /// <exception cref="LearnDataException">The model is of another kind (ModelType), and what measuring refuses.</exception>
    public static ModelAccuracy Measure(LearnModel model, LearnDataBunch? data, LearnPrecision precision, bool isAugmented, Action<string> warn, CancellationToken cancel) => model.Engine switch
    {
        ClassifierEngine classifier => classifier.Measure(data, precision, cancel, isAugmented),
        UnetEngine when isAugmented => throw new LearnArgumentException(
            "TestTimeAugmentation", $"-TestTimeAugmentation is for classifiers of images, and {model.Name} tells pixels apart. Invoke-ClassifyPixels takes -ModelArguments @{{ test_time_augmentation = $true }}.", LearnArgumentException.ParameterMix),
        UnetEngine unet => unet.Measure(data, precision, warn, cancel),
        _ => throw new LearnDataException(
            "ModelType", $"{model.Name} is a {model.GetType().Name}; this needs a {nameof(UnetClassifier)} or a {nameof(FeatureClassifier)}. Measure-AveragePrecision measures detectors.", model),
    };

    /// <summary>A model as users hold it.</summary>
    public static LearnModel Model(ModelEngine engine) => engine switch
    {
        SsdEngine detector => new SingleShotDetector(detector),
        UnetEngine unet => new UnetClassifier(unet),
        ClassifierEngine classifier => new FeatureClassifier(classifier),
        _ => throw new NotSupportedException($"A {engine.Definition.Kind} has no public type."),
    };

    // No constraint to a type of Core: this assembly's types are loaded before Core is.
    private static T Require<T>(LearnModel model, string needed)
        where T : class => SavedModel.Require<T>(model.Engine, model.GetType().Name, needed, model.Name);
}
