using ArcLearn.Core.Data;
using ArcLearn.Core.Formats;
using ArcLearn.Core.Rasters;

namespace ArcLearn.Core.Models;

/// <summary>A detector's definition as an .emd says it, both ways.</summary>
internal static class SsdDefinitionFile
{
    private const string DefaultBackbone = "resnet34";

    private static readonly float[] s_imageNetMean = [0.485f, 0.456f, 0.406f];
    private static readonly float[] s_imageNetDeviation = [0.229f, 0.224f, 0.225f];

    public static ModelDefinitionFile ToFile(this SsdDefinition definition)
    {
        SsdOptions options = definition.Options;
        CellSizeDefinition? cell = definition.CellSize is double size ? CellSizeDefinition.Of(size, definition.Ground?.Epsg) : null;
        return new ModelDefinitionFile
        {
            ModelConfiguration = ModelDefinitionFile.DetectorConfiguration,
            ModelType = "ObjectDetection",
            ImageHeight = options.ChipSize,
            ImageWidth = options.ChipSize,
            ExtractBands = [.. Enumerable.Range(0, options.Bands)],
            Grids = options.Grids,
            Zooms = options.Zooms,
            Ratios = options.Ratios,
            Classes = definition.Classes,
            Backbone = options.Backbone,
            SsdVersion = options.Version,
            MinCellSize = cell,
            MaxCellSize = cell,
            Settings = new TrainedSettings
            {
                Normalization = definition.Normalization,
                CellSize = definition.CellSize,
                GroundSize = definition.Ground?.Metres,
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
        if (file.ModelConfiguration != ModelDefinitionFile.DetectorConfiguration)
        {
            throw new LearnDataException(
                "ModelType",
                $"{path} defines a model of type '{file.EffectiveModelType}' ({file.Framework ?? "no framework"}, {file.ModelConfiguration ?? "no configuration"}); only a SingleShotDetector ({ModelDefinitionFile.DetectorConfiguration}) can be opened.",
                path);
        }

        int chip = Need(file.ImageWidth, "ImageWidth", path);
        if (Need(file.ImageHeight, "ImageHeight", path) != chip)
        {
            throw new LearnFormatException($"has chips of {chip} by {file.ImageHeight} pixels; a detector's chips are square.", path);
        }

        if (file.Classes.Count == 0 || file.Grids.Count == 0 || file.Zooms.Count == 0 || file.Ratios.Count == 0)
        {
            throw new LearnFormatException("lacks one of Classes, Grids, Zooms and Ratios, or has an empty list there.", path);
        }

        Normalization normalization = file.Settings?.Normalization
            ?? new Normalization(1f / 255, s_imageNetMean, s_imageNetDeviation, SampleType.UInt8);
        string backbone = file.Backbone ?? DefaultBackbone;
        SsdOptions options = new()
        {
            Backbone = backbone,
            Bands = normalization.Mean.Count,
            ChipSize = chip,
            Grids = file.Grids,
            Zooms = file.Zooms,
            Ratios = file.Ratios,
            Version = file.SsdVersion,
            IsBodyCut = file.Settings?.IsBodyCut ?? (ResNetBody.IsName(backbone) ? null : false),
            Classes = file.Classes.Count,
            Dropout = file.Settings?.Dropout ?? 0.3,
            Bias = file.Settings?.Bias ?? -4,
            Loss = file.Settings?.Loss ?? DetectorLoss.Reference,
            FocalLoss = file.Settings?.FocalLoss ?? false,
            LocationLossFactor = file.Settings?.LocationLossFactor,
        };
        try
        {
            options.Validate();
        }
        catch (LearnArgumentException e)
        {
            throw new LearnFormatException($"defines a detector that cannot be built: {e.Message}", path, inner: e);
        }

        return new SsdDefinition(name, options, file.Classes, normalization, file.Settings?.CellSize, Ground(file));
    }

    /// <summary>Of what this module saved: Esri's cell size alone says nothing of the latitude.</summary>
    private static PixelGround? Ground(ModelDefinitionFile file) => file.Settings is { CellSize: not null } settings
        ? new PixelGround(settings.GroundSize, file.MinCellSize?.LatestWkid ?? file.MinCellSize?.Wkid)
        : null;

    private static int Need(int? value, string key, string path) =>
        value ?? throw new LearnFormatException($"names no {key}, which a detector needs.", path);
}
