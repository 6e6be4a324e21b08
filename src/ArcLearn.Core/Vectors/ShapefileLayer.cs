using System.Buffers.Binary;
using System.Globalization;
using ArcLearn.Core.Crs;
using ArcLearn.Core.IO;
using NetTopologySuite.Geometries;
using NetTopologySuite.IO.Esri.Dbf;
using NetTopologySuite.IO.Esri.Dbf.Fields;

namespace ArcLearn.Core.Vectors;

/// <summary>
/// A Shapefile (ESRI Shapefile Technical Description, 1998): .shp and .dbf, a .prj with the reference and a .cpg with the text's encoding.
/// Heights and measures are dropped, deleted records passed over.
/// </summary>
internal sealed class ShapefileLayer : IVectorLayer
{
    private const int ShapeHeader = 100;
    private const int DbfHeader = 32;

    private readonly IFileSystem _files;
    private readonly string _dbf;
    private readonly System.Text.Encoding _encoding;

    private ShapefileLayer(string path, IFileSystem files)
    {
        Path = path;
        Name = System.IO.Path.GetFileNameWithoutExtension(path);
        _files = files;
        _dbf = Beside(path, ".dbf", files) ?? throw new LearnFormatException(
            $"is a Shapefile without its {Name}.dbf, which holds the fields; put it beside the .shp, with its .shx and .prj.", path);
        _encoding = ShapefileEncoding.Choose(Beside(path, ".cpg", files), _dbf, files);
        CheckSizes();
        SpatialReference = Beside(path, ".prj", files) is string prj ? CoordinateSystems.FromWkt(files.ReadAllText(prj), prj) : null;
        using Stream stream = files.OpenRead(_dbf);
        using DbfReader table = Guard(() => new DbfReader(stream, _encoding), 0);
        Fields = [.. table.Fields.Select(field => new FieldDefinition(field.Name, TypeOf(field)))];
    }

    public string Path { get; }

    public string Name { get; }

    /// <inheritdoc/>
    /// <remarks>Null without a .prj.</remarks>
    public SpatialReference? SpatialReference { get; }

    public bool IsCrsExplicit => SpatialReference is not null;

    public IReadOnlyList<FieldDefinition> Fields { get; }

    /// <summary>The .dbf.</summary>
    public string TablePath => _dbf;

    public System.Text.Encoding TextEncoding => _encoding;

    /// <exception cref="LearnFormatException">A part is missing, or broken.</exception>
    public static ShapefileLayer Open(string path, string? name, IFileSystem files)
    {
        ShapefileLayer layer = new(path, files);
        return name is null || name.Equals(layer.Name, StringComparison.OrdinalIgnoreCase)
            ? layer
            : throw VectorLayers.LayerMissing(path, name, [layer.Name]);
    }

    public IEnumerable<VectorFeature> Read(Envelope? extent = null)
    {
        using Stream stream = _files.OpenRead(_dbf);
        using DbfReader table = Guard(() => new DbfReader(stream, _encoding), 0);
        using ShapeReader shapes = new(_files.OpenRead(Path), Beside(Path, ".shx", _files) is string index ? _files.OpenRead(index) : null);
        long records = table.RecordCount;
        for (long ordinal = 1; ordinal <= records; ordinal++)
        {
            bool isDeleted = false;
            if (!Guard(() => table.Read(out isDeleted), ordinal))
            {
                yield break;
            }

            Geometry? geometry = Guard(shapes.Read, ordinal);
            VectorFeature feature = new(ordinal, geometry, Guard(() => Values(table), ordinal));
            if (!isDeleted && feature.Meets(extent))
            {
                yield return feature;
            }
        }
    }

    public void Dispose()
    {
        // Files are open only during a pass.
    }

    /// <summary>The file of the same name and another extension, whichever case that is in; null where there is none.</summary>
    private static string? Beside(string path, string extension, IFileSystem files) =>
        new[] { extension, extension.ToUpperInvariant() }.Select(e => System.IO.Path.ChangeExtension(path, e)).FirstOrDefault(files.FileExists);

    private static object?[] Values(DbfReader table)
    {
        object?[] values = new object?[table.Fields.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = table.Fields[i].Value switch
            {
                null or "" => null,
                string text => text,
                bool flag => flag,
                DateTime date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                double or float or decimal => Convert.ToDouble(table.Fields[i].Value, CultureInfo.InvariantCulture),
                object number => Convert.ToInt64(number, CultureInfo.InvariantCulture),
            };
        }

        return values;
    }

    private static FieldType TypeOf(DbfField field) => field.FieldType switch
    {
        DbfType.Logical => FieldType.Boolean,
        DbfType.Numeric or DbfType.Float => field.NumericScale == 0 && field.FieldType == DbfType.Numeric ? FieldType.Integer : FieldType.Real,
        _ => FieldType.Text,
    };

    /// <summary>What a header says of its file is checked before the library believes it.</summary>
    private void CheckSizes()
    {
        long shapes = CheckShapes(Path);
        byte[] header = Start(_dbf, DbfHeader, out long length);
        long records = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4));
        int first = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(8));
        int size = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(10));
        if (first < DbfHeader || size == 0 || first + (records * size) > length)
        {
            throw new LearnFormatException($"should hold {records} records of {size} bytes and has {length} bytes: it is cut off or damaged.", _dbf);
        }

        if (Beside(Path, ".shx", _files) is string index)
        {
            shapes = (CheckShapes(index) - ShapeHeader) / 8;
            if (shapes != records)
            {
                throw new LearnFormatException($"has {shapes} shapes and {System.IO.Path.GetFileName(_dbf)} {records} records: the files do not belong together.", Path);
            }
        }
    }

    /// <summary>The length of a .shp or .shx in bytes.</summary>
    private long CheckShapes(string path)
    {
        byte[] header = Start(path, ShapeHeader, out long length);
        long stated = 2L * BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(24));
        return stated >= ShapeHeader && stated <= length
            ? stated
            : throw new LearnFormatException($"says that it has {stated} bytes and has {length}: it is cut off or damaged.", path);
    }

    private byte[] Start(string path, int count, out long length)
    {
        using Stream stream = _files.OpenRead(path);
        length = stream.Length;
        byte[] start = new byte[count];
        return stream.ReadAtLeast(start, count, throwOnEndOfStream: false) == count
            ? start
            : throw new LearnFormatException($"has {length} bytes, less than the header of a Shapefile's part.", path);
    }

    /// <summary>The library throws of many kinds on damaged bytes: a count that lies runs beyond arrays or memory.</summary>
    private T Guard<T>(Func<T> read, long ordinal)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is EndOfStreamException or not IOException and not UnauthorizedAccessException and not LearnFormatException)
        {
            string where = ordinal == 0 ? "" : FormattableString.Invariant($" at record {ordinal}");
            throw new LearnFormatException($"is a damaged Shapefile{where}: {e.Message}", Path, line: null, e);
        }
    }
}
