using System.Globalization;
using System.Text.Json;
using ArcLearn.Core.Data;
using ArcLearn.Core.Models;
using ArcLearn.Core.Reporting;
using ArcLearn.Core.Vectors;

namespace ArcLearn.Core.Formats;

/// <summary>
/// Writes the definition of a model with the keys of arcgis.learn 1.6 in its order, those of 2.0 that are true of the model after them, ArcLearn's own object, and last what was read and not understood. Equal definitions give equal text.
/// </summary>
internal static class ModelDefinitionWriter
{
    private static readonly float[] s_imageNetMean = [0.485f, 0.456f, 0.406f];
    private static readonly float[] s_imageNetDeviation = [0.229f, 0.224f, 0.225f];

    private static readonly string[] s_usageKeys = ["resize_to", "ImageSpaceUsed", "SupportsVariableTileSize", "ModelName", "MetaDataMode"];

    private static readonly string[] s_statisticsKeys = ["Bands", "ImageryType", "DoNormalize", "NormalizationStats"];

    /// <exception cref="LearnDataException">DefinitionInvalid: something that readers need is missing or contradictory.</exception>
    public static string Write(ModelDefinitionFile definition)
    {
        Check(definition);
        TrainedSettings settings = definition.Settings!;
        JsonMap map = definition.ModelConfiguration switch
        {
            ModelDefinitionFile.UnetConfiguration => Unet(definition),
            ModelDefinitionFile.ClassifierConfiguration => Classifier(definition),
            _ => Detector(definition),
        };
        map.Add("backend", "pytorch");
        map.Add("ModelParameters", new JsonMap { { "backbone", definition.Backbone }, { "backend", "pytorch" } });
        map.Add("resize_to", null);
        AddCellSize(map, "MinCellSize", definition.MinCellSize);
        AddCellSize(map, "MaxCellSize", definition.MaxCellSize);
        AddStatistics(map, settings.Normalization);
        map.AddRange(definition.Results);
        map.Add("ArcLearn", Settings(settings));

        KeepUsage(map, definition.Other);

        // A model that was read and trained on has other statistics now.
        HashSet<string> written = new(map.Select(item => item.Key).Concat(s_statisticsKeys), StringComparer.Ordinal);
        map.AddRange(definition.Other
            .Where(item => written.Add(item.Key))
            .Select(item => KeyValuePair.Create(item.Key, (object?)item.Value)));
        return PythonJson.Write(map);
    }

    /// <summary>What other programs do with the model, and its own name for it: said as the file that was read said it.</summary>
    private static void KeepUsage(JsonMap map, IReadOnlyList<KeyValuePair<string, JsonElement>> other)
    {
        foreach ((string key, JsonElement value) in other.Where(item => s_usageKeys.Contains(item.Key, StringComparer.Ordinal)))
        {
            int index = map.FindIndex(item => item.Key == key);
            if (index >= 0)
            {
                map[index] = KeyValuePair.Create(key, (object?)value);
            }
        }
    }

    private static JsonMap Detector(ModelDefinitionFile definition) => new()
    {
        { "Framework", ModelDefinitionFile.LearnFramework },
        { "InferenceFunction", "ArcGISObjectDetector.py" },
        { "ModelConfiguration", ModelDefinitionFile.DetectorConfiguration },
        { "ModelFile", definition.ModelFile },
        { "ModelType", ModelDefinitionFile.DetectorModelType },
        { "ImageHeight", definition.ImageHeight },
        { "ImageWidth", definition.ImageWidth },
        { "ExtractBands", definition.ExtractBands },
        { "Grids", definition.Grids },
        { "Zooms", definition.Zooms },
        { "Ratios", definition.Ratios.Select(ratio => new[] { ratio.Height, ratio.Width }) },
        { "Classes", Classes(definition) },
        { "backbone", definition.Backbone },
        { "SSDVersion", definition.SsdVersion },
        { "ModelFormat", "NCHW" },
        { "SupportsVariableTileSize", false },
        { "ImageSpaceUsed", "MAP_SPACE" },
        { "ModelName", "SingleShotDetector" },
    };

