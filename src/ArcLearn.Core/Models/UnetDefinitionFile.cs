using ArcLearn.Core.Formats;

namespace ArcLearn.Core.Models;

/// <summary>A U-Net's definition as an .emd says it, both ways.</summary>
internal static class UnetDefinitionFile
{
    public static ModelDefinitionFile Write(UnetDefinition definition)
    {
        ModelDefinitionFile file = DefinitionFile.Write(definition, ModelDefinitionFile.UnetConfiguration, ModelDefinitionFile.PixelModelType);
        PixelLossOptions loss = definition.Options.Loss;
        return file with
        {
            IgnoredClasses = [.. Enumerable.Range(0, definition.Classes.Count + 1).Where(loss.IsIgnored)],
            Settings = file.Settings! with { PixelLoss = loss, ChipsPerStep = definition.Options.ChipsPerStep },
        };
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
            Loss = Loss(file, file.Classes.Count, path),
            ChipsPerStep = file.Settings?.ChipsPerStep,
        };
        DefinitionFile.Check(options.Validate, nameof(UnetClassifier), path);
        return new UnetDefinition(name, options, file.Classes, parts.Normalization, file.Settings?.CellSize, parts.Ground) { ExtractBands = parts.ExtractBands, Kept = file.Other, Results = parts.Results };
    }

    /// <summary>What a pixel classifier learnt, and what it never did (ignore_mapped_class).</summary>
    /// <param name="classes">How many it has beside background.</param>
    /// <param name="path">What to blame.</param>
    /// <exception cref="LearnFormatException">A class that is ignored is none of these, or no class is left.</exception>
    public static PixelLossOptions Loss(ModelDefinitionFile file, int classes, string path)
    {
        if (file.IgnoredClasses.FirstOrDefault(label => label > classes) is > 0 and int unknown)
        {
            throw new LearnFormatException($"ignore_mapped_class names the class {unknown} of {classes}.", path);
        }

        PixelLossOptions loss = file.Settings?.PixelLoss ?? new PixelLossOptions();
        int[] ignored = [.. file.IgnoredClasses.Where(label => label > 0)];
        loss = loss with
        {
            IsBackgroundIgnored = loss.IsBackgroundIgnored || file.IgnoredClasses.Contains(0),
            IgnoredClasses = ignored.Length > 0 ? ignored : [],
        };
        return Enumerable.Range(0, classes + 1).All(loss.IsIgnored)
            ? throw new LearnFormatException("ignore_mapped_class names all classes, so that none is left to tell.", path)
            : loss;
    }
}
