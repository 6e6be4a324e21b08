using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace ArcLearn.Core.Chips;

/// <summary>The files beside the chips: stats.txt, esri_accumulated_stats.json and esri_model_definition.emd.</summary>
/// <param name="CellSizes">Least and greatest ground size of a pixel, x and y, over all rasters.</param>
/// <param name="SpatialReference">Of the first raster that has one.</param>
/// <param name="IsMapSpace">False where no raster has a georeference.</param>
internal sealed record ExportReport(
    ExportOptions Options,
    ExportStatistics Statistics,
    (double MinX, double MinY, double MaxX, double MaxY) CellSizes,
    SpatialReference? SpatialReference,
    bool IsMapSpace)
{
    private static readonly string[] s_wellKnownBands =
    [
        "Red", "Green", "Blue", "Infrared", "CoastalBlue", "Yellow", "RedEdge", "ShortWaveInfrared", "NearInfrared", "NearInfrared_1",
        "NearInfrared_2", "MidInfrared", "MidInfrared_1", "MidInfrared_2", "Thermal", "Thermal_1", "Thermal_2", "Panchromatic",
        "PseudoRed", "PseudoGreen", "PseudoBlue",
    ];

    /// <summary>The table of stats.txt: a name, then numbers that end at columns 31, 42, 53, 65, 77 and 89; sizes in square map units.</summary>
    public string FormatStatsText()
    {
        RunningStatistic perImage = Statistics.FeaturesPerImage;
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"images = {Statistics.Images} *{Statistics.Bands.Length}*{Options.TileWidth}*{Options.TileHeight}\n");
        text.Append(CultureInfo.InvariantCulture, $"features = {Statistics.Features}\n");
        text.Append(CultureInfo.InvariantCulture, $"features per image = [min = {perImage.Min}, mean = {perImage.Mean:F2}, max = {perImage.Max}]\n");
        text.Append(CultureInfo.InvariantCulture, $"classes = {Statistics.Classes.Count}\n");
        text.Append("cls name              cls value     images   features    min size   mean size    max size\n");
        for (int i = 0; i < Statistics.Classes.Count; i++)
        {
            ClassDefinition item = Statistics.Classes[i];
            RunningStatistic area = Statistics.AreaPerClass[i];
            string value = item.Value.ToString(CultureInfo.InvariantCulture);
            text.Append(item.Name).Append(value.PadLeft(Math.Max(value.Length + 1, 31 - item.Name.Length)));
            text.Append(CultureInfo.InvariantCulture, $"{Statistics.ImagesPerClass[i],11}{area.Count,11}{area.Min,12:F2}{area.Mean,12:F2}{area.Max,12:F2}\n");
        }

        return text.ToString();
    }

    public string FormatAccumulatedStats() => EsriJson.Format(new JsonObject
    {
        ["Version"] = 1,
        ["NumBands"] = Statistics.Bands.Length,
        ["TileSizeX"] = Options.TileWidth,
        ["TileSizeY"] = Options.TileHeight,
        ["NumClasses"] = Statistics.Classes.Count,
        ["NumTiles"] = Statistics.Images,
        ["NumTilesAsDouble"] = Statistics.Images,
        ["NextTileIndex"] = Options.StartIndex + Statistics.Images,
        ["OutputFeatures"] = true,
        ["MetaDataMode"] = Options.MetadataFormat,
        ["MinCellSize"] = CellSize(CellSizes.MinX, CellSizes.MinY),
        ["MaxCellSize"] = CellSize(CellSizes.MaxX, CellSizes.MaxY),
        ["Classes"] = List(Statistics.Classes.Select(c => new JsonObject { ["ClassValue"] = c.Value, ["ClassName"] = c.Name })),
        ["FeatureStats"] = new JsonObject
        {
            ["NumClasses"] = Statistics.Classes.Count,
            ["NumImagesTotal"] = Statistics.Images,
            ["NumFeaturesTotal"] = Statistics.Features,
            ["NumImagesPerClass"] = List(Statistics.ImagesPerClass.Select(n => (JsonNode)n)),
            ["NumFeaturesPerClass"] = List(Statistics.AreaPerClass.Select(a => (JsonNode)a.Count)),
            ["NumFeaturesPerImage"] = Summary(Statistics.FeaturesPerImage),
            ["FeatureAreaPerClass"] = List(Statistics.AreaPerClass.Select(Summary)),
        },
        ["InputRastersProps"] = RasterProperties(),
        ["BandStatsState"] = List(Statistics.Bands.Select(b => new JsonObject
        {
            ["Min"] = b.Min, ["Max"] = b.Max, ["Mean"] = 0, ["StdDev"] = 0, ["M1"] = b.Mean, ["M2"] = b.SquaredDeviation, ["Num"] = b.Count,
        })),
    });

    /// <summary>A template for the model that is still to be trained, hence the examples; classes, tile and band statistics are real.</summary>
    public string FormatModelDefinition() => EsriJson.Format(new JsonObject
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
        ["BlackenAroundFeature"] = false,
        ["IsMultidimensional"] = false,
        ["CropTileMode"] = "Fixed_Size",
        ["ImageSpaceUsed"] = IsMapSpace ? "MAP_SPACE" : "PIXEL_SPACE",
        ["MinCellSize"] = CellSize(CellSizes.MinX, CellSizes.MinY),
        ["MaxCellSize"] = CellSize(CellSizes.MaxX, CellSizes.MaxY),
        ["Classes"] = List(Statistics.Classes.Select(c => new JsonObject
        {
            ["Value"] = c.Value, ["Name"] = c.Name, ["Color"] = List(c.Color.Select(n => (JsonNode)n)),
        })),
        ["InputRastersProps"] = RasterProperties(),
        ["AllTilesStats"] = List(Statistics.Bands.Select((b, i) => new JsonObject
        {
            ["BandName"] = BandName(i), ["Min"] = b.Min, ["Max"] = b.Max, ["Mean"] = b.Mean, ["StdDev"] = b.StandardDeviation,
        })),
        ["WellKnownBandNames (FYI, these band names can be used in ExtractBands)"] = List(s_wellKnownBands.Select(n => (JsonNode)n)),
    });

    private static JsonArray List(IEnumerable<JsonNode> items) => new([.. items]);

    private static JsonObject Summary(RunningStatistic of) =>
        new() { ["Min"] = of.Min, ["Max"] = of.Max, ["Mean"] = of.Mean, ["Sum"] = of.Sum, ["Count"] = of.Count };

    /// <summary>The first three as Esri names colours, where every raster says that they are these.</summary>
    private string BandName(int index) => index < 3 && Options.Sources.All(s => s.Raster.IsColor)
        ? s_wellKnownBands[index]
        : string.Create(CultureInfo.InvariantCulture, $"Band_{index + 1}");

    private JsonObject RasterProperties() => new()
    {
        ["RasterCount"] = Options.Sources.Count,
        ["SensorName"] = "Undefined",
        ["BandNames"] = List(Enumerable.Range(0, Statistics.Bands.Length).Select(i => (JsonNode)BandName(i))),
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
