using System.Text.Json;
using ArcLearn.Core.Crs;
using ArcLearn.Core.IO;
using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Vectors;

/// <summary>
/// A GeoJSON file: a FeatureCollection, a Feature or a bare geometry, or a sequence of these, one to a record. A first pass on opening finds the crs (which may stand after the
/// features) and the union of the fields; each <see cref="Read"/> is another pass. Both hold one feature at a time.
/// </summary>
internal sealed class GeoJsonLayer : IVectorLayer
{
    private readonly IFileSystem _files;
    private readonly bool _isSequence;
    private readonly FieldSet _set = new();
    private Dictionary<string, int> _index = [];

    private GeoJsonLayer(string path, IFileSystem files, bool isSequence)
    {
        _isSequence = isSequence;
        Path = path;
        Name = System.IO.Path.GetFileNameWithoutExtension(path);
        SpatialReference = CoordinateSystems.FromEpsg(4326);
        _files = files;
    }

    public string Path { get; }

    public string Name { get; private set; }

    public SpatialReference? SpatialReference { get; private set; }

    public bool IsCrsExplicit { get; private set; }

    public IReadOnlyList<FieldDefinition> Fields { get; private set; } = [];

    public string? Description { get; private set; }

    /// <exception cref="LearnFormatException">The JSON is broken, or is no GeoJSON; with the line.</exception>
    public static GeoJsonLayer Open(string path, string? name, IFileSystem files)
    {
        GeoJsonLayer layer = new(path, files, GeoJsonSequence.IsSequence(path, files));
        layer.Scan();
        return name is null || name.Equals(layer.Name, StringComparison.OrdinalIgnoreCase)
            ? layer
            : throw VectorLayers.LayerMissing(path, name, [layer.Name]);
    }

    public IEnumerable<VectorFeature> Read(Envelope? extent = null)
    {
        long ordinal = 0;
        foreach ((JsonDocument document, int line) in Walk(onMember: null))
        {
            using (document)
            {
                VectorFeature feature = ToFeature(document.RootElement, ++ordinal, line);
                if (feature.Meets(extent))
                {
                    yield return feature;
                }
            }
        }
    }

    public void Dispose()
    {
        // Files are open only during a pass.
    }

    private void Scan()
    {
        foreach ((JsonDocument document, int line) in Walk(TakeMember))
        {
            using (document)
            {
                if (Properties(document.RootElement, line) is JsonElement properties)
                {
                    AddFields(properties, line);
                }
            }
        }

        Fields = _set.ToFields();
        _index = Fields.Select((field, i) => (field.Name, i)).ToDictionary(pair => pair.Name, pair => pair.i, StringComparer.Ordinal);
    }

    private void AddFields(JsonElement properties, int line)
    {
        try
        {
            _set.Add(properties);
        }
        catch (InvalidOperationException e)
        {
            throw NotUnicode(line, e);
        }
    }

    /// <summary>What .NET throws for half a surrogate pair.</summary>
    private LearnFormatException NotUnicode(int line, InvalidOperationException e) =>
        new("has text with a broken \\u escape.", Path, line, e);

    private void TakeMember(string name, JsonElement value, int line)
    {
        if (name == "crs")
        {
            SpatialReference = GeoJsonCrs.Read(value, Path, line);
            IsCrsExplicit = SpatialReference is not null;
        }
        else if (name == "name" && value.AsText() is { Length: > 0 } text)
        {
            Name = text;
        }
        else if (name == LayerDescription.Member)
        {
            Description = value.GetRawText();
        }
    }

    /// <summary>The features with their lines.</summary>
    private IEnumerable<(JsonDocument Feature, int Line)> Walk(Action<string, JsonElement, int>? onMember) =>
        _isSequence ? WalkSequence() : WalkCollection(onMember);

    private IEnumerable<(JsonDocument Feature, int Line)> WalkSequence()
    {
        using GeoJsonSequence sequence = new(_files.OpenRead(Path), Path);
        while (sequence.Read() is (JsonDocument record, int line))
        {
            string? type = record.RootElement.ValueKind == JsonValueKind.Object && record.RootElement.TryGetProperty("type", out JsonElement named)
                ? named.AsText()
                : null;
            if (GeoJsonGeometry.IsGeometryType(type))
            {
                using (record)
                {
                    yield return (JsonSerializer.SerializeToDocument(new { type = "Feature", geometry = record.RootElement }), line);
                }
            }
            else if (type == "Feature")
            {
                yield return (record, line);
            }
            else
            {
                throw new LearnFormatException(
                    $"holds a record of the type {(type is null ? "(none)" : $"'{type}'")}; each record of a GeoJSON sequence is a Feature or a geometry.", Path, line);
            }
        }
    }

