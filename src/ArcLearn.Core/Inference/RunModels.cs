using ArcLearn.Core.Inference.Onnx;
using ArcLearn.Core.Models;

namespace ArcLearn.Core.Inference;

/// <summary>What the definitions of models of every kind and runtime say to the engine.</summary>
internal static class RunModels
{
    /// <param name="found">A model's definition.</param>
    /// <param name="target">What to blame.</param>
    /// <exception cref="LearnDataException">It is no detector (ModelType).</exception>
    public static DetectionInput Detector(NetworkDefinition found, string target) => found switch
    {
        SsdDefinition ssd => ssd.Detections,
        OnnxDefinition { Task: OnnxTask.Objects } onnx => OnnxDetector.Describe(onnx),
        _ => throw Other(found, target, $"{nameof(SingleShotDetector)} or a {OnnxDefinition.DetectorKind}"),
    };

    /// <exception cref="LearnDataException">It is no pixel classifier (ModelType).</exception>
    /// <inheritdoc cref="Detector"/>
    public static PixelInput PixelClassifier(NetworkDefinition found, string target) => found switch
    {
        UnetDefinition unet => UnetRunModel.Describe(unet),
        OnnxDefinition { Task: OnnxTask.Pixels } onnx => OnnxPixelClassifier.Describe(onnx),
        _ => throw Other(found, target, $"{nameof(UnetClassifier)} or a {OnnxDefinition.PixelKind}"),
    };

    /// <summary>Whether an image may have any number of classes.</summary>
    /// <exception cref="LearnDataException">It is no image classifier (ModelType).</exception>
    /// <inheritdoc cref="Detector"/>
    public static bool IsMultiLabel(NetworkDefinition found, string target) => found switch
    {
        ClassifierDefinition classifier => classifier.Options.Loss.IsMultiLabel,
        OnnxDefinition { Task: OnnxTask.Images } onnx => onnx.IsMultiLabel,
        _ => throw Other(found, target, $"{nameof(FeatureClassifier)} or a {OnnxDefinition.ImageKind}"),
    };

    private static LearnDataException Other(NetworkDefinition found, string target, string needed) =>
        new("ModelType", $"{target} is a {found.Kind}; this needs a {needed}.", target);
}
