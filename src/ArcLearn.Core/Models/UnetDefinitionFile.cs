using ArcLearn.Core.Formats;

namespace ArcLearn.Core.Models;

/// <summary>A U-Net's definition as an .emd says it, both ways.</summary>
internal static class UnetDefinitionFile
{
    public static ModelDefinitionFile Write(UnetDefinition definition)
    {
        ModelDefinitionFile file = DefinitionFile.Write(definition, ModelDefinitionFile.UnetConfiguration, ModelDefinitionFile.PixelModelType);
        return file with { Settings = file.Settings! with { PixelLoss = definition.Options.Loss } };
    }

    /// <summary>Reads what ArcLearn or arcgis.learn saved.</summary>
    /// <param name="file">The definition.</param>
    /// <param name="name">The model's name.</param>
    /// <param name="path">What to blame.</param>
    /// <exception cref="LearnDataException">Another kind of model (ModelType).</exception>
    /// <exception cref="LearnFormatException">A key that a U-Net needs is missing or makes no sense.</exception>
    public static UnetDefinition Read(ModelDefinitionFile file, string name, string path)
    {
        DefinitionFile.RequireKind(file, ModelDefinitionFile.UnetConfiguration, nameof(UnetClassifier), path);
        DefinitionParts parts = DefinitionFile.Read(file, path);
        UnetOptions options = new()
        {
            Backbone = parts.Backbone,
            Bands = parts.Normalization.Mean.Count,
            ChipSize = parts.ChipSize,
            Classes = file.Classes.Count,
            Loss = file.Settings?.PixelLoss ?? new PixelLossOptions(),
        };
        DefinitionFile.Check(options.Validate, nameof(UnetClassifier), path);
        return new UnetDefinition(name, options, file.Classes, parts.Normalization, file.Settings?.CellSize, parts.Ground);
    }
}