    /// <summary>A root that is itself a feature or a geometry comes last, as a whole.</summary>
    private IEnumerable<(JsonDocument Feature, int Line)> WalkCollection(Action<string, JsonElement, int>? onMember)
    {
        using GeoJsonReader reader = new(_files.OpenRead(Path), Path);
        if (reader.ReadToken() != JsonTokenType.StartObject)
        {
            throw new LearnFormatException("is JSON but not an object, as GeoJSON is.", Path, reader.Line);
        }

        int root = reader.Line;
        string? type = null;
        bool hasFeatures = false;
        Dictionary<string, JsonElement> single = [];
        while (reader.ReadName() is string name)
        {
            if (name == "features")
            {
                hasFeatures = true;
                if (reader.ReadToken() != JsonTokenType.StartArray)
                {
                    throw new LearnFormatException("the member 'features' is not an array.", Path, reader.Line);
                }

                while (reader.ReadValue() is JsonDocument feature)
                {
                    yield return (feature, reader.Line);
                }

                continue;
            }

            using JsonDocument value = reader.ReadValue()!;
            onMember?.Invoke(name, value.RootElement, reader.Line);
            if (name == "type")
            {
                type = value.RootElement.AsText();
            }

            if (name is "type" or "id" or "properties" or "geometry" or "coordinates" or "geometries")
            {
                single[name] = value.RootElement.Clone();
            }
        }

        reader.ReadEnd();
        if (type == "Feature" || GeoJsonGeometry.IsGeometryType(type))
        {
            object whole = type == "Feature" ? single : new { type = "Feature", geometry = single };
            yield return (JsonSerializer.SerializeToDocument(whole), root);
        }
        else if (type != "FeatureCollection" || !hasFeatures)
        {
            throw new LearnFormatException(
                $"is JSON but not GeoJSON: its type is {(type is null ? "missing" : $"'{type}'")}"
                + $"{(hasFeatures || type != "FeatureCollection" ? "" : " and it has no 'features'")}; a FeatureCollection, Feature or geometry was expected.",
                Path,
                root);
        }
    }

    private VectorFeature ToFeature(JsonElement feature, long ordinal, int line)
    {
        long id = feature.TryGetProperty("id", out JsonElement named) && named.ValueKind == JsonValueKind.Number && named.TryGetInt64(out long given)
            ? given
            : ordinal;
        try
        {
            Geometry? geometry = feature.TryGetProperty("geometry", out JsonElement shape) ? GeoJsonGeometry.Read(shape) : null;
            return new VectorFeature(id, geometry, Values(feature, line));
        }
        catch (InvalidOperationException e)
        {
            throw NotUnicode(line, e);
        }
        catch (FormatException e)
        {
            throw new LearnFormatException($"in feature {ordinal}, {e.Message}.", Path, line, e);
        }
    }

    private object?[] Values(JsonElement feature, int line)
    {
        object?[] values = new object?[Fields.Count];
        if (Properties(feature, line) is JsonElement properties)
        {
            foreach (JsonProperty property in properties.EnumerateObject())
            {
                if (_index.TryGetValue(property.Name, out int at))
                {
                    values[at] = FieldSet.Value(property.Value, Fields[at].Type);
                }
            }
        }

        return values;
    }

    /// <summary>The properties, or null where there are none.</summary>
    private JsonElement? Properties(JsonElement feature, int line)
    {
        if (feature.ValueKind != JsonValueKind.Object || !feature.TryGetProperty("type", out JsonElement type) || type.AsText() != "Feature")
        {
            throw new LearnFormatException("a member of 'features' is not an object of type 'Feature'.", Path, line);
        }

        if (!feature.TryGetProperty("properties", out JsonElement properties) || properties.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return properties.ValueKind == JsonValueKind.Object
            ? properties
            : throw new LearnFormatException("the 'properties' of a feature are not an object.", Path, line);
    }
}
