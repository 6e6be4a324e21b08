using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ArcLearn.Core.Crs;
using ArcLearn.Core.Data;
using ArcLearn.Core.Models;
using ArcLearn.Core.Reporting;

namespace ArcLearn.Core.Formats;

/// <summary>
/// Reads definitions of any age and origin: both spellings of the classes, examples instead of values, Esri's own misspelt
/// model type, missing keys, comments, trailing commas, Python's NaN. What a key does hold must make sense.
/// </summary>
internal static partial class ModelDefinitionParser
{
    internal static readonly JsonReaderOptions ReaderOptions = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
        MaxDepth = ModelDefinitionFile.MaximumDepth,
    };

    private static readonly JsonDocumentOptions s_options = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
        MaxDepth = ModelDefinitionFile.MaximumDepth,
    };

    private static readonly int[] s_noColor = [-1, -1, -1];

    public static ModelDefinitionFile Parse(string path, string text, bool hasLines = true)
    {
        if (text.Length > ModelDefinitionFile.MaximumLength)
        {
            throw new LearnFormatException("is larger than 16 MB; a model definition has a few kilobytes.", path);
        }

        text = WithoutNaN(text.TrimStart('\uFEFF'));
        try
        {
            using JsonDocument document = Document(ref text);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new LearnFormatException("is JSON, but not an object of a model definition's keys.", path, hasLines ? 1 : null);
            }

            return Read(new JsonKeys(document.RootElement, path, hasLines ? text : null));
        }
        catch (JsonException e)
        {
            int? line = hasLines && e.LineNumber is long n ? (int)n + 1 : null;
            throw new LearnFormatException(
                $"is not valid JSON of at most {ModelDefinitionFile.MaximumDepth} levels: {e.Message}", path, line, e);
        }
        catch (InvalidOperationException e)
        {
            // An escaped half of a surrogate pair is found only when its text is asked for.
            throw new LearnFormatException($"holds text that is not Unicode: {e.Message}", path, null, e);
        }
    }

    /// <summary>The same definition with weights of another name.</summary>
    /// <inheritdoc cref="Parse"/>
    public static string WithModelFile(string path, string text, string modelFile)
    {
        _ = Parse(path, text);
        text = WithoutNaN(text.TrimStart('\uFEFF'));
        using JsonDocument document = Document(ref text);
        JsonMap map = [];
        foreach (JsonProperty property in document.RootElement.EnumerateObject())
        {
            map.Add(property.Name, property.NameEquals("ModelFile") ? modelFile : property.Value);
        }

        // What an ONNX file of another program holds names no file.
        if (!document.RootElement.TryGetProperty("ModelFile", out _))
        {
            map.Add("ModelFile", modelFile);
        }

        return PythonJson.Write(map);
    }

    /// <summary>Text that is no JSON for its quotes or backslashes alone is read as its writer meant it.</summary>
    /// <param name="text">Becomes what was read.</param>
    private static JsonDocument Document(ref string text)
    {
        try
        {
            return JsonDocument.Parse(text, s_options);
        }
        catch (JsonException) when (PastedJson.Repair(text) is string repaired && repaired != text)
        {
            try
            {
                JsonDocument document = JsonDocument.Parse(repaired, s_options);
                text = repaired;
                return document;
            }
            catch (JsonException)
            {
                // The first complaint is about what the user wrote.
            }

            throw;
        }
    }

    private static ModelDefinitionFile Read(JsonKeys keys)
    {
        (IReadOnlyList<int> bands, IReadOnlyList<string> bandNames) = Bands(keys);
        bool isMultispectral = keys.Flag("IsMultispectral");
        ModelDefinitionFile definition = new()
        {
            Framework = keys.Text("Framework"),
            ModelConfiguration = Configuration(keys),
            ModelType = keys.Text("ModelType") is string type ? (type == "ObjectionDetection" ? "ObjectDetection" : type) : null,
            InferenceFunction = keys.Text("InferenceFunction"),
            ModelFile = keys.Text("ModelFile"),
            ImageHeight = keys.Integer("ImageHeight", 1, 1 << 20),
            ImageWidth = keys.Integer("ImageWidth", 1, 1 << 20),
            ExtractBands = bands,
            ExtractBandNames = bandNames,
            Classes = Classes(keys),
            Backbone = Backbone(keys),
            Grids = keys.List("Grids", "a whole number of cells from 1 to 1024", GridSize),
            Zooms = keys.List("Zooms", "a positive number", Positive),
            Ratios = keys.List("Ratios", "a pair of positive numbers", Ratio),
            SsdVersion = keys.Integer("SSDVersion", 1, 2) ?? 1,
            IgnoredClasses = [.. keys.List("ignore_mapped_class", "a class's place from 0", BandIndex).Distinct().Order()],
            IsMultispectral = isMultispectral,
            Statistics = isMultispectral ? EsriStatistics.Read(keys, bands) : null,
            MinCellSize = CellSize(keys, "MinCellSize"),
            MaxCellSize = CellSize(keys, "MaxCellSize"),
            Settings = keys.Object("ArcLearn") is JsonKeys own ? Settings(own) : null,
        };
        return definition with { Other = keys.Others() };
    }

    private static string? Configuration(JsonKeys keys)
    {
        if (!keys.TryGet("ModelConfiguration", out JsonElement value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Object ? keys.Object("ModelConfiguration")!.Text("Name") : keys.Text("ModelConfiguration");
    }

    private static string? Backbone(JsonKeys keys)
    {
        string? backbone = keys.Text("backbone");
        return backbone ?? keys.Object("ModelParameters")?.Text("backbone");
    }

    private static (IReadOnlyList<int> Bands, IReadOnlyList<string> Names) Bands(JsonKeys keys)
    {
        if (keys.TryGet("ExtractBands", out JsonElement value) && value.ValueKind == JsonValueKind.Array
            && value.EnumerateArray().Any() && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String))
        {
            return ([], [.. value.EnumerateArray().Select(item => item.GetString()!)]);
        }

        return (keys.List("ExtractBands", "a band's index from 0", BandIndex), []);
    }

    private static List<ClassDefinition> Classes(JsonKeys keys)
    {
        List<ClassDefinition> classes = [];
        HashSet<int> values = [];
        if (!keys.TryGet("Classes", out JsonElement value))
        {
            return classes;
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            throw keys.Fail("Classes", value, "an array");
        }

        foreach (JsonElement item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object
                || !(item.TryGetProperty("Value", out JsonElement number) || item.TryGetProperty("ClassValue", out number))
                || JsonKeys.AsInteger(number) is not (int classValue and >= 0))
            {
                throw keys.Fail("Classes", item, "a class with a whole number from 0 to 2147483647 as its Value or ClassValue");
            }

            keys.RequireUnlike("Classes", item);
            if (!values.Add(classValue))
            {
                throw keys.Fail("Classes", item, "a class with a value of its own: another one has it, too");
            }

            bool named = item.TryGetProperty("Name", out JsonElement name) || item.TryGetProperty("ClassName", out name);
            string text = named && name.ValueKind is JsonValueKind.String or JsonValueKind.Number ? name.ToString() : "";
            if (SafeText.IsObeyed(text))
            {
                throw keys.Fail("Classes", item, "a class whose name is without control characters");
            }

            classes.Add(new ClassDefinition(
                classValue, text.Length > 0 ? text : classValue.ToString(CultureInfo.InvariantCulture), Color(item)));
        }

        return classes;
    }

    private static int[] Color(JsonElement item)
    {
        if (!item.TryGetProperty("Color", out JsonElement color) || color.ValueKind != JsonValueKind.Array)
        {
            return s_noColor;
        }

        int[] parts = [.. color.EnumerateArray().Select(part => JsonKeys.AsInteger(part) ?? -1)];
        return parts.Length >= 3 && parts.Take(3).All(part => part is >= 0 and <= 255) ? parts[..3] : s_noColor;
    }

    private static AspectRatio? Ratio(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Array || item.GetArrayLength() != 2)
        {
            return null;
        }

        return JsonKeys.AsNumber(item[0]) is double height and > 0 && JsonKeys.AsNumber(item[1]) is double width and > 0
            ? new AspectRatio(height, width)
            : null;
    }

    private static CellSizeDefinition? CellSize(JsonKeys keys, string key)
    {
        // Nothing depends on it, so a strange one is no reason to refuse the model.
        if (!keys.TryGet(key, out JsonElement value) || value.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        JsonKeys size = keys.Object(key)!;
        bool known = size.TryGet("spatialReference", out JsonElement reference) && reference.ValueKind == JsonValueKind.Object;
        JsonKeys? system = known ? size.Object("spatialReference") : null;
        return size.Number("x") is double x and > 0 && size.Number("y") is double y and > 0
            ? new CellSizeDefinition(x, y, system?.Integer("wkid", 0, int.MaxValue), system?.Integer("latestWkid", 0, int.MaxValue))
            : null;
    }

    private static TrainedSettings Settings(JsonKeys keys)
    {
        int version = keys.Integer("Version", 1, int.MaxValue) ?? throw keys.Fail("Version", "is missing.");
        if (version > TrainedSettings.CurrentVersion)
        {
            throw keys.Fail(
                "Version", $"is {version}, newer than this ArcLearn reads ({TrainedSettings.CurrentVersion}); update the module.");
        }

        string sampleText = keys.Text("SampleType") ?? throw keys.Fail("SampleType", "is missing.");
        if (!Enum.TryParse(sampleText, out SampleType sample) || !char.IsLetter(sampleText[0]))
        {
            throw keys.Fail("SampleType", $"is '{SafeText.Show(sampleText)}', which is not one of {string.Join(", ", Enum.GetNames<SampleType>())}.");
        }

        int bands = keys.Integer("Bands", 1, 1 << 16) ?? throw keys.Fail("Bands", "is missing.");
        JsonKeys statistics = keys.Object("Normalization") ?? throw keys.Fail("Normalization", "is missing.");
        double scale = statistics.Number("Scale") ?? throw statistics.Fail("Scale", "is missing.");
        IReadOnlyList<float> mean = statistics.List("Mean", "a number", Single);
        IReadOnlyList<float> deviation = statistics.List("Deviation", "a positive number", PositiveSingle);
        if (!((float)scale > 0 && float.IsFinite((float)scale)))
        {
            throw statistics.Fail("Scale", "is not a positive number.");
        }

        if (mean.Count != bands || deviation.Count != bands)
        {
            throw keys.Fail("Normalization", $"has {mean.Count} means and {deviation.Count} deviations for {bands} bands.");
        }

        return new TrainedSettings
        {
            Version = version,
            Normalization = new Normalization((float)scale, mean, deviation, sample),
            CellSize = keys.Number("CellSize"),
            GroundSize = keys.List("GroundSize", "a positive number", Positive) is [double x, double y] ? new GroundSize(x, y) : null,
            Dropout = keys.Number("Dropout"),
            Bias = keys.Number("Bias"),
            Loss = Loss(keys),
            FocalLoss = keys.Flag("FocalLoss"),
            IsBodyCut = keys.TryGet("BodyCut", out _) ? keys.Flag("BodyCut") : null,
            LocationLossFactor = keys.Number("LocationLossFactor"),
            PixelLoss = keys.Object("PixelLoss") is JsonKeys loss ? PixelLoss(loss) : null,
            ChipsPerStep = keys.Integer("ChipsPerStep", 1, 10_000),
            ImageLoss = keys.Object("ImageLoss") is JsonKeys images ? ImageLoss(images) : null,
            Metrics = keys.Object("Metrics")?.Others()
                .ToDictionary(metric => metric.Key, metric => JsonKeys.AsNumber(metric.Value) ?? double.NaN, StringComparer.Ordinal)
                ?? [],
            Results = SavedResultsText.Read(keys),
        };
    }

    private static PixelLossOptions PixelLoss(JsonKeys keys)
    {
        IReadOnlyList<double> weights = keys.List("ClassWeights", "a number that is not negative", NotNegative);
        string average = keys.Text("DiceAverage") ?? nameof(DiceAverage.Micro);
        return new PixelLossOptions
        {
            IsBackgroundIgnored = keys.Flag("BackgroundIgnored"),
            ClassWeights = weights.Count > 0 ? weights : null,
            FocalLoss = keys.Flag("FocalLoss"),
            DiceFraction = keys.Number("DiceFraction") ?? 0,
            DiceAverage = Enum.GetNames<DiceAverage>().Contains(average, StringComparer.Ordinal)
                ? Enum.Parse<DiceAverage>(average)
                : throw keys.Fail("DiceAverage", $"is '{SafeText.Show(average)}', which is not one of {string.Join(", ", Enum.GetNames<DiceAverage>())}."),
        };
    }

    private static ImageLossOptions ImageLoss(JsonKeys keys)
    {
        IReadOnlyList<double> weights = keys.List("ClassWeights", "a number that is not negative", NotNegative);
        return new ImageLossOptions
        {
            IsMultiLabel = keys.Flag("MultiLabel"),
            ClassWeights = weights.Count > 0 ? weights : null,
            LabelSmoothing = keys.Number("LabelSmoothing") ?? 0,
            MixUp = keys.Number("MixUp") ?? 0,
        };
    }

    private static DetectorLoss Loss(JsonKeys keys) => keys.Text("Loss") switch
    {
        null or nameof(DetectorLoss.Reference) => DetectorLoss.Reference,
        nameof(DetectorLoss.Balanced) => DetectorLoss.Balanced,
        string text => throw keys.Fail("Loss", $"is '{SafeText.Show(text)}', which is not one of {string.Join(", ", Enum.GetNames<DetectorLoss>())}."),
    };

    private static int? GridSize(JsonElement item) => JsonKeys.AsInteger(item) is int cells and >= 1 and <= 1024 ? cells : null;

    private static int? BandIndex(JsonElement item) => JsonKeys.AsInteger(item) is int band and >= 0 ? band : null;

    private static double? Positive(JsonElement item) => JsonKeys.AsNumber(item) is double number and > 0 ? number : null;

    private static double? NotNegative(JsonElement item) => JsonKeys.AsNumber(item) is double number and >= 0 ? number : null;

    private static float? PositiveSingle(JsonElement item) => Single(item) is float number and > 0 ? number : null;

    private static float? Single(JsonElement item) =>
        item.ValueKind == JsonValueKind.Number && item.TryGetSingle(out float number) && float.IsFinite(number) ? number : null;

    /// <summary>Python writes NaN and Infinity, which JSON does not know: null in their place, outside of strings.</summary>
    /// <remarks>A string's closing quote is optional in the pattern, so that no text makes it search twice.</remarks>
    private static string WithoutNaN(string text) =>
        text.Contains("NaN", StringComparison.Ordinal) || text.Contains("Infinity", StringComparison.Ordinal)
            ? NaNOrString().Replace(text, match => match.Value[0] == '"' ? match.Value : "null")
            : text;

    [GeneratedRegex("""
        "(?>(?:[^"\\]|\\.)*)"?|\bNaN\b|-?\bInfinity\b
        """, RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex NaNOrString();
}
