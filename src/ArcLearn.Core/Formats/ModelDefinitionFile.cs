using System.Text;
using System.Text.Json;
using ArcLearn.Core.Crs;
using ArcLearn.Core.Data;
using ArcLearn.Core.IO;
using ArcLearn.Core.Models;
using ArcLearn.Core.Reporting;

namespace ArcLearn.Core.Formats;

/// <summary>An edge of a pixel on the ground, in units of the reference system, as an EMD's MinCellSize and MaxCellSize give it.</summary>
/// <param name="Wkid">Esri's id of the reference system; null where the definition has none.</param>
/// <param name="LatestWkid">Its EPSG code, where that differs.</param>
internal sealed record CellSizeDefinition(double X, double Y, int? Wkid, int? LatestWkid)
{
    private const int WebMercator = 3857;
    private const int EsriWebMercator = 102100;

    /// <summary>A square pixel in a system known by its EPSG code; Web Mercator has an id of Esri's own.</summary>
    public static CellSizeDefinition Of(double size, int? epsg) => new(size, size, epsg == WebMercator ? EsriWebMercator : epsg, epsg);
}

/// <summary>What only ArcLearn says of a model, under the definition's key "ArcLearn": how input was prepared and training was set.</summary>
internal sealed record TrainedSettings
{
    /// <summary>The newest version of this object that can be read.</summary>
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;

    /// <summary>One mean and deviation per band.</summary>
    public required Normalization Normalization { get; init; }

    public int Bands => Normalization.Mean.Count;

    /// <summary>Ground size of a chip's pixel in map units; null without georeference.</summary>
    public double? CellSize { get; init; }

    /// <summary>The same on the ground, in metres; null where the unit of the map is not known, and in older files.</summary>
    public GroundSize? GroundSize { get; init; }

    public double? Dropout { get; init; }

    public double? Bias { get; init; }

    public DetectorLoss Loss { get; init; } = DetectorLoss.Reference;

    public bool FocalLoss { get; init; }

    /// <summary>Whether the backbone goes without its last stage; null where the file does not say.</summary>
    public bool? IsBodyCut { get; init; }

    public double? LocationLossFactor { get; init; }

    /// <summary>Of a pixel classifier; null for other models.</summary>
    public PixelLossOptions? PixelLoss { get; init; }

    /// <summary>Chips of a training step at least, of a pixel classifier that was told; else null.</summary>
    public int? ChipsPerStep { get; init; }

    /// <summary>Of an image classifier; null for other models.</summary>
    public ImageLossOptions? ImageLoss { get; init; }

    /// <summary>Numbers by name, such as ValidationLoss; written in ordinal order, one that is not finite as null.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>The trainings, and what was measured.</summary>
    public SavedResults Results { get; init; } = SavedResults.None;
}

/// <summary>
/// What an Esri model definition (.emd, JSON) says. A member is null or empty where the file lacks its key, has null there or
/// the example text of an exported template ("e.g. 256").
/// </summary>
internal sealed record ModelDefinitionFile
{
    /// <summary>By which ArcGIS finds arcgis.learn's inference functions.</summary>
    public const string LearnFramework = "arcgis.learn.models._inferencing";

    public const string DetectorConfiguration = "_DynamicSSD";
    public const string DetectorModelType = "ObjectDetection";
    public const string UnetConfiguration = "_unet";
    public const string PixelModelType = "ImageClassification";
    public const string ClassifierConfiguration = "_FeatureClassifier";

    /// <summary>Of arcgis.learn 1.6.</summary>
    public const string OldClassifierConfiguration = "_classifier";

    public const string ClassifierModelType = "ObjectClassification";
    public const int MaximumLength = 16 * 1024 * 1024;
    public const int MaximumDepth = 64;

    public string? Framework { get; init; }

    /// <summary>Where the file has an object here, its Name.</summary>
    public string? ModelConfiguration { get; init; }