    private static JsonMap Unet(ModelDefinitionFile definition) => new()
    {
        { "Framework", ModelDefinitionFile.LearnFramework },
        { "ModelConfiguration", ModelDefinitionFile.UnetConfiguration },
        { "ModelFile", definition.ModelFile },
        { "InferenceFunction", "ArcGISImageClassifier.py" },
        { "ExtractBands", definition.ExtractBands },
        { "ImageWidth", definition.ImageWidth },
        { "ImageHeight", definition.ImageHeight },
        { "Classes", Classes(definition) },
        { "ModelType", ModelDefinitionFile.PixelModelType },
        { "ignore_mapped_class", definition.IgnoredClasses },
        { "ModelFormat", "NCHW" },
        { "SupportsVariableTileSize", true },
        { "ImageSpaceUsed", "MAP_SPACE" },
        { "ModelName", "UnetClassifier" },
    };

    private static JsonMap Classifier(ModelDefinitionFile definition) => new()
    {
        { "Framework", ModelDefinitionFile.LearnFramework },
        { "ModelConfiguration", ModelDefinitionFile.ClassifierConfiguration },
        { "ModelFile", definition.ModelFile },
        { "InferenceFunction", "ArcGISObjectClassifier.py" },
        { "ExtractBands", definition.ExtractBands },
        { "ImageWidth", definition.ImageWidth },
        { "ImageHeight", definition.ImageHeight },
        { "Classes", Classes(definition) },
        { "ModelType", ModelDefinitionFile.ClassifierModelType },
        { "MetaDataMode", definition.Settings!.ImageLoss is { IsMultiLabel: true } ? MetadataFormats.MultiLabeledTiles : MetadataFormats.LabeledTiles },
        { "ModelFormat", "NCHW" },
        { "SupportsVariableTileSize", false },
        { "ImageSpaceUsed", "MAP_SPACE" },
        { "ModelName", "FeatureClassifier" },
    };

    private static JsonMap ImageLoss(ImageLossOptions loss) => new()
    {
        { "MultiLabel", loss.IsMultiLabel },
        { "ClassWeights", loss.ClassWeights },
        { "LabelSmoothing", loss.LabelSmoothing },
        { "MixUp", loss.MixUp },
    };

    // arcgis.learn makes a colour table of them: a class without a colour gets one, as it has in our own pictures.
    private static IEnumerable<JsonMap> Classes(ModelDefinitionFile definition) => definition.Classes.Select((item, place) => new JsonMap
    {
        { "Value", item.Value }, { "Name", item.Name }, { "Color", ClassColors.Of(item.Color, place) },
    });

    private static void AddCellSize(JsonMap map, string key, CellSizeDefinition? size)
    {
        if (size is not null)
        {
            JsonMap reference = new() { { "wkid", size.Wkid }, { "latestWkid", size.LatestWkid ?? size.Wkid } };
            map.Add(key, new JsonMap { { "x", size.X }, { "y", size.Y }, { "spatialReference", reference } });
        }
    }

    /// <summary>
    /// arcgis.learn normalises by ImageNet's statistics unless the model is multispectral; then by
    /// ((x − min)/(max − min) − scaled mean)/scaled deviation. With the sample type's range for min and max that equals ours.
    /// </summary>
    private static void AddStatistics(JsonMap map, Normalization normalization)
    {
        bool imageNet = normalization.SampleType == SampleType.UInt8 && normalization.Scale == 1f / 255
            && normalization.Mean.SequenceEqual(s_imageNetMean) && normalization.Deviation.SequenceEqual(s_imageNetDeviation);
        map.Add("IsMultispectral", !imageNet);
        if (imageNet)
        {
            return;
        }

        int bands = normalization.Mean.Count;
        double range = normalization.SampleType == SampleType.UInt8 ? byte.MaxValue : ushort.MaxValue;
        double perRange = 1 / (normalization.Scale * range);
        double perSample = 1 / (double)normalization.Scale;
        map.Add("Bands", null);
        map.Add("ImageryType", "multispectral");
        map.Add("DoNormalize", true);
        map.Add("NormalizationStats", new JsonMap
        {
            { "band_min_values", Enumerable.Repeat(0.0, bands) },
            { "band_max_values", Enumerable.Repeat(range, bands) },
            { "band_mean_values", normalization.Mean.Select(mean => mean * perSample) },
            { "band_std_values", normalization.Deviation.Select(deviation => deviation * perSample) },
            { "scaled_min_values", Enumerable.Repeat(0.0, bands) },
            { "scaled_max_values", Enumerable.Repeat(1.0, bands) },
            { "scaled_mean_values", normalization.Mean.Select(mean => mean * perRange) },
            { "scaled_std_values", normalization.Deviation.Select(deviation => deviation * perRange) },
        });
    }

