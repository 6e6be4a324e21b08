using ArcLearn.Core.Formats;
using ArcLearn.Core.Inference.Onnx;
using ArcLearn.Core.Packaging;

namespace ArcLearn.Core.Models;

/// <summary>Opens saved models of every kind by what their definitions say: the one place to add another.</summary>
internal static class SavedModel
{
    /// <summary>Opens a saved model; frozen, as the reference has it after loading.</summary>
    /// <param name="path">What <see cref="ModelPackageReader.Open(string, IO.IFileSystem)"/> takes.</param>
    /// <param name="data">Data whose classes are the model's; null for inference only.</param>
    /// <exception cref="LearnFormatException">It is no sound package, or its definition lacks what its kind needs.</exception>
    /// <exception cref="LearnDataException">A kind that is not known here (ModelType), weights of another network (WeightsMismatch), data of other classes, bands or chips.</exception>
    public static ModelEngine Open(string path, LearnDataBunch? data, LearnDevice device, CancellationToken cancel)
    {
        using ModelPackageReader package = ModelPackageReader.Open(path);
        return Open(package, data, device, cancel);
    }

    /// <inheritdoc cref="Open(string, LearnDataBunch, LearnDevice, CancellationToken)"/>
    public static ModelEngine Open(ModelPackageReader package, LearnDataBunch? data, LearnDevice device, CancellationToken cancel)
    {
        NetworkDefinition definition = Read(package);
        int seed = data?.Seed ?? 0;
        return definition switch
        {
            SsdDefinition detector => SsdEngine.Load(detector, package.WeightsPath(cancel), data, device, seed, shown: package.WeightsShown),
            UnetDefinition unet => UnetEngine.Load(unet, package.WeightsPath(cancel), data, device, seed, shown: package.WeightsShown),
            ClassifierDefinition classifier => ClassifierEngine.Load(classifier, package.WeightsPath(cancel), data, device, seed, shown: package.WeightsShown),
            _ => throw new LearnDataException(
                "ModelType",
                $"{package.WeightsShown} is an ONNX model, which is run as it is: Invoke-DetectObjects, Invoke-ClassifyPixels, Invoke-ClassifyFeatures and Invoke-ModelPrediction take it as -Model. It cannot be trained, measured or saved again.",
                package.WeightsShown),
        };
    }

    /// <summary>What a saved model is, without its weights; needs no libtorch.</summary>
    /// <inheritdoc cref="Open(string, LearnDataBunch, LearnDevice, CancellationToken)"/>
    public static NetworkDefinition Describe(string path)
    {
        using ModelPackageReader package = ModelPackageReader.Open(path);
        return Read(package);
    }

    /// <summary>Requires a model of one kind.</summary>
    /// <typeparam name="T">Its definition, or its engine.</typeparam>
    /// <param name="model">A definition or an engine.</param>
    /// <param name="kind">Of the model in hand, as the cmdlets name it.</param>
    /// <param name="needed">The kind that is asked for.</param>
    /// <param name="target">What to blame.</param>
    /// <exception cref="LearnDataException">It is of another kind (ModelType).</exception>
    public static T Require<T>(object model, string kind, string needed, object target)
        where T : class => model as T
        ?? throw new LearnDataException("ModelType", $"{target} is a {kind}; this needs a {needed}.", target);

    /// <exception cref="LearnDataException">A kind that is not known here (ModelType).</exception>
    public static NetworkDefinition Read(ModelPackageReader package)
    {
        ModelDefinitionFile file = package.Definition;
        if (OnnxModels.IsOnnx(file))
        {
            return OnnxModels.Describe(package);
        }

        ForeignFrameworks.Refuse(file, package.DefinitionPath);
        return file.ModelConfiguration switch
        {
            ModelDefinitionFile.DetectorConfiguration => SsdDefinitionFile.Read(file, package.Name, package.DefinitionPath),
            ModelDefinitionFile.UnetConfiguration => UnetDefinitionFile.Read(file, package.Name, package.DefinitionPath),
            ModelDefinitionFile.ClassifierConfiguration or ModelDefinitionFile.OldClassifierConfiguration => ClassifierDefinitionFile.Read(file, package.Name, package.DefinitionPath),
            _ => throw new LearnDataException(
                "ModelType",
                $"{package.DefinitionPath} defines a model of {DefinitionFile.Type(file)}; what can be opened is "
                + $"a {nameof(SingleShotDetector)} ({ModelDefinitionFile.DetectorConfiguration}), a {nameof(UnetClassifier)} ({ModelDefinitionFile.UnetConfiguration}) or a {nameof(FeatureClassifier)} ({ModelDefinitionFile.ClassifierConfiguration}).",
                package.DefinitionPath),
        };
    }
}
