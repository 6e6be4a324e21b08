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
    /// <param name="name">The model's name; null for that of its file of weights.</param>
    /// <param name="folder">Where a relative ModelFile starts from.</param>
    /// <exception cref="LearnFormatException">It is no definition.</exception>
    /// <exception cref="LearnArgumentException">The name cannot be one.</exception>
    public static ModelDefinition FromJson(string json, string? name, string folder)
    {
        ModelDefinitionFile file = ModelDefinitionFile.Parse("-Json", json);
        string? weights = file.ModelFile is string written ? Path.GetFullPath(written.Replace('\\', '/'), folder) : null;
        if (name is null)
        {
            string stem = Path.GetFileNameWithoutExtension(weights) ?? "";
            name = stem.Length > 0 && PortableName.Problem(stem) is null && !ModelStore.IsPath(stem) && stem[0] is not ('.' or ' ') ? stem : UsualName;
        }

        PortableName.CheckModelName(name);
        return Of(name, file, json, path: null, weights);
    }

    /// <summary>What a saved model needs, whether it can be used here, and what its inference takes.</summary>
    public static LearnModelInfo Info(ModelPackageReader package, string name, string path)
    {
        string problem = "";
        try
        {
            NetworkDefinition found = SavedModel.Read(package);
            _ = package.WeightsName;
            if (found is OnnxDefinition onnx)
            {
                return Info(onnx, name, path, package.WeightsName);
            }
        }
        catch (Exception e) when (e is LearnFormatException or LearnDataException)
        {
            problem = e.Message;
        }

        return Info(package.Definition, name, path, problem);
    }

    /// <summary>What an ONNX model needs: itself says more than its definition.</summary>
    /// <inheritdoc cref="Info(ModelPackageReader, string, string)"/>
    /// <param name="modelFile">The ONNX file.</param>
    public static LearnModelInfo Info(OnnxDefinition model, string name, string path, string modelFile)
    {
        ModelDefinitionFile file = new()
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
        return Info(file, name, path, problem: "");
    }

    /// <inheritdoc cref="Info(ModelPackageReader, string, string)"/>
    /// <param name="problem">Why the model cannot be used; empty where it can.</param>
    public static LearnModelInfo Info(ModelDefinitionFile file, string name, string path, string problem)
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
            IsUsable = problem.Length == 0,
            Problem = problem,
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
