using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Vectors;

/// <summary>
/// A JSON text about a layer that goes with it: inside where the format has a place (GeoPackage: its metadata tables; GeoJSON: a member; PostGIS: the table's comment), else
/// in a file beside it, with the SHA-256 of the layer's files.
/// </summary>
internal static class LayerDescription
{
    /// <summary>The member of a GeoJSON object, and the mark in the name of a file beside a layer.</summary>
    public const string Member = "provenance";

    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string PathBeside(string layer) => $"{layer}.{Member}.json";

    /// <summary>The text of the file beside a layer.</summary>
    /// <param name="files">Names and contents; read from where they stand to their ends.</param>
    public static byte[] Beside(string description, IEnumerable<(string Name, Stream Content)> files)
    {
        JsonObject hashes = [];
        foreach ((string name, Stream content) in files)
        {
            hashes[name] = Convert.ToHexString(SHA256.HashData(content));
        }

        return JsonSerializer.SerializeToUtf8Bytes(new JsonObject { [Member] = JsonNode.Parse(description), ["files"] = hashes }, s_json);
    }

    /// <summary>The text inside a layer or beside it.</summary>
    /// <returns>Null where there is none; and the names of files that are not as they were when it was written.</returns>
    /// <exception cref="LearnFormatException">The file beside it is damaged.</exception>
    public static (string? Text, IReadOnlyList<string> Changed, bool IsBeside) Read(IVectorLayer layer, IFileSystem files)
    {
        string beside = PathBeside(layer.Path);
        if (layer.Description is not null || PostGisAddress.IsAddress(layer.Path) || !files.FileExists(beside))
        {
            return (layer.Description, [], false);
        }

        try
        {
            using Stream stream = files.OpenRead(beside);
            JsonNode root = JsonNode.Parse(stream) ?? throw new JsonException("It is empty.");
            List<string> changed = [];
            foreach ((string name, JsonNode? hash) in root["files"]!.AsObject())
            {
                string path = Path.Combine(Path.GetDirectoryName(layer.Path) ?? "", Path.GetFileName(name));
                if (!files.FileExists(path) || Hash(path, files) != hash?.GetValue<string>())
                {
                    changed.Add(name);
                }
            }

            return (root[Member]?.ToJsonString(s_json), changed, true);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException or FormatException)
        {
            throw new LearnFormatException($"is no description of a layer: {e.Message}", beside, inner: e);
        }
    }

    private static string Hash(string path, IFileSystem files)
    {
        using Stream stream = files.OpenRead(path);
        return Convert.ToHexString(SHA256.HashData(stream));
    }
}
