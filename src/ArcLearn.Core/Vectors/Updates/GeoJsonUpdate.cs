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
    private readonly IReadOnlyList<FieldUpdate> _fields;
    private readonly Stream _target;
    private readonly IEnumerator<JsonPart> _parts;
    private long _features;
    private bool _isDone;

    private GeoJsonUpdate(GeoJsonLayer layer, IReadOnlyList<FieldUpdate> fields, IFileSystem files)
    {
        (_path, _files, _fields) = (layer.Path, files, fields);
        _partial = FileSystemExtensions.PartialName(layer.Path);
        _parts = GeoJsonParts.Read(layer.Path, files).GetEnumerator();
        _target = files.Create(_partial);
    }

    public static GeoJsonUpdate Begin(GeoJsonLayer layer, IReadOnlyList<FieldUpdate> fields, IFileSystem files) => new(layer, fields, files);

    public void Set(long id, IReadOnlyList<object?> values)
    {
        while (_parts.MoveNext())
        {
            if (!_parts.Current.IsFeature || ++_features < id)
            {
                _target.Write(_parts.Current.Text);
                continue;
            }

            JsonObject feature = JsonNode.Parse(_parts.Current.Text)!.AsObject();
            if (feature["type"] is not JsonValue type || !type.TryGetValue(out string? text) || text != "Feature")
            {
                throw new LearnDataException("LayerReadOnly", $"{_path} holds bare geometries, which have no fields. Make features of them, as with 'ogr2ogr new.geojson old.geojson'.", _path);
            }

            if (feature["properties"] is not JsonObject properties)
            {
                feature["properties"] = properties = [];
            }

            for (int i = 0; i < _fields.Count; i++)
            {
                properties[_fields[i].Name] = JsonValue.Create(values[i]);
            }

            using Utf8JsonWriter writer = new(_target, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
            feature.WriteTo(writer);
            return;
        }
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
