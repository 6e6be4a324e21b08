using System.Security.Cryptography;
using System.Text;
using ArcLearn.Core.Formats;
using ArcLearn.Core.IO;
using ArcLearn.Core.Packaging;
using ArcLearn.Core.Reporting;

namespace ArcLearn.Core.Models;

/// <summary>Where a new model's weights come from; with neither they are drawn by chance.</summary>
/// <param name="Backbone">A torchvision state_dict of the backbone, as <see cref="WeightsFile"/> opens it.</param>
/// <param name="Pretrained">A saved model of the same kind: its weights, or what <see cref="ModelPackageReader"/> opens.</param>
internal sealed record StartWeights(string? Backbone, string? Pretrained);

/// <content>To and from files.</content>
internal abstract partial class ModelEngine
{
    /// <summary>What <see cref="Save"/> would refuse.</summary>
    public static void CheckSave(string folder, bool force) => ModelPackager.Check(folder, NameOf(folder), force);

    /// <summary>Saves weights, definition and package; the model takes the folder's name.</summary>
    /// <param name="report">What is said of the model in the package; null for no more than is known without measuring.</param>
    public ModelPackage Save(string folder, bool force, CancellationToken cancel, ModelReport? report = null)
    {
        string name = NameOf(folder);
        using IDisposable use = Gate.Enter(Name, cancel);
        ModelDefinitionFile definition = (report?.Results ?? Results).AddTo((Definition with { Name = name }).ToFile());
        ModelPackage package = ModelPackager.Save(
            folder, name, definition, stream => TorchFileWriter.Write(stream, StateDicts.Capture(_network.Module)), force, cancel: cancel, report: report?.Files);
        Name = name;
        return package;
    }

    /// <summary>Writes the weights in the safetensors format, with the definition among its metadata; the file appears under its name when it is complete.</summary>
    public void SaveSafetensors(string path, IFileSystem files, CancellationToken cancel)
    {
        using IDisposable use = Gate.Enter(Name, cancel);
        string definition = ModelDefinitionWriter.Write(Definition.ToFile() with { ModelFile = Path.GetFileName(path) });
        SafetensorsWriter.Write(path, StateDicts.Capture(_network.Module), new Dictionary<string, string> { [OnnxMetadata.DefinitionKey] = definition }, files);
    }

