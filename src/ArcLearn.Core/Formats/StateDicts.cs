using ArcLearn.Core.IO;
using ArcLearn.Core.Models;
using ArcLearn.Core.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace ArcLearn.Core.Formats;

/// <summary>Moves weights between modules and files. A file that does not fit leaves the module as it was.</summary>
internal static class StateDicts
{
    /// <summary>Saves all weights and statistics; the file appears when it is complete.</summary>
    public static void Save(nn.Module module, string path, IFileSystem? files = null)
    {
        TorchRuntime.EnsureLoaded();
        TorchFileWriter.Write(path, Capture(module), files);
    }

    /// <summary>Copies of all weights and statistics, by key, in PyTorch's order: a layer's statistics follow its weights.</summary>
    public static IReadOnlyList<KeyValuePair<string, TorchArray>> Capture(nn.Module module)
    {
        TorchRuntime.EnsureLoaded();
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        return [.. module.state_dict()
            .GroupBy(pair => pair.Key[..(pair.Key.LastIndexOf('.') + 1)])
            .SelectMany(layer => layer)
            .Select(pair => new KeyValuePair<string, TorchArray>(pair.Key, ToArray(pair.Value, pair.Key)))];
    }

    /// <summary>Loads a file whose keys and shapes are the module's.</summary>
    /// <param name="shown">What messages call the file; null for its path.</param>
    /// <exception cref="LearnDataException">They are not (id WeightsMismatch); the message lists the first differences.</exception>
    public static void Load(nn.Module module, string path, IFileSystem? files = null, string? shown = null)
    {
        using WeightsFile file = Open(path, files, shown);
        WeightsPlan plan = new(module, file);
        plan.Map(key => key);
        plan.RequireNothingMissing("", shown ?? path, module is ILearnNetwork network ? $"Is it {network.Kind}?" : "Is it the same network?");
        plan.Apply();
    }

    /// <summary>
    /// Loads torchvision's weights of the backbone; the classifier's are left out. Where the network has other bands than three,
    /// each gets the mean of the first convolution's three planes, scaled so that the sum over the bands stays.
    /// </summary>
    /// <exception cref="LearnDataException">They are of another network (id WeightsMismatch).</exception>
    public static void LoadBackbone(ILearnNetwork network, string path, IFileSystem? files = null)
    {
        using WeightsFile file = Open(path, files);
        WeightsPlan plan = new(network.Module, file) { BandsKey = network.BodyPrefix + network.Backbone.FirstConvolution };
        plan.Map(
            key => network.Backbone.MapKey(key) is string mapped ? network.BodyPrefix + mapped : null, key => IsClassifier(key) || IsBeyond(key, network.Backbone));
        plan.RequireNothingMissing(network.BodyPrefix, path, $"Are they torchvision's weights of {network.Backbone.Name}?");
        plan.Apply();
    }

    /// <summary>Loads a saved model of the same kind whose backbone is the same; of what lies above it, what has the same shape.</summary>
    /// <param name="shown">What messages call the file; null for its path.</param>
    /// <returns>Keys of the network that keep what they had: the outputs where the classes are others.</returns>
    /// <exception cref="LearnDataException">The backbone differs (id WeightsMismatch).</exception>
    public static IReadOnlyList<string> LoadPartly(ILearnNetwork network, string path, IFileSystem? files = null, string? shown = null)
    {
        using WeightsFile file = Open(path, files, shown);
        HashSet<string> top = [.. network.Module.state_dict().Keys.Where(key => !key.StartsWith(network.BodyPrefix, StringComparison.Ordinal))];
        HashSet<string> starts = [.. top.Select(StartOf)];
        WeightsPlan plan = new(network.Module, file)
        {
            SkipDifferent = key => !key.StartsWith(network.BodyPrefix, StringComparison.Ordinal) && starts.Contains(StartOf(key)),
        };
        plan.Map(key => key);
        plan.RequireNothingMissing(network.BodyPrefix, shown ?? path, $"Is it {network.Kind}?");
        plan.Apply();
        return [.. plan.Missing("").Where(top.Contains)];

        static string StartOf(string key) => key[..(key.IndexOf('.', StringComparison.Ordinal) + 1)];
    }

    private static WeightsFile Open(string path, IFileSystem? files, string? shown = null)
    {
        TorchRuntime.EnsureLoaded();
        return WeightsFile.Open(path, files, shown);
    }

    /// <summary>Whether a weight is of a stage that the detector does without.</summary>
    private static bool IsBeyond(string key, Backbone backbone) => backbone.MapKey(key) is null && Backbones.Get(backbone.Name).MapKey(key) is not null;

    private static bool IsClassifier(string key) =>
        key.StartsWith("fc.", StringComparison.Ordinal) || key.StartsWith("classifier.", StringComparison.Ordinal);

    private static TorchArray ToArray(Tensor value, string key)
    {
        TorchDataType type = TorchDataTypes.OfScalar(value.dtype) ?? throw new NotSupportedException($"'{key}' is of type {value.dtype}, which is not saved.");
        return new TorchArray(type, value.shape, value.detach().cpu().contiguous().bytes.ToArray());
    }
}
