using System.Globalization;
using System.Text.Json;
using ArcLearn.Core.Data;
using ArcLearn.Core.Formats;

namespace ArcLearn.Core.Models;

/// <summary>
/// What an exported model says of itself: the keys of QGIS' plugin Deepness, whose values are JSON, and the whole definition (.emd) under a key of its own.
/// Deepness divides samples by 255, subtracts the mean and divides by the deviation; what another scale needs is put into those two.
/// </summary>
internal static class OnnxMetadata
{
    /// <summary>The model's definition as an .emd has it.</summary>
    public const string DefinitionKey = "esri_model_definition";

    public const string ModelTypeKey = "model_type";
    public const string ClassNamesKey = "class_names";
    public const string MeanKey = "standardization_mean";
    public const string DeviationKey = "standardization_std";
    public const string DetectorTypeKey = "det_type";
    public const string TileSizeKey = "tile_size";

    /// <summary>Deepness' names of kinds of models.</summary>
    public const string DetectorType = "Detector";
    public const string SegmentorType = "Segmentor";

    /// <summary>Deepness' name for boxes as columns, with centre and size and a probability for each class.</summary>
    public const string UltralyticsLayout = "YOLO_Ultralytics";

    /// <summary>What samples are divided by before mean and deviation.</summary>
    public const double Divisor = 255;

    private const double Threshold = 0.5;
    private const double Overlap = 0.1;

    // Of tiles beside each other, in percent: a quarter of the chip is padding on each side.
    private const int TileOverlap = 50;

    /// <param name="file">The name of the file that they are for.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> Of(NetworkDefinition definition, string file)
    {
        List<KeyValuePair<string, string>> facts = [];
        Add(DefinitionKey, ModelDefinitionWriter.Write(definition.ToFile() with { ModelFile = file }));
        string[] names = [.. definition.Classes.Select(one => one.Name)];
        switch (definition)
        {
            case SsdDefinition:
                Json(ModelTypeKey, DetectorType);
                Json(DetectorTypeKey, UltralyticsLayout);
                Json("det_conf", Threshold);
                Json("det_iou_thresh", Overlap);
                break;
            case UnetDefinition:
                Json(ModelTypeKey, SegmentorType);
                Json("seg_thresh", 0);
                names = [Inference.ClassCodes.BackgroundName, .. names];
                break;
        }

        Json(ClassNamesKey, names.Select((name, i) => (i, name)).ToDictionary(pair => pair.i.ToString(CultureInfo.InvariantCulture), pair => pair.name));
        Json(TileSizeKey, definition.ChipSize);
        Json("tiles_overlap", TileOverlap);
        if (definition.Ground?.Metres is { } metres)
        {
            Json("resolution", Math.Round((metres.X + metres.Y) / 2 * 100, 4));      // centimetres
        }

        Normalization normalization = definition.Normalization;
        double scale = Math.Round(normalization.Scale * Divisor, 7);            // the 255th part of a byte is none in 32 bits
        Json(MeanKey, normalization.Mean.Select(mean => Number(mean / scale)));
        Json(DeviationKey, normalization.Deviation.Select(deviation => Number(deviation / scale)));
        return facts;

        void Json<T>(string key, T value) => Add(key, JsonSerializer.Serialize(value));

        void Add(string key, string value) => facts.Add(new(key, value));
    }

    /// <summary>To the digits of a 32-bit number: 0.485, not 0.48500001430511475.</summary>
    private static double Number(double value) => double.Parse(((float)value).ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
