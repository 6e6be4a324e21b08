using ArcLearn.Core.Inference;
using ArcLearn.Core.Inference.Onnx;
using ArcLearn.Core.Models;

namespace ArcLearn.Commands;

/// <content>Models of either runtime, for the cmdlets that run them.</content>
internal sealed partial class ModelSource
{
    /// <summary>What a model of any kind is, without its weights.</summary>
    /// <exception cref="ModelNotFoundException">None of that name is installed.</exception>
    public NetworkDefinition DescribeAny() => DescribeAs<NetworkDefinition>("");

    /// <exception cref="LearnDataException">It is no detector (ModelType).</exception>
    public IDetectionModel OpenDetector(LearnDevice device, CancellationToken cancel) =>
        OpenOnnx(device) as IDetectionModel ?? OpenAs<SsdEngine>(nameof(SingleShotDetector), device, cancel);

    /// <exception cref="LearnDataException">It is no pixel classifier (ModelType).</exception>
    public IPixelModel OpenPixelClassifier(LearnDevice device, CancellationToken cancel) =>
        OpenOnnx(device) as IPixelModel ?? new UnetRunModel(OpenAs<UnetEngine>(nameof(UnetClassifier), device, cancel));

    /// <exception cref="LearnDataException">It is no image classifier (ModelType).</exception>
    public IChipModel OpenImageClassifier(LearnDevice device, CancellationToken cancel) =>
        OpenOnnx(device) as IChipModel ?? OpenAs<ClassifierEngine>(nameof(FeatureClassifier), device, cancel);

    /// <summary>An ONNX model; null for any other.</summary>
    public OnnxRunModel? OpenOnnx(LearnDevice device) => IsInHand ? null
        : OnnxPath is string file ? OnnxModels.Open(file, device)
        : Use(package => OnnxModels.IsOnnx(package.Definition) ? OnnxModels.Open(package, device) : null);
}
