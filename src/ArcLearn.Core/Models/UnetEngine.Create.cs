using ArcLearn.Core.Data;
using ArcLearn.Core.IO;
using ArcLearn.Core.Runtime;

namespace ArcLearn.Core.Models;

/// <content>How a U-Net comes to be: from data, or from what was saved.</content>
internal sealed partial class UnetEngine
{
    /// <summary>
    /// Builds a U-Net for a bunch and gives it its first weights. With weights of either kind the backbone is frozen, as in the reference; without any,
    /// everything trains.
    /// </summary>
    /// <param name="options">Bands, chip size and classes are taken from the data.</param>
    /// <param name="seed">Of the first weights.</param>
    /// <exception cref="LearnArgumentException">Options that make no network.</exception>
    /// <exception cref="LearnDataException">Data without masks (DatasetTypeMismatch), or weights of another network (WeightsMismatch) or of other classes (ClassMismatch).</exception>
    /// <exception cref="LearnFormatException">A file that holds no weights.</exception>
    public static UnetEngine Create(
        LearnDataBunch data, UnetOptions options, StartWeights start, LearnDevice device, int seed, Action<string>? warn, CancellationToken cancel, IFileSystem? files = null)
    {
        IPixelData chips = PixelDataCheck.Masks(data);
        UnetOptions fitted = options with { Backbone = Backbones.ForUnet(options.Backbone).Name, Bands = chips.Bands, ChipSize = chips.ChipSize, Classes = chips.Classes.Count };
        UnetDefinition definition = new(DefaultName, fitted, chips.Classes, chips.Normalization, chips.CellSize, chips.Ground);
        return Start(
            start,
            (saved, path) => DataCheck.RequireOrder(
                data.Classes, SavedModel.Require<UnetDefinition>(saved, saved.Kind, nameof(UnetClassifier), path).Classes, path),
            (weights, shown) => Build(definition, data, device, seed, network => Fill(network, start.Backbone, weights, files, shown)),
            "a good classifier takes more chips and epochs",
            warn,
            cancel);
    }

    /// <summary>Builds a saved U-Net, with its weights; frozen, as the reference has it after loading.</summary>
    /// <param name="weights">The .pth.</param>
    /// <param name="shown">What messages call it, where the path is a temporary one.</param>
    /// <param name="data">What it is to train on or be measured with; null for inference only.</param>
    /// <exception cref="LearnDataException">Weights of another network (WeightsMismatch), or data that do not fit (see <see cref="DataCheck"/>).</exception>
    /// <exception cref="LearnFormatException">The file holds no weights.</exception>
    public static UnetEngine Load(UnetDefinition definition, string weights, LearnDataBunch? data, LearnDevice device, int seed, IFileSystem? files = null, string? shown = null)
    {
        if (data is not null)
        {
            DataCheck.RequireTrainable(data, PixelDataCheck.Masks(data), definition);
        }

        return Build(definition, data, device, seed, network => FillSaved(network, weights, files, shown));
    }

    private static UnetEngine Build(UnetDefinition definition, LearnDataBunch? data, LearnDevice device, int seed, Action<UnetNetwork> fill)
    {
        TorchSharp.torch.Device place = TorchDevices.Resolve(device);
        return Build(UnetNetwork.Create(definition.Options, seed), fill, network => new UnetEngine(definition, network, data, place, seed));
    }
}
