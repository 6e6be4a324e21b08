using System.Text;
using ArcLearn.Core.Crs;
using ArcLearn.Core.IO;
using NetTopologySuite.Features;
using NetTopologySuite.Geometries;
using NetTopologySuite.IO.Esri;
using NetTopologySuite.IO.Esri.Dbf.Fields;
using NetTopologySuite.IO.Esri.Shapefiles.Writers;
using Writer = NetTopologySuite.IO.Esri.Shapefiles.Writers.ShapefileWriter;

namespace ArcLearn.Core.Vectors;

/// <summary>
/// Writes a Shapefile in UTF-8 with .prj and .cpg. All parts are made under hidden names and moved into place together. What the format
/// cuts (names to ten bytes, text to 254) is told.
/// </summary>
internal sealed class ShapefileWriter : IFeatureWriter
{
    internal const int LongestName = 10;
    internal const int LongestText = 254;
    private const long LargestFile = int.MaxValue;

    // Digits and decimals of a number field, as GDAL has them.
    private const int IntegerDigits = 18;
    internal const int RealDigits = 24;
    internal const int RealDecimals = 15;

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private static readonly string[] s_parts = [".shp", ".shx", ".dbf"];

    /// <summary>Indexes and metadata of other programs that belong to the layer that was there before.</summary>
    private static readonly string[] s_stale = [".sbn", ".sbx", ".qix", ".idm", ".ind", ".ain", ".aih", ".atx", ".shp.xml", ".qpj"];

    private readonly string _path;
    private readonly IFileSystem _files;
    private readonly IReadOnlyList<FieldDefinition> _fields;
    private readonly FeatureWriterOptions _options;
    private readonly FileSet _set;
    private readonly string[] _names;
    private readonly Dictionary<string, int> _cut = new(StringComparer.Ordinal);
    private readonly List<Stream> _streams = [];
    private Writer? _writer;
    private readonly List<(string Extension, byte[] Bytes)> _texts = [];
    private string? _description;

