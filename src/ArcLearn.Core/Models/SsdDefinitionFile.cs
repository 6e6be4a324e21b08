using ArcLearn.Core.Formats;

namespace ArcLearn.Core.Models;

/// <summary>A detector's definition as an .emd says it, both ways.</summary>
internal static class SsdDefinitionFile
{
    public static ModelDefinitionFile Write(SsdDefinition definition)
    {
        SsdOptions options = definition.Options;
        ModelDefinitionFile file = DefinitionFile.Write(definition, ModelDefinitionFile.DetectorConfiguration, ModelDefinitionFile.DetectorModelType);
        return file with
        {
            Grids = options.Grids,
            Zooms = options.Zooms,
            Ratios = options.Ratios,
            SsdVersion = options.Version,
            Settings = file.Settings! with
            {
                Dropout = options.Dropout,
                Bias = options.Bias,
                Loss = options.Loss,
                FocalLoss = options.FocalLoss,
                IsBodyCut = Backbones.IsCut(options),
                LocationLossFactor = options.LocationLossFactor,
            },
        };
    }

    /// <summary>Reads what ArcLearn or arcgis.learn saved.</summary>
    /// <param name="file">The definition.</param>
    /// <param name="name">The model's name.</param>
    /// <param name="path">What to blame.</param>
    /// <exception cref="LearnDataException">Another kind of model (ModelType).</exception>
    /// <exception cref="LearnFormatException">A key that a detector needs is missing or makes no sense.</exception>
    public static SsdDefinition Read(ModelDefinitionFile file, string name, string path)
    {
        DefinitionFile.RequireKind(file, ModelDefinitionFile.DetectorConfiguration, nameof(SingleShotDetector), path);
        DefinitionParts parts = DefinitionFile.Read(file, path);
        if (file.Grids.Count == 0 || file.Zooms.Count == 0 || file.Ratios.Count == 0)
        {
            throw new LearnFormatException("lacks one of Grids, Zooms and Ratios, or has an empty list there.", path);
        }

        SsdOptions options = new()
        {
            Backbone = parts.Backbone,
            Bands = parts.Normalization.Mean.Count,
            ChipSize = parts.ChipSize,
            Grids = file.Grids,
            Zooms = file.Zooms,
            Ratios = file.Ratios,
            Version = file.SsdVersion,
            IsBodyCut = file.Settings?.IsBodyCut ?? (ResNetBody.IsName(parts.Backbone) ? null : false),
            Classes = file.Classes.Count,
            Dropout = file.Settings?.Dropout ?? 0.3,
            Bias = file.Settings?.Bias ?? -4,
            Loss = file.Settings?.Loss ?? DetectorLoss.Reference,
            FocalLoss = file.Settings?.FocalLoss ?? false,
            LocationLossFactor = file.Settings?.LocationLossFactor,
        };
        DefinitionFile.Check(options.Validate, nameof(SingleShotDetector), path);
        return new SsdDefinition(name, options, file.Classes, parts.Normalization, file.Settings?.CellSize, parts.Ground) { ExtractBands = parts.ExtractBands, Kept = file.Other, Results = parts.Results };
    }
}
