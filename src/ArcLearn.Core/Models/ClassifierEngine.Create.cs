using ArcLearn.Core.Data;
using ArcLearn.Core.IO;
using ArcLearn.Core.Runtime;

namespace ArcLearn.Core.Models;

/// <content>How an image classifier comes to be: from data, or from what was saved.</content>
internal sealed partial class ClassifierEngine
{
    /// <summary>
    /// Builds a classifier for a bunch and gives it its first weights. With weights of either kind the backbone is frozen, as in the reference; without any,
    /// everything trains.
    /// </summary>
    /// <param name="options">Bands, chip size, classes and whether an image may have several are taken from the data.</param>
    /// <param name="isBalanced">Whether an image counts in the loss by how rare its class is.</param>
    /// <param name="seed">Of the first weights.</param>
    /// <exception cref="LearnArgumentException">Options that make no network.</exception>
    /// <exception cref="LearnDataException">Data without classes of images (DatasetTypeMismatch), or with one alone (OneClass), or weights of another network (WeightsMismatch) or of other classes (ClassMismatch).</exception>
    /// <exception cref="LearnFormatException">A file that holds no weights.</exception>
    public static ClassifierEngine Create(
        LearnDataBunch data, ClassifierOptions options, bool isBalanced, StartWeights start, LearnDevice device, int seed, Action<string>? warn, CancellationToken cancel, IFileSystem? files = null)
    {
        IImageClassData chips = ImageDataCheck.Images(data);
        ImageDataCheck.RequireClasses(data, chips, warn);
        ClassifierOptions fitted = options with
        {
            Backbone = Backbones.Get(options.Backbone).Name,
            Bands = chips.Bands,
            ChipSize = chips.ChipSize,
            Classes = chips.Classes.Count,
            Loss = options.Loss with { IsMultiLabel = chips.IsMultiLabel, ClassWeights = isBalanced ? Balance(chips.TrainingImagesPerClass) : null },
        };
        ClassifierDefinition definition = new(DefaultName, fitted, chips.Classes, chips.Normalization, chips.CellSize, chips.Ground);
        ClassifierEngine engine = Start(
            start,
            (saved, path) => DataCheck.RequireOrder(
                data.Classes, SavedModel.Require<ClassifierDefinition>(saved, saved.Kind, nameof(FeatureClassifier), path).Classes, path),
            (weights, shown) => Build(definition, data, device, seed, network => Fill(network, start.Backbone, weights, files, shown)),
            "a good classifier takes more images and epochs",
            warn,
            cancel);
        engine.HasHeadFromChance = start is { Backbone: not null, Pretrained: null };
        return engine;
    }

    /// <summary>Builds a saved classifier, with its weights; frozen, as the reference has it after loading.</summary>
    /// <param name="weights">The .pth.</param>
    /// <param name="shown">What messages call it, where the path is a temporary one.</param>
    /// <param name="data">What it is to train on or be measured with; null for inference only.</param>
    /// <exception cref="LearnDataException">Weights of another network (WeightsMismatch), or data that do not fit (see <see cref="DataCheck"/>).</exception>
    /// <exception cref="LearnFormatException">The file holds no weights.</exception>
    public static ClassifierEngine Load(ClassifierDefinition definition, string weights, LearnDataBunch? data, LearnDevice device, int seed, IFileSystem? files = null, string? shown = null)
    {
        if (data is not null)
        {
            DataCheck.RequireTrainable(data, ImageDataCheck.Images(data), definition);
        }

        return Build(definition, data, device, seed, network => FillSaved(network, weights, files, shown));
    }

    private static ClassifierEngine Build(ClassifierDefinition definition, LearnDataBunch? data, LearnDevice device, int seed, Action<ClassifierNetwork> fill)
    {
        TorchSharp.torch.Device place = TorchDevices.Resolve(device);
        return Build(ClassifierNetwork.Create(definition.Options, seed), fill, network => new ClassifierEngine(definition, network, data, place, seed));
    }

    /// <summary>The root of how rare a class is, 1 in the mean of the images; a class without images has 1.</summary>
    private static double[] Balance(IReadOnlyList<int> images)
    {
        const double Root = 0.5;
        return [.. ClassBalance.Weights([.. images.Select(count => (long)count)], Root).Select(weight => weight > 0 ? weight : 1)];
    }
}