    public ShapefileWriter(string path, SpatialReference? crs, IReadOnlyList<FieldDefinition> fields, IFileSystem files, FeatureWriterOptions options)
    {
        if (options.Geometry == LayerGeometry.Any)
        {
            throw new LearnArgumentException("OutputName", $"{path} would hold geometries of several types, and a Shapefile holds one; write a .gpkg.");
        }

        (_path, _files, _fields, _options, SpatialReference) = (path, files, fields, options, crs);
        _names = ShortNames();
        string? prj = crs is null ? null : CoordinateSystems.ToEsriWkt(crs);
        if (crs is not null && prj is null)
        {
            options.Warn?.Invoke($"No well-known text is known for {crs}, so {Path.GetFileName(path)} gets no .prj.");
        }

        _set = new FileSet(files);
        try
        {
            Stream shp = Create(s_parts[0]), shx = Create(s_parts[1]), dbf = Create(s_parts[2]);
            AddText(".cpg", "UTF-8");
            if (prj is not null)
            {
                AddText(".prj", prj);
            }

            _writer = Shapefile.OpenWrite(shp, shx, dbf, null, new ShapefileWriterOptions(
                options.Geometry == LayerGeometry.Point ? ShapeType.Point : ShapeType.Polygon, [.. fields.Select((field, i) => ToField(field, _names[i]))])
            {
                Encoding = s_utf8,
            });
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Format => "Shapefile";

    public SpatialReference? SpatialReference { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The geometry is not of the layer's type, has coordinates that are not finite, or a value does not fit its field.</exception>
    /// <exception cref="IOException">A part grew beyond two gigabytes.</exception>
    public void Write(Geometry geometry, IReadOnlyList<object?> values)
    {
        ObjectDisposedException.ThrowIf(_writer is null, this);
        FeatureValues.Check(geometry, values, _fields, _options.Geometry);
        AttributesTable attributes = [];
        for (int i = 0; i < _names.Length; i++)
        {
            attributes.Add(_names[i], Value(FeatureValues.Convert(values[i], _fields[i]), _fields[i]));
        }

        _writer.Write(new Feature(geometry is Polygon polygon ? geometry.Factory.CreateMultiPolygon([polygon]) : geometry, attributes));
        if (_streams.Any(stream => stream.Position > LargestFile))
        {
            throw new IOException($"{_path} would grow beyond 2 GB, which a Shapefile cannot; write a .gpkg.");
        }
    }

    public void Describe(string json) => _description = json;

    public void Complete()
    {
        ObjectDisposedException.ThrowIf(_writer is null, this);
        _writer.Dispose();
        _writer = null;

        // Equal runs give equal bytes: the date of the change in the .dbf is a fixed one, 1970-01-01.
        Stream dbf = _streams[2];
        dbf.Position = 1;
        dbf.Write([70, 1, 1]);
        if (_description is not null)
        {
            _streams.ForEach(stream => stream.Position = 0);
            IEnumerable<(string, Stream)> parts = s_parts.Select((part, i) => (part, _streams[i])).Concat(_texts.Select(part => (part.Extension, (Stream)new MemoryStream(part.Bytes))));
            byte[] text = LayerDescription.Beside(_description, parts.Select(part => (Path.GetFileName(Path.ChangeExtension(_path, part.Item1)), part.Item2)));
            using Stream beside = _set.Create(LayerDescription.PathBeside(_path));
            beside.Write(text);
        }

        CloseStreams(flush: true);
        foreach ((string field, int count) in _cut)
        {
            _options.Warn?.Invoke($"{count} value(s) of the field {field} were cut to {LongestText} bytes, the most that a Shapefile holds.");
        }

        _set.MoveIntoPlace(s_stale.Select(extension => extension.StartsWith(".shp", StringComparison.Ordinal) ? _path + extension[4..] : Path.ChangeExtension(_path, extension)));
    }

    public void Dispose()
    {
        try
        {
            _writer?.Dispose();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // What was buffered is not wanted any more.
        }

        _writer = null;
        CloseStreams(flush: false);
        _set?.Dispose();
    }

    private static DbfField ToField(FieldDefinition field, string name) => field.Type switch
    {
        FieldType.Integer => new DbfNumericInt64Field(name, IntegerDigits),
        FieldType.Real => new DbfNumericDoubleField(name, RealDigits, RealDecimals),
        FieldType.Boolean => new DbfLogicalField(name),
        _ => new DbfCharacterField(name, LongestText),
    };

    private object? Value(object? value, FieldDefinition field)
    {
        if (value is long number && Math.Abs((decimal)number) >= 1_000_000_000_000_000_000m)
        {
            throw new ArgumentException($"The value {number} of the field {field.Name} has more than the {IntegerDigits} digits that a Shapefile holds.", nameof(value));
        }

        if (value is not string text || s_utf8.GetByteCount(text) <= LongestText)
        {
            return value;
        }

        _cut[field.Name] = _cut.GetValueOrDefault(field.Name) + 1;
        int length = Math.Min(text.Length, LongestText);
        while (s_utf8.GetByteCount(text.AsSpan(0, length)) > LongestText || char.IsHighSurrogate(text[length - 1]))
        {
            length--;
        }

        return text[..length];
    }

    /// <summary>Ten bytes each, all different.</summary>
    private string[] ShortNames()
    {
        HashSet<string> used = new(StringComparer.OrdinalIgnoreCase);
        string[] names = new string[_fields.Count];
        List<string> changed = [];
        for (int i = 0; i < names.Length; i++)
        {
            string wanted = string.Concat(_fields[i].Name.Select(c => char.IsAsciiLetterOrDigit(c) || c == '_' ? c : '_'));
            string name = wanted[..Math.Min(wanted.Length, LongestName)];
            for (int n = 1; !used.Add(name); n++)
            {
                string suffix = FormattableString.Invariant($"_{n}");
                name = wanted[..Math.Min(wanted.Length, LongestName - suffix.Length)] + suffix;
            }

            names[i] = name;
            if (name != _fields[i].Name)
            {
                changed.Add($"{_fields[i].Name} is {name}");
            }
        }

        if (changed.Count > 0)
        {
            _options.Warn?.Invoke($"Fields of {Path.GetFileName(_path)} have other names, since a Shapefile takes ten letters, digits and underscores: {string.Join(", ", changed)}.");
        }

        return names;
    }

    private Stream Create(string extension)
    {
        Stream stream = _set.Create(Path.ChangeExtension(_path, extension));
        _streams.Add(stream);
        return stream;
    }

    private void AddText(string extension, string text)
    {
        using Stream stream = _set.Create(Path.ChangeExtension(_path, extension));
        byte[] bytes = s_utf8.GetBytes(text);
        stream.Write(bytes);
        _texts.Add((extension, bytes));
    }

    private void CloseStreams(bool flush)
    {
        foreach (Stream stream in _streams)
        {
            try
            {
                stream.Dispose();
            }
            catch (IOException) when (!flush)
            {
            }
        }

        _streams.Clear();
    }
}
