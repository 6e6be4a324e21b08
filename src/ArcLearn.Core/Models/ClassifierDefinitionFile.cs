using System.Text.Json;
using ArcLearn.Core.Formats;

namespace ArcLearn.Core.Models;

/// <summary>An image classifier's definition as an .emd says it, both ways.</summary>
internal static class ClassifierDefinitionFile
{
    public static ModelDefinitionFile Write(ClassifierDefinition definition)
    {
        ModelDefinitionFile file = DefinitionFile.Write(definition, ModelDefinitionFile.ClassifierConfiguration, ModelDefinitionFile.ClassifierModelType);
        return file with { Settings = file.Settings! with { ImageLoss = definition.Options.Loss, Dropout = definition.Options.Dropout } };
    }

    /// <summary>Reads what ArcLearn or arcgis.learn saved.</summary>
    /// <param name="file">The definition.</param>
    /// <param name="name">The model's name.</param>
    /// <param name="path">What to blame.</param>
    /// <exception cref="LearnFormatException">A key that a classifier needs is missing or makes no sense.</exception>
    public static ClassifierDefinition Read(ModelDefinitionFile file, string name, string path)
    {
        DefinitionParts parts = DefinitionFile.Read(file, path);
        ClassifierOptions options = new()
        {
            Backbone = parts.Backbone,
            Bands = parts.Normalization.Mean.Count,
            ChipSize = parts.ChipSize,
            Classes = file.Classes.Count,
            Dropout = file.Settings?.Dropout ?? new ClassifierOptions().Dropout,
            Loss = file.Settings?.ImageLoss ?? new ImageLossOptions { IsMultiLabel = IsMultiLabel(file) },
        };
        DefinitionFile.Check(options.Validate, nameof(FeatureClassifier), path);
        return new ClassifierDefinition(name, options, file.Classes, parts.Normalization, file.Settings?.CellSize, parts.Ground) { ExtractBands = parts.ExtractBands, Kept = file.Other, Results = parts.Results };
    }

    /// <summary>Of files of arcgis.learn.</summary>
    private static bool IsMultiLabel(ModelDefinitionFile file) => file.Other.Any(other =>
        other.Key == "MetaDataMode" && other.Value.ValueKind == JsonValueKind.String && other.Value.GetString() == MetadataFormats.MultiLabeledTiles);
}
