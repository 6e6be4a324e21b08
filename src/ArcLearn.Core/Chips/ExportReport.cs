using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ArcLearn.Core.Chips.Metadata;

namespace ArcLearn.Core.Chips;

/// <summary>The files beside the chips: stats.txt, esri_accumulated_stats.json and esri_model_definition.emd.</summary>
/// <param name="CellSizes">Least and greatest ground size of a pixel, x and y, over all rasters.</param>
/// <param name="SpatialReference">Of the first raster that has one.</param>
/// <param name="ImageSpace">MAP_SPACE, IMAGE_SPACE or PIXEL_SPACE.</param>
internal sealed record ExportReport(
    ExportOptions Options,
    IReadOnlyList<ExportSource> Sources,
    ExportStatistics Statistics,
    int NextNumber,
    (double MinX, double MinY, double MaxX, double MaxY) CellSizes,
    SpatialReference? SpatialReference,
    string ImageSpace)
{
    private static readonly string[] s_wellKnownBands =
    [
        "Red", "Green", "Blue", "Infrared", "CoastalBlue", "Yellow", "RedEdge", "ShortWaveInfrared", "NearInfrared", "NearInfrared_1",
        "NearInfrared_2", "MidInfrared", "MidInfrared_1", "MidInfrared_2", "Thermal", "Thermal_1", "Thermal_2", "Panchromatic",
        "PseudoRed", "PseudoGreen", "PseudoBlue",
    ];

    /// <summary>The table of stats.txt: a name, then numbers that end at columns 31, 42, 53, 65, 77 and 89; sizes in square map units, or pixels.</summary>
    public string FormatStatsText()
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"images = {Statistics.Images} *{Statistics.Bands.Length}*{Options.TileWidth}*{Options.TileHeight}\n");
        switch (Statistics.Counted)
        {
            case CountedLabels.Pixels:
                AppendPixels(text);
                break;
            case CountedLabels.Features:
                AppendFeatures(text);
                break;
            default:
                text.Append("\nClass feature statistics:\nfeatures = 0\nfeatures per image = [min = 0, mean = 0.00, max = 0]\nclasses = 0\n");
                break;
        }

        return text.ToString();
    }

    public string FormatAccumulatedStats()
    {
        JsonObject root = new()
        {
            ["Version"] = 1,
            ["NumBands"] = Statistics.Bands.Length,
            ["TileSizeX"] = Options.TileWidth,
            ["TileSizeY"] = Options.TileHeight,
            ["NumClasses"] = HasClasses ? Statistics.Classes.Count : 0,
            ["NumTiles"] = Statistics.Images,
            ["NumTilesAsDouble"] = Statistics.Images,
            ["NextTileIndex"] = NextNumber,
            ["OutputFeatures"] = Statistics.Counted != CountedLabels.Pixels,
            ["MetaDataMode"] = Options.MetadataFormat,
            ["MinCellSize"] = CellSize(CellSizes.MinX, CellSizes.MinY),
            ["MaxCellSize"] = CellSize(CellSizes.MaxX, CellSizes.MaxY),
        };
        if (HasClasses)
        {
            root["Classes"] = List(Statistics.Classes.Select(c => new JsonObject { ["ClassValue"] = c.Value, ["ClassName"] = c.Name }));
        }

        if (Statistics.Counted == CountedLabels.Pixels)
        {
            root["ClassPixelStats"] = PixelStatistics();
        }
        else
        {
            root["FeatureStats"] = FeatureStatistics();
        }

        root["InputRastersProps"] = RasterProperties();
        if (HasAdditional)
        {
            root["InputRastersProps2"] = AdditionalProperties();
        }

        root["BandStatsState"] = List(Statistics.Bands.Select(BandState));
        if (HasAdditional)
        {
            root["BandStatsState2"] = List(Statistics.AdditionalBands.Select(BandState));
        }

        return EsriJson.Format(root);
    }

    /// <summary>A template for the model that is still to be trained, hence the examples; classes, tile and band statistics are real.</summary>
    public string FormatModelDefinition()
    {
        JsonObject root = new()
        {
            ["Framework"] = "e.g. TensorFlow or PyTorch",
            ["ModelConfiguration"] = "e.g. UNet or FasterRCNN",
            ["ModelType"] = "e.g. ObjectDetection or ImageClassification",
            ["ModelFile"] = "e.g. ./trained.model",
            ["Description"] = "e.g. which data model was trained on, when, by whom, mAP, etc",
            ["ImageHeight"] = Options.TileHeight,
            ["ImageWidth"] = Options.TileWidth,
            ["ExtractBands"] = "e.g. [0, 1, 2]",
            ["DataRange"] = "e.g. [0.1, 1.0] (optional)",
            ["ModelPadding"] = "e.g. 64 (optional)",
            ["BatchSize"] = "e.g. 8 (optional)",
            ["PerProcessGPUMemoryFraction"] = "e.g. 0.8 (optional)",
            ["MetaDataMode"] = Options.MetadataFormat,
            ["BlackenAroundFeature"] = Options.BlackenAroundFeature,
            ["IsMultidimensional"] = false,
            ["CropTileMode"] = Options.CropMode == CropMode.BoundingBox ? "Variable_Size" : "Fixed_Size",
            ["ImageSpaceUsed"] = ImageSpace,
            ["MinCellSize"] = CellSize(CellSizes.MinX, CellSizes.MinY),
            ["MaxCellSize"] = CellSize(CellSizes.MaxX, CellSizes.MaxY),
        };
        if (HasClasses)
        {
            root["Classes"] = List(Statistics.Classes.Select(c => new JsonObject
            {
                ["Value"] = c.Value, ["Name"] = c.Name, ["Color"] = List(c.Color.Select(n => (JsonNode)n)),
            }));
        }

        root["InputRastersProps"] = RasterProperties();
        if (HasAdditional)
        {
            root["InputRastersProps2"] = AdditionalProperties();
        }

        root["AllTilesStats"] = List(Statistics.Bands.Select((b, i) => BandSummary(BandName(i), b)));
        if (HasAdditional)
        {
            root["AllTilesStats2"] = List(Statistics.AdditionalBands.Select((b, i) => BandSummary(NumberedBand(i), b)));
        }

        root["WellKnownBandNames (FYI, these band names can be used in ExtractBands)"] = List(s_wellKnownBands.Select(n => (JsonNode)n));
        return EsriJson.Format(root);
    }

    private bool HasClasses => Statistics.Counted != CountedLabels.None;

    private bool HasAdditional => Statistics.AdditionalBands.Length > 0;

    private void AppendFeatures(StringBuilder text)
    {
        RunningStatistic perImage = Statistics.FeaturesPerImage;
        text.Append(CultureInfo.InvariantCulture, $"features = {Statistics.Features}\n");
        text.Append(CultureInfo.InvariantCulture, $"features per image = [min = {perImage.Min}, mean = {perImage.Mean:F2}, max = {perImage.Max}]\n");
        text.Append(CultureInfo.InvariantCulture, $"classes = {Statistics.Classes.Count}\n");
        text.Append("cls name              cls value     images   features    min size   mean size    max size\n");
        AppendClasses(text, Statistics.AreaPerClass, area => area.Count);
    }

    private void AppendPixels(StringBuilder text)
    {
        RunningStatistic perImage = Statistics.ClassesPerImage;
        text.Append(CultureInfo.InvariantCulture, $"classes = {Statistics.Classes.Count}\n");
        text.Append(CultureInfo.InvariantCulture, $"classes per image = [min = {perImage.Min}, mean = {perImage.Mean:F2}, max = {perImage.Max}]\n");
        text.Append("cls name              cls value     images   pixels      min size   mean size    max size\n");
        AppendClasses(text, Statistics.PixelsPerClass, pixels => (long)pixels.Sum);
    }

    private void AppendClasses(StringBuilder text, RunningStatistic[] perClass, Func<RunningStatistic, long> count)
    {
        for (int i = 0; i < Statistics.Classes.Count; i++)
        {
            ClassDefinition item = Statistics.Classes[i];
            RunningStatistic size = perClass[i];
            string value = item.Value.ToString(CultureInfo.InvariantCulture);
            text.Append(item.Name).Append(value.PadLeft(Math.Max(value.Length + 1, 31 - item.Name.Length)));
            text.Append(CultureInfo.InvariantCulture, $"{Statistics.ImagesPerClass[i],11}{count(size),11}{size.Min,12:F2}{size.Mean,12:F2}{size.Max,12:F2}\n");
        }
    }

    private JsonObject FeatureStatistics() => new()
    {
        ["NumClasses"] = HasClasses ? Statistics.Classes.Count : 0,
        ["NumImagesTotal"] = HasClasses ? Statistics.Images : 0,
        ["NumFeaturesTotal"] = Statistics.Features,
        ["NumImagesPerClass"] = List(PerClass(Statistics.ImagesPerClass).Select(n => (JsonNode)n)),
        ["NumFeaturesPerClass"] = List(PerClass(Statistics.AreaPerClass).Select(a => (JsonNode)a.Count)),
        ["NumFeaturesPerImage"] = Summary(Statistics.FeaturesPerImage),
        ["FeatureAreaPerClass"] = List(PerClass(Statistics.AreaPerClass).Select(Summary)),
    };

    private JsonObject PixelStatistics() => new()
    {
        ["NumClasses"] = Statistics.Classes.Count,
        ["NumImagesTotal"] = Statistics.Images,
        ["NumImagesPerClass"] = List(Statistics.ImagesPerClass.Select(n => (JsonNode)n)),
        ["NumPixelsPerClass"] = List(Statistics.PixelsPerClass.Select(p => (JsonNode)(long)p.Sum)),
        ["NumClassesPerImage"] = Summary(Statistics.ClassesPerImage),
        ["PixelsPerClass"] = List(Statistics.PixelsPerClass.Select(Summary)),
    };

    private T[] PerClass<T>(T[] values) => HasClasses ? values : [];

    private static JsonObject BandState(RunningStatistic b) => new()
    {
        ["Min"] = b.Min, ["Max"] = b.Max, ["Mean"] = 0, ["StdDev"] = 0, ["M1"] = b.Mean, ["M2"] = b.SquaredDeviation, ["Num"] = b.Count,
    };

    private static JsonObject BandSummary(string name, RunningStatistic b) => new()
    {
        ["BandName"] = name, ["Min"] = b.Min, ["Max"] = b.Max, ["Mean"] = b.Mean, ["StdDev"] = b.StandardDeviation,
    };

    private static JsonArray List(IEnumerable<JsonNode> items) => new([.. items]);

    private static JsonObject Summary(RunningStatistic of) =>
        new() { ["Min"] = of.Min, ["Max"] = of.Max, ["Mean"] = of.Mean, ["Sum"] = of.Sum, ["Count"] = of.Count };

    /// <summary>The first three as Esri names colours, where every raster says that they are these.</summary>
    private string BandName(int index) => index < 3 && Sources.All(s => s.Raster.IsColor)
        ? s_wellKnownBands[index]
        : NumberedBand(index);

    private static string NumberedBand(int index) => string.Create(CultureInfo.InvariantCulture, $"Band_{index + 1}");

    private JsonObject RasterProperties() => new()
    {
        ["RasterCount"] = Sources.Count,
        ["SensorName"] = "Undefined",
        ["BandNames"] = List(Enumerable.Range(0, Statistics.Bands.Length).Select(i => (JsonNode)BandName(i))),
    };

    private JsonObject AdditionalProperties() => new()
    {
        ["RasterCount"] = 1,
        ["SensorName"] = "Undefined",
        ["BandNames"] = List(Statistics.AdditionalBands.Select((_, i) => (JsonNode)NumberedBand(i))),
    };

    private JsonObject CellSize(double x, double y) => new()
    {
        ["x"] = x,
        ["y"] = y,
        ["spatialReference"] = SpatialReference?.Epsg is int code
            ? new JsonObject { ["wkid"] = code, ["latestWkid"] = code }
            : SpatialReference?.Wkt is string wkt ? new JsonObject { ["wkt"] = wkt } : new JsonObject { ["wkid"] = null },
    };
}
