using System.Text.Json;
using System.Text.Json.Nodes;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Vectors.Updates;

/// <summary>
/// An update of a GeoJSON file or sequence: a new one is made beside it, feature by feature, and takes its place at once. All other members stay as they are, in their order.
/// </summary>
internal sealed class GeoJsonUpdate : ILayerUpdate
{
    private readonly string _path;
    private readonly string _partial;
    private readonly IFileSystem _files;
    private readonly string[] _fields;
    private readonly Stream _target;
    private readonly IEnumerator<JsonPart> _parts;
    private long _features;
    private bool _isDone;

    private GeoJsonUpdate(GeoJsonLayer layer, IReadOnlyList<FieldUpdate> fields, IFileSystem files)
    {
        (_path, _files, _fields) = (layer.Path, files, [.. fields.Select(field => LayerUpdates.NameIn(layer, field))]);
        _partial = FileSystemExtensions.UpdateName(layer.Path);
        _parts = GeoJsonParts.Read(layer.Path, files).GetEnumerator();
        _target = files.Lock(_partial);
    }

    public static GeoJsonUpdate Begin(GeoJsonLayer layer, IReadOnlyList<FieldUpdate> fields, IFileSystem files) => new(layer, fields, files);

    /// <remarks>Features are told by their place: ids of GeoJSON may be missing, be equal or have any order.</remarks>
    public void Set(long ordinal, long id, IReadOnlyList<object?> values)
    {
        while (_parts.MoveNext())
        {
            if (!_parts.Current.IsFeature || ++_features < ordinal)
            {
                _target.Write(_parts.Current.Text);
                continue;
            }

            JsonObject feature = Fill(_parts.Current.Text, values);
            using Utf8JsonWriter writer = new(_target, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
            feature.WriteTo(writer);
            return;
        }

        throw FieldFaults.Changed(_path, $"it has {_features} feature(s) left");
    }

    public void Complete()
    {
        while (_parts.MoveNext())
        {
            _target.Write(_parts.Current.Text);
        }

        _target.Dispose();
        _parts.Dispose();
        _files.Move(_partial, _path, overwrite: true);
        _isDone = true;
    }

    private JsonObject Fill(byte[] text, IReadOnlyList<object?> values)
    {
        try
        {
            JsonObject feature = JsonNode.Parse(text)!.AsObject();
            if (feature["type"] is not JsonValue type || !type.TryGetValue(out string? named) || named != "Feature")
            {
                throw new LearnDataException("LayerReadOnly", $"{_path} holds bare geometries, which have no fields. Make features of them, as with 'ogr2ogr new.geojson old.geojson'.", _path);
            }

            if (feature["properties"] is not JsonObject properties)
            {
                feature["properties"] = properties = [];
            }

            for (int i = 0; i < _fields.Length; i++)
            {
                properties[_fields[i]] = JsonValue.Create(values[i]);
            }

            return feature;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or JsonException)
        {
            // Of two members of one name it cannot be said which is the field.
            throw new LearnFormatException($"in feature {_features}: {e.Message}", _path, line: null, e);
        }
    }

    public void Dispose()
    {
        _parts.Dispose();
        _target.Dispose();
        if (!_isDone)
        {
            FileSystemExtensions.TryDelete(_files, _partial);
        }
    }
}