    /// <summary>As written; <see cref="EffectiveModelType"/> fills the gap that older definitions leave.</summary>
    public string? ModelType { get; init; }

    public string? InferenceFunction { get; init; }

    /// <summary>As written, such as ".\trained.model"; relative to the definition.</summary>
    public string? ModelFile { get; init; }

    public int? ImageHeight { get; init; }

    public int? ImageWidth { get; init; }

    /// <summary>Band indices from 0; empty where the file gives none or names.</summary>
    public IReadOnlyList<int> ExtractBands { get; init; } = [];

    /// <summary>Band names where the file names the bands instead of counting them.</summary>
    public IReadOnlyList<string> ExtractBandNames { get; init; } = [];

    /// <summary>In the file's order; background is not among them (but values of 0 occur in foreign files).</summary>
    public IReadOnlyList<ClassDefinition> Classes { get; init; } = [];

    public string? Backbone { get; init; }

    public IReadOnlyList<int> Grids { get; init; } = [];

    public IReadOnlyList<double> Zooms { get; init; } = [];

    /// <summary>Height before width, as the anchors' coordinates.</summary>
    public IReadOnlyList<AspectRatio> Ratios { get; init; } = [];

    /// <summary>A file without it means 1.</summary>
    public int SsdVersion { get; init; } = 1;

    /// <summary>Of a pixel classifier: classes that it never learnt, from 1, and 0 where that is background (ignore_mapped_class).</summary>
    public IReadOnlyList<int> IgnoredClasses { get; init; } = [];

    /// <summary>Whether the model's input is scaled by statistics of its own.</summary>
    public bool IsMultispectral { get; init; }

    /// <summary>What arcgis.learn's statistics mean; null where the file has none that can be used.</summary>
    public Normalization? Statistics { get; init; }

    public CellSizeDefinition? MinCellSize { get; init; }

    public CellSizeDefinition? MaxCellSize { get; init; }

    /// <summary>Null in files of other programs.</summary>
    public TrainedSettings? Settings { get; init; }

    /// <summary>What was measured, under arcgis.learn's keys; for writing only.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> Results { get; init; } = [];

    /// <summary>All other keys as they were, in the file's order.</summary>
    public IReadOnlyList<KeyValuePair<string, JsonElement>> Other { get; init; } = [];

    /// <summary>The model type, from the configuration's name where the file states none; empty where neither tells.</summary>
    public string EffectiveModelType => ModelType ?? ModelConfiguration switch
    {
        DetectorConfiguration => DetectorModelType,
        UnetConfiguration => PixelModelType,
        OldClassifierConfiguration or ClassifierConfiguration => ClassifierModelType,
        _ => "",
    };

    /// <summary>Whether it says that its network is one of those that are built here.</summary>
    public bool IsOwn => ModelConfiguration is DetectorConfiguration or UnetConfiguration or ClassifierConfiguration or OldClassifierConfiguration;

    /// <param name="hasLines">Whether errors name the text's lines.</param>
    /// <exception cref="LearnFormatException">The text is not JSON, too large or too deep, or a key holds what it cannot mean.</exception>
    public static ModelDefinitionFile Parse(string path, string text, bool hasLines = true) => ModelDefinitionParser.Parse(path, text, hasLines);

    /// <inheritdoc cref="Parse"/>
    public static ModelDefinitionFile Read(IFileSystem files, string path)
    {
        using Stream stream = files.OpenRead(path);
        return Read(stream, path);
    }

    /// <inheritdoc cref="Parse"/>
    /// <param name="path">What to blame: the file, or the package and the entry in it.</param>
    public static ModelDefinitionFile Read(Stream stream, string path)
    {
        using StreamReader reader = new(stream);
        StringBuilder text = new();
        char[] buffer = new char[16 * 1024];
        for (int read; text.Length <= MaximumLength && (read = reader.ReadBlock(buffer)) > 0;)
        {
            text.Append(buffer, 0, read);
        }

        return Parse(path, text.ToString());
    }
}
