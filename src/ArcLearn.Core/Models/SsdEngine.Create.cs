using ArcLearn.Core.Data;
using ArcLearn.Core.IO;
using ArcLearn.Core.Runtime;

namespace ArcLearn.Core.Models;

/// <content>How a detector comes to be: from data, or from what was saved.</content>
internal sealed partial class SsdEngine
{
    /// <summary>
    /// Builds a detector for a bunch. With weights of either kind the backbone is frozen, as in the reference; without any, everything trains.
    /// </summary>
    /// <param name="options">Bands, chip size and classes are taken from the data.</param>
    /// <param name="backboneWeights">torchvision's state_dict of the backbone (.pth).</param>
    /// <param name="pretrainedPath">The weights (.pth) of a saved detector on the same backbone; of its head comes over what has the same shape.</param>
    /// <param name="seed">Of the first weights and of dropout.</param>
    /// <param name="pretrainedShown">What messages call the saved detector, where its path is a temporary one.</param>
    /// <exception cref="LearnArgumentException">Options that make no network.</exception>
    /// <exception cref="LearnDataException">Data without boxes (DatasetTypeMismatch), or weights of another network (WeightsMismatch).</exception>
    /// <exception cref="LearnFormatException">A file that holds no weights.</exception>
    public static SsdEngine Create(
        LearnDataBunch data, SsdOptions options, string? backboneWeights, string? pretrainedPath, LearnDevice device, int seed, IFileSystem? files = null, string? pretrainedShown = null)
    {
        IDetectionData chips = DetectionDataCheck.Boxes(data);
        SsdOptions fitted = options with { Backbone = Backbones.ForDetector(options.Backbone).Name, Bands = chips.Bands, ChipSize = chips.ChipSize, Classes = chips.Classes.Count };
        SsdDefinition definition = new(DefaultName, fitted, chips.Classes, chips.Normalization, chips.CellSize, chips.Ground);
        return Build(definition, data, device, seed, network => Fill(network, backboneWeights, pretrainedPath, files, pretrainedShown));
    }

    /// <summary>Builds a detector for a bunch and gives it its first weights.</summary>
    /// <exception cref="LearnDataException">The weights are of another network (WeightsMismatch) or of other classes (ClassMismatch).</exception>
    /// <exception cref="LearnFormatException">A file of weights is damaged, or more than weights.</exception>
    public static SsdEngine Create(
        LearnDataBunch data, SsdOptions options, StartWeights start, LearnDevice device, int seed, Action<string>? warn, CancellationToken cancel) => Start(
        start,
        (saved, path) =>
        {
            SsdDefinition detector = SavedModel.Require<SsdDefinition>(saved, saved.Kind, nameof(SingleShotDetector), path);
            DataCheck.RequireOrder(data.Classes, detector.Classes, path);
            PretrainedCheck.RequireSameAnchors(options, detector, path);
        },
        (weights, shown) => Create(data, options, start.Backbone, weights, device, seed, pretrainedShown: shown),
        "a good detector takes more chips and epochs",
        warn,
        cancel);

    /// <summary>Anchors for a new detector that were not asked for: those of the saved one that it starts from, else those that fit the training objects.</summary>
    /// <param name="options">What is known of it so far.</param>
    /// <param name="pretrained">The saved detector; null, or bare weights without a definition beside them, leave the choice to the objects.</param>
    /// <inheritdoc cref="AnchorPlan.For"/>
    public static SsdOptions ChooseAnchors(LearnDataBunch data, SsdOptions options, string? pretrained)
    {
        string? definition = pretrained is null || !IsWeights(pretrained) ? pretrained : DefinitionBeside(pretrained);
        if (definition is not null)
        {
            NetworkDefinition found = SavedModel.Describe(definition);
            SsdOptions saved = SavedModel.Require<SsdDefinition>(found, found.Kind, nameof(SingleShotDetector), definition).Options;
            return options with { Grids = saved.Grids, Zooms = saved.Zooms, Ratios = saved.Ratios, Version = saved.Version, IsBodyCut = saved.IsBodyCut };
        }

        AnchorPlan plan = AnchorPlan.For(data, options.Backbone);
        return options with { Grids = plan.Grids, Zooms = plan.Zooms, Ratios = plan.Ratios, Version = AnchorPlan.Version };
    }

    /// <summary>Builds a saved detector, with its weights; frozen, as the reference has it after loading.</summary>
    /// <param name="weights">The .pth.</param>
    /// <param name="shown">What messages call it, where the path is a temporary one.</param>
    /// <param name="data">What it is to train on or be measured with; null for inference only.</param>
    /// <exception cref="LearnDataException">Weights of another network (WeightsMismatch), or data that do not fit (see <see cref="DataCheck"/>).</exception>
    /// <exception cref="LearnFormatException">The file holds no weights.</exception>
    public static SsdEngine Load(SsdDefinition definition, string weights, LearnDataBunch? data, LearnDevice device, int seed, IFileSystem? files = null, string? shown = null)
    {
        if (data is not null)
        {
            DataCheck.RequireTrainable(data, DetectionDataCheck.Boxes(data), definition);
        }

        return Build(definition, data, device, seed, network => FillSaved(network, weights, files, shown));
    }

    private static SsdEngine Build(SsdDefinition definition, LearnDataBunch? data, LearnDevice device, int seed, Action<SsdNetwork> fill)
    {
        TorchSharp.torch.Device place = TorchDevices.Resolve(device);
        return Build(SsdNetwork.Create(definition.Options, seed), fill, network => new SsdEngine(definition, network, data, place, seed));
    }
}
