using System.Text.Encodings.Web;
using System.Text.Json;

namespace ArcLearn;

/// <summary>What a model needs of a raster and of this machine, and the arguments that its inference takes.</summary>
public sealed record LearnModelInfo
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The model's name.</summary>
    public required string Name { get; init; }

    /// <summary>What it does, such as ObjectDetection; empty where its definition does not tell.</summary>
    public required string ModelType { get; init; }

    /// <summary>The framework that its definition names; empty where it names none.</summary>
    public required string Framework { get; init; }

    /// <summary>The framework's name for this kind of model, such as _DynamicSSD; empty where there is none.</summary>
    public required string ModelConfiguration { get; init; }

    /// <summary>The backbone; empty where the definition names none.</summary>
    public required string Backbone { get; init; }

    /// <summary>The classes, in the definition's order.</summary>
    public required IReadOnlyList<ClassDefinition> Classes { get; init => field = value.ToArray(); }

    /// <summary>How many bands go into the model; null where the definition does not tell.</summary>
    public required int? Bands { get; init; }

    /// <summary>Which they are, from 0; empty where the definition does not tell or names them.</summary>
    public required IReadOnlyList<int> ExtractBands { get; init => field = value.ToArray(); }

    /// <summary>Their names; empty where the definition does not name them.</summary>
    public required IReadOnlyList<string> BandNames { get; init => field = value.ToArray(); }

    /// <summary>Columns of its chip; null where the definition does not tell.</summary>
    public required int? ImageWidth { get; init; }

    /// <summary>Rows of its chip; null where the definition does not tell.</summary>
    public required int? ImageHeight { get; init; }

    /// <summary>The type of the samples that it was trained on, such as UInt8; empty where the definition does not tell.</summary>
    public required string SampleType { get; init; }

    /// <summary>Width and height of a pixel that it was trained on, in units of <see cref="SpatialReference"/>; empty where the definition does not tell.</summary>
    public required IReadOnlyList<double> CellSize { get; init => field = value.ToArray(); }

    /// <summary>The same on the ground, in metres; empty where the definition does not tell.</summary>
    public required IReadOnlyList<double> GroundSize { get; init => field = value.ToArray(); }

    /// <summary>The EPSG code, or Esri's, of the system that <see cref="CellSize"/> is in; null where the definition does not tell.</summary>
    public required int? SpatialReference { get; init; }

    /// <summary>The file of weights, as the definition names it; empty where it names none.</summary>
    public required string ModelFile { get; init; }

    /// <summary>Whether the model can be used here: a framework that is known, a definition that says what is needed, and weights that are there and sound.</summary>
    public required bool IsUsable { get; init; }

    /// <summary>Why not; empty where it can.</summary>
    public required string Reason { get; init; }

    /// <summary>Where it lies; empty for a model in hand, and for a definition that is no file.</summary>
    public required string Path { get; init; }

    /// <summary>What -ModelArguments takes for this model.</summary>
    public required IReadOnlyList<ModelArgument> Arguments { get; init => field = value.ToArray(); }

    /// <summary>All of it as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, s_json);
}