    /// <summary>A hash (SHA-256) of all that decides what the model answers: its definition but for the name, and its weights.</summary>
    public string Fingerprint(CancellationToken cancel)
    {
        using IDisposable use = Gate.Enter(Name, cancel);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(ModelDefinitionWriter.Write((Definition with { Name = "model", Kept = [] }).ToFile() with { ModelFile = "model.pth" })));
        foreach ((string key, TorchArray value) in StateDicts.Capture(_network.Module))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(key));
            hash.AppendData(value.Bytes);
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>
    /// Replaces the weights by those of a saved model that is built the same. Definition and classes are compared before the weights are
    /// read, keys and shapes before any is replaced: a saved model that does not fit changes nothing.
    /// </summary>
    /// <param name="path">A model's folder, its definition (.emd) or weights (.pth, .safetensors), or a package (.dlpk).</param>
    /// <param name="warn">Told when there is no definition beside the weights to compare with.</param>
    /// <exception cref="LearnDataException">
    /// A model of another kind (ModelType), other classes (ClassMismatch), another network or normalisation (DefinitionMismatch), weights of another network
    /// (WeightsMismatch), or the model is being trained (ModelBusy).
    /// </exception>
    /// <exception cref="LearnFormatException">It is no sound model.</exception>
    public void Restore(string path, Action<string>? warn, CancellationToken cancel)
    {
        if (IsWeights(path))
        {
            string definition = Path.ChangeExtension(path, ".emd");
            if (!File.Exists(definition))
            {
                warn?.Invoke($"There is no {Path.GetFileName(definition)} beside {path}, so that its classes could not be compared: only keys and shapes of its weights were.");
                Replace(path, shown: null, SavedResults.None, cancel);
                return;
            }

            path = definition;
        }

        using ModelPackageReader package = ModelPackageReader.Open(path);
        NetworkDefinition saved = SavedModel.Read(package);
        RequireSame(saved, package.DefinitionPath);
        Replace(package.WeightsPath(cancel), package.WeightsShown, saved.Results, cancel);
    }

    /// <summary>Builds a new model on the weights that it starts from.</summary>
    /// <param name="requireFit">Compares a saved model's definition, where it has one, with the new one; it is given the path to blame too.</param>
    /// <param name="build">Builds it, given the file of the saved weights and what messages call it, both null where there are none.</param>
    /// <param name="need">What it takes to get far without weights, for the warning.</param>
    private protected static TEngine Start<TEngine>(
        StartWeights start, Action<NetworkDefinition, string> requireFit, Func<string?, string?, TEngine> build, string need, Action<string>? warn, CancellationToken cancel)
    {
        if (start.Pretrained is not string pretrained)
        {
            TEngine created = build(null, null);
            if (start.Backbone is null)
            {
                warn?.Invoke($"The backbone starts from chance and nothing is frozen: {need}. -BackboneWeights or -PretrainedPath start from trained weights.");
            }

            return created;
        }

        bool isWeights = IsWeights(pretrained);
        string? definition = isWeights ? DefinitionBeside(pretrained) : pretrained;
        using ModelPackageReader? package = definition is null ? null : ModelPackageReader.Open(definition);
        if (package is not null)
        {
            requireFit(SavedModel.Read(package), pretrained);
        }

        return isWeights || package is null ? build(pretrained, null) : build(package.WeightsPath(cancel), package.WeightsShown);
    }

    /// <summary>Makes an engine of a network that is filled with its first weights; what was made is freed where that fails.</summary>
    private protected static TEngine Build<TNetwork, TEngine>(TNetwork network, Action<TNetwork> fill, Func<TNetwork, TEngine> make)
        where TNetwork : ILearnNetwork
    {
        try
        {
            fill(network);
            return make(network);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Fills a network with the weights that it starts from, and freezes its body where there are any.</summary>
    /// <param name="pretrainedShown">What messages call the saved model, where its path is a temporary one.</param>
    private protected static void Fill(ILearnNetwork network, string? backbone, string? pretrained, IFileSystem? files = null, string? pretrainedShown = null)
    {
        if (backbone is not null)
        {
            StateDicts.LoadBackbone(network, backbone, files);
        }

        if (pretrained is not null)
        {
            _ = StateDicts.LoadPartly(network, pretrained, files, pretrainedShown);
        }

        if (backbone is not null || pretrained is not null)
        {
            network.Freeze();
        }
    }

    /// <summary>Fills a network with all the weights of a saved model, and freezes its body as the reference does after loading.</summary>
    /// <inheritdoc cref="StateDicts.Load"/>
    private protected static void FillSaved(ILearnNetwork network, string weights, IFileSystem? files, string? shown)
    {
        StateDicts.Load(network.Module, weights, files, shown);
        network.Freeze();
    }

    private protected static string NameOf(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));

    /// <summary>The definition that was saved with a file of weights, under its name; null where there is none.</summary>
    private protected static string? DefinitionBeside(string weights) => Path.ChangeExtension(weights, ".emd") is string emd && File.Exists(emd) ? emd : null;

    /// <summary>Whether it is a file of weights rather than a model with its definition; what is in it says the file itself.</summary>
    private protected static bool IsWeights(string path) => !Directory.Exists(path) && !ModelPackageReader.IsPackage(path);

    private void Replace(string weights, string? shown, SavedResults results, CancellationToken cancel)
    {
        using IDisposable use = Gate.Enter(Name, cancel);
        StateDicts.Load(_network.Module, weights, files: null, shown);
        TakeResults(results);
        IsFromChance = false;
        HasHeadFromChance = false;
    }

    private void RequireSame(NetworkDefinition saved, string path)
    {
        if (saved.Kind != Definition.Kind)
        {
            throw new LearnDataException("ModelType", $"{path} is a {saved.Kind}, but the model '{Name}' is a {Definition.Kind}.", path);
        }

        if (!saved.Classes.Select(c => (c.Name, c.Value)).SequenceEqual(Classes.Select(c => (c.Name, c.Value))))
        {
            throw new LearnDataException(
                "ClassMismatch",
                $"The classes of {path} are {ClassList(saved.Classes)}, but those of the model '{Name}' are {ClassList(Classes)}. Make the data with the same classes (-ClassMapping), or open the saved model with Import-LearnModel.",
                path);
        }

        string[] differences = [.. Definition.DifferencesFrom(saved).Select(part => $"{part.What} {part.Saved} instead of {part.Own}")];
        if (differences.Length > 0)
        {
            throw new LearnDataException(
                "DefinitionMismatch",
                $"{path} is another {Definition.Kind} than the model '{Name}': {string.Join("; ", differences)}. Open it with Import-LearnModel instead.",
                path);
        }
    }

    private static string ClassList(IReadOnlyList<ClassDefinition> classes) =>
        string.Join(", ", classes.Select(c => FormattableString.Invariant($"{c.Name} = {c.Value}")));

    private void WriteDefinition(string weightsPath, Stream stream) => stream.Write(
        Encoding.UTF8.GetBytes(ModelDefinitionWriter.Write(Definition.ToFile() with { ModelFile = Path.GetFileName(weightsPath) })));
}
