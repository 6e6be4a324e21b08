using ArcLearn.Core.Formats;
using ArcLearn.Core.Inference;
using ArcLearn.Core.Inference.Onnx;
using ArcLearn.Core.Models;

namespace ArcLearn.Core.Packaging;

/// <summary>What definitions say, as users are told: needs neither weights nor libtorch.</summary>
internal static class ModelDescription
{
    private const string UsualName = "model";

    /// <summary>The definition of a package, a folder or an .emd; its weights need not be there.</summary>
    /// <exception cref="LearnFormatException">There is no definition, or it makes no sense.</exception>
    public static ModelDefinition FromPath(string path)
    {
        using ModelPackageReader package = ModelPackageReader.OpenDefinition(path);
        return Of(package.Name, package.Definition, package.DefinitionText, path, weights: null);
    }

    /// <summary>A definition in hand.</summary>
    /// <param name="json">JSON of an object with a definition's keys.</param>
    /// <param name="hasLines">Whether its lines mean something to the user.</param>
    /// <param name="name">The model's name; null for that of its file of weights.</param>
    /// <param name="folder">Where a relative ModelFile starts from.</param>
    /// <exception cref="LearnFormatException">It is no definition.</exception>
    /// <exception cref="LearnArgumentException">The name cannot be one.</exception>
    public static ModelDefinition FromJson(string json, bool hasLines, string? name, string folder)
    {
        ModelDefinitionFile file = ModelDefinitionFile.Parse("-Json", json, hasLines);
        string? weights = file.ModelFile is string written ? Path.GetFullPath(written.Replace('\\', '/'), folder) : null;
        if (name is null)
        {
            string stem = Path.GetFileNameWithoutExtension(weights) ?? "";
            name = stem.Length > 0 && PortableName.Problem(stem) is null && !ModelStore.IsPath(stem) && stem[0] is not ('.' or ' ') ? stem : UsualName;
        }

        PortableName.CheckModelName(name);
        return Of(name, file, json, path: null, weights);
    }

    /// <summary>What a saved model needs, whether it can be used here, and what its inference takes. Its weights are read, but no network is made of them.</summary>
    public static LearnModelInfo Info(ModelPackageReader package, string name, string path, CancellationToken cancel)
    {
        ModelDefinitionFile definition = package.Definition;
        string reason = "";
        try
        {
            definition = Understood(package);
            if (!OnnxModels.IsOnnx(definition))
            {
                RequireWeights(package, cancel);
            }
        }
        catch (Exception e) when (IsAboutTheModel(e))
        {
            reason = e.Message;
        }

        return Info(definition, name, path, reason);
    }

    /// <summary>Why a model cannot be used here, whatever its weights are; empty where it can.</summary>
    public static string Problem(ModelPackageReader package)
    {
        try
        {
            _ = Understood(package);
            return "";
        }
        catch (Exception e) when (IsAboutTheModel(e))
        {
            return e.Message;
        }
    }

    /// <summary>What a saved model's inference takes; weights are looked at only where they say it, as an ONNX file does.</summary>
    public static IReadOnlyList<ModelArgument> Arguments(ModelPackageReader package)
    {
        try
        {
            return InferenceArguments.Of(Understood(package));
        }
        catch (Exception e) when (IsAboutTheModel(e))
        {
            return InferenceArguments.Of(package.Definition);
        }
    }

    /// <summary>A definition that was found to be one of a model that is known here; an ONNX file says more than its definition.</summary>
    /// <exception cref="LearnFormatException">It lacks something, or makes no sense.</exception>
    /// <exception cref="LearnDataException">The model is of another framework or kind.</exception>
    private static ModelDefinitionFile Understood(ModelPackageReader package) =>
        SavedModel.Read(package) is OnnxDefinition onnx ? FileOf(onnx, package.WeightsName) : package.Definition;

    /// <exception cref="LearnFormatException">They are not there, no weights, or damaged.</exception>
    private static void RequireWeights(ModelPackageReader package, CancellationToken cancel)
    {
        using WeightsFile weights = WeightsFile.Open(package.WeightsPath(cancel), shown: package.WeightsShown);
        foreach ((string name, _) in weights.Tensors)
        {
            cancel.ThrowIfCancellationRequested();
            weights.Check(name);
        }
    }

    private static bool IsAboutTheModel(Exception e) => e is LearnFormatException or LearnDataException or IOException or UnauthorizedAccessException;

    /// <param name="modelFile">The ONNX file.</param>
    private static ModelDefinitionFile FileOf(OnnxDefinition model, string modelFile) => new()
    {
        Framework = "ONNX",
        ModelType = model.Task switch
        {
            OnnxTask.Objects => ModelDefinitionFile.DetectorModelType,
            OnnxTask.Pixels => ModelDefinitionFile.PixelModelType,
            _ => ModelDefinitionFile.ClassifierModelType,
        },
        ModelFile = modelFile,
        ImageWidth = model.ChipSize,
        ImageHeight = model.ChipSize,
        ExtractBands = model.ExtractBands,
        Classes = model.Classes,
        Settings = new TrainedSettings
        {
            Normalization = model.Normalization,
            CellSize = model.CellSize,
            GroundSize = model.Ground?.Metres,
            PixelLoss = model.Task == OnnxTask.Pixels ? new PixelLossOptions { IsBackgroundIgnored = !model.HasBackground } : null,
        },
    };

    /// <inheritdoc cref="Info(ModelPackageReader, string, string, CancellationToken)"/>
    /// <param name="reason">Why the model cannot be used; empty where it can.</param>
    public static LearnModelInfo Info(ModelDefinitionFile file, string name, string path, string reason)
    {
        TrainedSettings? settings = file.Settings;
        CellSizeDefinition? cell = file.MinCellSize;
        int bands = Math.Max(file.ExtractBands.Count, file.ExtractBandNames.Count);
        return new LearnModelInfo
        {
            Name = name,
            ModelType = file.EffectiveModelType,
            Framework = file.Framework ?? "",
            ModelConfiguration = file.ModelConfiguration ?? "",
            Backbone = file.Backbone ?? "",
            Classes = file.Classes,
            Bands = settings?.Bands ?? (bands > 0 ? bands : null),
            ExtractBands = file.ExtractBands,
            BandNames = file.ExtractBandNames,
            ImageWidth = file.ImageWidth,
            ImageHeight = file.ImageHeight,
            SampleType = settings?.Normalization.SampleType.ToString() ?? "",
            CellSize = cell is not null ? [cell.X, cell.Y] : settings?.CellSize is double size ? [size, size] : [],
            GroundSize = settings?.GroundSize is { } ground ? [ground.X, ground.Y] : [],
            SpatialReference = cell?.LatestWkid ?? cell?.Wkid,
            ModelFile = file.ModelFile ?? "",
            IsUsable = reason.Length == 0,
            Reason = reason,
            Path = path,
            Arguments = InferenceArguments.Of(file),
        };
    }

    private static ModelDefinition Of(string name, ModelDefinitionFile file, string json, string? path, string? weights) => new()
    {
        Name = name,
        ModelType = file.EffectiveModelType,
        Framework = file.Framework ?? "",
        ModelConfiguration = file.ModelConfiguration ?? "",
        Backbone = file.Backbone ?? "",
        Classes = file.Classes,
        ImageWidth = file.ImageWidth,
        ImageHeight = file.ImageHeight,
        ExtractBands = file.ExtractBands,
        BandNames = file.ExtractBandNames,
        ModelFile = file.ModelFile ?? "",
        Path = path,
        WeightsPath = weights,
        Json = json,
    };
}
