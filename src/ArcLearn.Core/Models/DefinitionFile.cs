using ArcLearn.Core.Data;
using ArcLearn.Core.Formats;
using ArcLearn.Core.Rasters;
using ArcLearn.Core.Reporting;

namespace ArcLearn.Core.Models;

/// <summary>What an .emd says of a model of any kind.</summary>
internal sealed record DefinitionParts(string Backbone, int ChipSize, Normalization Normalization, PixelGround? Ground, IReadOnlyList<int> ExtractBands, SavedResults Results);

/// <summary>What the definitions of all kinds of models have in common, both ways.</summary>
internal static class DefinitionFile
{
    /// <summary>Of a model's numbers: more would take more memory than machines have, before its weights are looked at.</summary>
    public const int LargestChip = 8192;
    public const int MostBands = 1024;
    public const int MostClasses = 32_768;

    private const string DefaultBackbone = "resnet34";

    private static readonly float[] s_imageNetMean = [0.485f, 0.456f, 0.406f];
    private static readonly float[] s_imageNetDeviation = [0.229f, 0.224f, 0.225f];

    public static ModelDefinitionFile Write(NetworkDefinition definition, string configuration, string modelType)
    {
        CellSizeDefinition? cell = definition.CellSize is double size ? CellSizeDefinition.Of(size, definition.Ground?.Epsg) : null;
        return new ModelDefinitionFile
        {
            Framework = ModelDefinitionFile.LearnFramework,
            ModelConfiguration = configuration,
            ModelType = modelType,
            ImageHeight = definition.ChipSize,
            ImageWidth = definition.ChipSize,
            ExtractBands = definition.ExtractBands,
            Other = definition.Kept,
            Classes = definition.Classes,
            Backbone = definition.Backbone,
            MinCellSize = cell,
            MaxCellSize = cell,
            Settings = new TrainedSettings
            {
                Normalization = definition.Normalization,
                CellSize = definition.CellSize,
                GroundSize = definition.Ground?.Metres,
            },
        };
    }

    /// <exception cref="LearnDataException">Another kind of model (ModelType).</exception>
    public static void RequireKind(ModelDefinitionFile file, string configuration, string kind, string path)
    {
        if (file.ModelConfiguration != configuration)
        {
            throw new LearnDataException(
                "ModelType",
                $"{path} defines a model of {Type(file)}; only a {kind} ({configuration}) can be opened.",
                path);
        }
    }

    /// <summary>What kind of model a file says it is of, for messages.</summary>
    public static string Type(ModelDefinitionFile file) =>
        $"type '{SafeText.Show(file.EffectiveModelType)}' ({SafeText.Show(file.Framework ?? "no framework")}, {SafeText.Show(file.ModelConfiguration ?? "no configuration")})";

    /// <exception cref="LearnFormatException">A key that every model needs is missing or makes no sense.</exception>
    public static DefinitionParts Read(ModelDefinitionFile file, string path)
    {
        int chip = Need(file.ImageWidth, "ImageWidth", path);
        if (Need(file.ImageHeight, "ImageHeight", path) != chip)
        {
            throw new LearnFormatException($"has chips of {chip} by {file.ImageHeight} pixels; a model's chips are square.", path);
        }

        if (chip > LargestChip)
        {
            throw new LearnFormatException($"has chips of {chip} pixels (ImageWidth); {LargestChip} at most are possible.", path);
        }

        if (file.Classes.Count == 0)
        {
            throw new LearnFormatException("lacks Classes, or has an empty list there.", path);
        }

        if (file.Classes.Count > MostClasses)
        {
            throw new LearnFormatException($"has {file.Classes.Count} Classes; {MostClasses} at most are possible.", path);
        }

        if (file is { Settings: null, IsMultispectral: true, Statistics: null })
        {
            throw new LearnFormatException(
                "is multispectral (IsMultispectral), but its NormalizationStats lack band_min_values, band_max_values, scaled_mean_values or scaled_std_values for each band: without them the model's input cannot be scaled.", path);
        }

        Normalization normalization = file.Settings?.Normalization ?? file.Statistics ?? new Normalization(1f / 255, s_imageNetMean, s_imageNetDeviation, SampleType.UInt8);
        int bands = normalization.Mean.Count;
        if (bands > MostBands)
        {
            throw new LearnFormatException($"is of {bands} bands; {MostBands} at most are possible.", path);
        }

        int extracted = Math.Max(file.ExtractBands.Count, file.ExtractBandNames.Count);
        if (file is { Settings: null, Statistics: null } && extracted > 0 && extracted != bands)
        {
            throw new LearnFormatException(
                $"extracts {extracted} band(s) (ExtractBands), and does not say how they are scaled: without IsMultispectral and its NormalizationStats a model reads {bands}, scaled by ImageNet's statistics.", path);
        }

        return new DefinitionParts(
            file.Backbone ?? DefaultBackbone,
            chip,
            normalization,
            Ground(file),
            file.ExtractBands.Count == bands && file.ExtractBands.Distinct().Count() == bands ? file.ExtractBands : [.. Enumerable.Range(0, bands)],
            file.Settings switch
            {
                null => SavedResults.None,
                { Metrics.Count: > 0 } settings => settings.Results with { Metrics = settings.Metrics },
                { } settings => settings.Results,
            });
    }

    /// <exception cref="LearnFormatException">The options make no network.</exception>
    public static void Check(Action validate, string kind, string path)
    {
        try
        {
            validate();
        }
        catch (LearnArgumentException e)
        {
            throw new LearnFormatException($"defines a {kind} that cannot be built: {SafeText.ShowPath(e.Message)}", path, inner: e);
        }
    }

    /// <summary>Of what this module saved: Esri's cell size alone says nothing of the latitude.</summary>
    public static PixelGround? Ground(ModelDefinitionFile file) => file.Settings is { CellSize: not null } settings
        ? new PixelGround(settings.GroundSize, file.MinCellSize?.LatestWkid ?? file.MinCellSize?.Wkid)
        : null;

    private static int Need(int? value, string key, string path) =>
        value ?? throw new LearnFormatException($"names no {key}, which a model needs.", path);
}