    private static JsonMap PixelLoss(PixelLossOptions loss) => new()
    {
        { "BackgroundIgnored", loss.IsBackgroundIgnored },
        { "ClassWeights", loss.ClassWeights },
        { "FocalLoss", loss.FocalLoss },
        { "DiceFraction", loss.DiceFraction },
        { "DiceAverage", loss.DiceAverage.ToString() },
    };

    private static JsonMap Settings(TrainedSettings settings)
    {
        JsonMap metrics = [];
        foreach ((string name, double value) in settings.Metrics.OrderBy(metric => metric.Key, StringComparer.Ordinal))
        {
            metrics.Add(name, double.IsFinite(value) ? value : null);
        }

        JsonMap map = new()
        {
            { "Version", settings.Version },
            { "SampleType", settings.Normalization.SampleType.ToString() },
            { "Bands", settings.Bands },
            {
                "Normalization", new JsonMap
                {
                    { "Scale", settings.Normalization.Scale },
                    { "Mean", settings.Normalization.Mean },
                    { "Deviation", settings.Normalization.Deviation },
                }
            },
            { "CellSize", settings.CellSize },
            { "GroundSize", settings.GroundSize is { } ground ? new[] { ground.X, ground.Y } : null },
        };
        if (settings.PixelLoss is { } pixelLoss)
        {
            map.Add("PixelLoss", PixelLoss(pixelLoss));
            map.Add("ChipsPerStep", settings.ChipsPerStep);
        }
        else if (settings.ImageLoss is { } imageLoss)
        {
            map.Add("Dropout", settings.Dropout);
            map.Add("ImageLoss", ImageLoss(imageLoss));
        }
        else
        {
            map.Add("Dropout", settings.Dropout);
            map.Add("Bias", settings.Bias);
            map.Add("Loss", settings.Loss.ToString());
            map.Add("FocalLoss", settings.FocalLoss);
            map.Add("BodyCut", settings.IsBodyCut);
            map.Add("LocationLossFactor", settings.LocationLossFactor);
        }

        map.Add("Metrics", metrics);
        SavedResultsText.AddTo(map, settings.Results);
        return map;
    }

    private static void Check(ModelDefinitionFile definition)
    {
        Require(definition.ModelFile?.Length > 0, "names no file of weights");
        bool isDetector = definition.EffectiveModelType == ModelDefinitionFile.DetectorModelType;
        Require(
            isDetector || definition.ModelConfiguration is ModelDefinitionFile.UnetConfiguration or ModelDefinitionFile.ClassifierConfiguration,
            $"is of type '{definition.EffectiveModelType}'; only detectors, U-Nets and image classifiers are written");
        Require(definition.ImageHeight is int height && height == definition.ImageWidth, "has no square chip size");
        Require(definition.Backbone?.Length > 0, "names no backbone");
        Require(!isDetector || (definition.Grids.Count > 0 && definition.Zooms.Count > 0 && definition.Ratios.Count > 0), "lacks grids, zooms or ratios");
        Require(definition.Zooms.All(zoom => zoom > 0 && double.IsFinite(zoom)), "has a zoom that is not a positive number");
        Require(definition.Classes.Count > 0, "has no classes");
        foreach (ClassDefinition item in definition.Classes)
        {
            string shown = string.Create(CultureInfo.InvariantCulture, $"class {item.Value} '{item.Name}'");
            Require(item.Value > 0 && item.Name.Trim().Length > 0, $"has the {shown}; classes need a value from 1 and a name");
            Require(item.Color.Count == 3, $"has the {shown} with a colour of {item.Color.Count} parts instead of 3");
            Require(definition.Classes.Count(other => other.Value == item.Value) == 1, $"has the value of {shown} more than once");
            Require(definition.Classes.Count(other => other.Name == item.Name) == 1, $"has the name of {shown} more than once");
        }

        TrainedSettings? settings = definition.Settings;
        Require(settings is not null, "lacks the settings it was trained with");
        Normalization normalization = settings!.Normalization;
        Require(
            definition.ExtractBands.Count == settings.Bands,
            $"extracts {definition.ExtractBands.Count} bands and normalises {settings.Bands}");
        Require(
            normalization.Deviation.Count == settings.Bands && normalization.Mean.All(float.IsFinite)
                && normalization.Deviation.Append(normalization.Scale).All(value => value > 0 && float.IsFinite(value)),
            "has a normalisation without a finite mean and a positive deviation for each band");
    }

    private static void Require(bool condition, string problem)
    {
        if (!condition)
        {
            throw new LearnDataException("DefinitionInvalid", $"The model's definition {problem}.");
        }
    }
}
