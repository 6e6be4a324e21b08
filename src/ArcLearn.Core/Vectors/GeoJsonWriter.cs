using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ArcLearn.Core.Crs;
using ArcLearn.Core.IO;
using NetTopologySuite.Geometries;

namespace ArcLearn.Core.Vectors;

/// <summary>How the features of a GeoJSON file stand in it.</summary>
internal enum GeoJsonLayout
{
    /// <summary>In one FeatureCollection.</summary>
    Collection,

    /// <summary>One a line, without anything around them.</summary>
    Lines,

    /// <summary>One a line, each after a record separator (RFC 8142).</summary>
    TextSequence,
}

/// <summary>
/// Writes a FeatureCollection, one feature a line, in the layer's own coordinates with the <c>crs</c> member that GDAL and QGIS read; WGS 84
/// and layers without a reference go without it. Rings turn as RFC 7946 asks: outer ones counterclockwise.
/// A sequence has no place for a reference, so its features are brought to longitude and latitude on WGS 84.
/// </summary>
internal sealed class GeoJsonWriter : IFeatureWriter
{
    private const int FlushLength = 1 << 16;

    private readonly string _path;
    private readonly FileSet _set;
    private readonly IReadOnlyList<FieldDefinition> _fields;
    private readonly GeoJsonLayout _layout;
    private readonly ICoordinateTransform? _transform;
    private readonly ArrayBufferWriter<byte> _buffer = new(FlushLength);
    private readonly Utf8JsonWriter _json;
    private Stream? _stream;
    private string? _description;
    private long _id;

    /// <exception cref="LearnDataException">UnknownCrs or DatumShift: a sequence cannot be brought to WGS 84.</exception>
    public GeoJsonWriter(
        string path,
        string layerName,
        SpatialReference? crs,
        IReadOnlyList<FieldDefinition> fields,
        IFileSystem files,
        GeoJsonLayout layout = GeoJsonLayout.Collection,
        Action<string>? warn = null)
    {
        _layout = layout;
        if (layout != GeoJsonLayout.Collection && crs is not null)
        {
            SpatialReference wgs84 = CoordinateSystems.FromEpsg(4326);
            _transform = CoordinateTransforms.Create(crs, wgs84);
            if (_transform.Note is string note)
            {
                warn?.Invoke($"{Path.GetFileName(path)} is written in longitude and latitude on WGS 84. {note}");
            }

            crs = wgs84;
        }

        SpatialReference = crs;
        _path = path;
        _set = new FileSet(files);
        _fields = fields;

        // The default encoder escapes every letter beyond ASCII, for HTML's sake.
        _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        if (layout == GeoJsonLayout.Collection)
        {
            Header(layerName, GeoJsonCrs.NameFor(crs));
        }

        _stream = _set.Create(path);
    }

    public string Format => _layout == GeoJsonLayout.Collection ? "GeoJSON" : "GeoJSON sequence";

    public SpatialReference? SpatialReference { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The geometry has coordinates that are not finite, or a value does not fit its field.</exception>
    public void Write(Geometry geometry, IReadOnlyList<object?> values)
    {
        ObjectDisposedException.ThrowIf(_stream is null, this);
        geometry = _transform?.Apply(geometry) ?? geometry;
        FeatureValues.Check(geometry, values, _fields, LayerGeometry.Any);
        object?[] converted = [.. values.Select((value, i) => FeatureValues.Convert(value, _fields[i]))];
        _buffer.Write(_layout switch { GeoJsonLayout.Lines => ""u8, GeoJsonLayout.TextSequence => "\u001E"u8, _ => _id == 0 ? "\n"u8 : ",\n"u8 });
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteString("type"u8, "Feature"u8);
        _json.WriteNumber("id"u8, ++_id);
        _json.WriteStartObject("properties"u8);
        for (int i = 0; i < converted.Length; i++)
        {
            WriteValue(_fields[i].Name, converted[i]);
        }

        _json.WriteEndObject();
        _json.WritePropertyName("geometry"u8);
        GeoJsonGeometryWriter.Write(_json, geometry);
        _json.WriteEndObject();
        _json.Flush();
        if (_layout != GeoJsonLayout.Collection)
        {
            _buffer.Write("\n"u8);
        }

        if (_buffer.WrittenCount >= FlushLength)
        {
            Flush();
        }
    }

    public void Describe(string json) => _description = json;

    public void Complete()
    {
        ObjectDisposedException.ThrowIf(_stream is null, this);
        if (_layout == GeoJsonLayout.Collection)
        {
            _buffer.Write("\n]"u8);
            if (_description is not null)
            {
                _buffer.Write(Encoding.UTF8.GetBytes($",\n\"{LayerDescription.Member}\":{_description}"));
            }

            _buffer.Write("}\n"u8);
        }

        Flush();
        _stream.Flush();
        byte[]? beside = null;
        if (_layout != GeoJsonLayout.Collection && _description is not null)
        {
            _stream.Position = 0;
            beside = LayerDescription.Beside(_description, [(Path.GetFileName(_path), _stream)]);
        }

        _stream.Dispose();
        _stream = null;
        if (beside is not null)
        {
            using Stream stream = _set.Create(LayerDescription.PathBeside(_path));
            stream.Write(beside);
        }

        // What stood beside a layer that is replaced speaks of that one.
        _set.MoveIntoPlace(beside is null ? [LayerDescription.PathBeside(_path)] : []);
    }

    public void Dispose()
    {
        try
        {
            _stream?.Dispose();
        }
        catch (IOException)
        {
            // What was buffered is not wanted any more.
        }

        _stream = null;
        _json.Dispose();
        _set.Dispose();
    }

    private void Header(string layerName, string? crs)
    {
        _buffer.Write("{\"type\":\"FeatureCollection\",\"name\":"u8);
        _json.WriteStringValue(layerName);
        _json.Flush();
        _buffer.Write(",\n"u8);
        if (crs is not null)
        {
            _buffer.Write("\"crs\":{\"type\":\"name\",\"properties\":{\"name\":"u8);
            _json.Reset();
            _json.WriteStringValue(crs);
            _json.Flush();
            _buffer.Write("}},\n"u8);
        }

        _buffer.Write("\"features\":["u8);
    }

    private void WriteValue(string name, object? value)
    {
        switch (value)
        {
            case null:
                _json.WriteNull(name);
                break;
            case bool flag:
                _json.WriteBoolean(name, flag);
                break;
            case long integer:
                _json.WriteNumber(name, integer);
                break;
            case double real when double.IsInteger(real) && Math.Abs(real) < 1e15:
                // Readers take the field's type from its values: 1 would make it an integer field.
                _json.WritePropertyName(name);
                _json.WriteRawValue(real.ToString("F1", CultureInfo.InvariantCulture), skipInputValidation: true);
                break;
            case double real:
                _json.WriteNumber(name, real);
                break;
            default:
                _json.WriteString(name, (string)value);
                break;
        }
    }

    private void Flush()
    {
        _stream!.Write(_buffer.WrittenSpan);
        _buffer.ResetWrittenCount();
    }
}
