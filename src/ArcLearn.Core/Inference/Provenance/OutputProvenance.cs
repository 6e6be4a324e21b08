using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ArcLearn.Core.Inference;

/// <summary>
/// Where an output comes from, as it stands in the output itself (JSON). It holds nothing that differs between equal runs: no times, paths, workers, memory, resumes or shards.
/// </summary>
internal sealed record OutputProvenance
{
    private const string CurrentFormat = "ArcLearn provenance 1";

    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public string Format { get; init; } = CurrentFormat;

    /// <summary>The raster's name.</summary>
    public required string Source { get; init; }

    /// <summary>The layer's reference system; null for none.</summary>
    public string? SpatialReference { get; init; }

    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    public required int Tiles { get; init; }

    public required int SkippedTiles { get; init; }

    public int MaskedTiles { get; init; }

    public int FailedTiles { get; init; }

    /// <summary>Features of a layer, pixels of a raster.</summary>
    public required long Features { get; init; }

    /// <summary>See <see cref="Vectors.FeatureDigest"/> for a layer, <see cref="RasterDigest"/> for a raster.</summary>
    public required string Content { get; init; }

    /// <summary>Size and place of a raster; null for a layer.</summary>
    public string? Grid { get; init; }

    /// <summary>The run's identity: hashes of raster and model, arguments, versions.</summary>
    public required Dictionary<string, string> Run { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    /// <returns>Null for a text that is none.</returns>
    public static OutputProvenance? Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<OutputProvenance>(json, s_json) is { Format: CurrentFormat } found ? found : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
