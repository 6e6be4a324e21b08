using ArcLearn.Core.Data;
using ArcLearn.Core.Formats;
using ArcLearn.Core.IO;
using ArcLearn.Core.Runtime;

namespace ArcLearn.Core.Models;

/// <content>How a detector comes to be: from data, or from what was saved; and how its weights are kept.</content>
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
        SsdOptions fitted = options with { Bands = chips.Bands, ChipSize = chips.ChipSize, Classes = chips.Classes.Count };
        SsdDefinition definition = new(DefaultName, fitted, chips.Classes, chips.Normalization, chips.CellSize, chips.Ground);
        return Build(definition, data, device, seed, network =>
        {
            if (backboneWeights is not null)
            {
                StateDicts.LoadBackbone(network, backboneWeights, files);
            }

            if (pretrainedPath is not null)
            {
                _ = StateDicts.LoadPartly(network, pretrainedPath, files, pretrainedShown);
            }

            if (backboneWeights is not null || pretrainedPath is not null)
            {
                network.Freeze();
            }
        });
    }

    /// <summary>Builds a saved detector, with its weights; frozen, as the reference has it after loading.</summary>
    /// <param name="weights">The .pth.</param>
    /// <param name="shown">What messages call it, where the path is a temporary one.</param>
    /// <param name="data">What it is to train on or be measured with; null for inference only.</param>
    /// <exception cref="LearnDataException">Weights of another network (WeightsMismatch), or data that do not fit (see <see cref="DetectionDataCheck"/>).</exception>
    /// <exception cref="LearnFormatException">The file holds no weights.</exception>
    public static SsdEngine Load(SsdDefinition definition, string weights, LearnDataBunch? data, LearnDevice device, int seed, IFileSystem? files = null, string? shown = null)
    {
        SsdEngine engine = Build(definition, data, device, seed, network =>
        {
            StateDicts.Load(network, weights, files, shown);
            network.Freeze();
        });
        try
        {
            if (data is not null)
            {
                // Labels count the data's classes: they have to be the model's, in its order.
                IDetectionData chips = DetectionDataCheck.Require(data, engine);
                DetectionDataCheck.RequireOrder(chips.Classes, engine.Classes, data);
            }

            return engine;
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    /// <summary>Writes the weights; the file appears under its name when it is complete.</summary>
    public void SaveWeights(string path, IFileSystem files) => StateDicts.Save(_network, path, files);

    /// <summary>Replaces the weights by those of a file; one that does not fit changes nothing.</summary>
    /// <exception cref="LearnDataException">Weights of another network (WeightsMismatch).</exception>
    public void LoadWeights(string path, IFileSystem? files = null) => StateDicts.Load(_network, path, files);

    private static SsdEngine Build(SsdDefinition definition, LearnDataBunch? data, LearnDevice device, int seed, Action<SsdNetwork> fill)
    {
        TorchSharp.torch.Device place = TorchDevices.Resolve(device);
        SsdNetwork network = SsdNetwork.Create(definition.Options, seed);
        try
        {
            fill(network);
            return new SsdEngine(definition, network, data, place, seed);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }
}
