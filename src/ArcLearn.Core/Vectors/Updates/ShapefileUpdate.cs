using System.Globalization;
using System.Text;
using ArcLearn.Core.IO;
using System.Buffers.Binary;

namespace ArcLearn.Core.Vectors.Updates;

/// <summary>
/// An update of a Shapefile's table (dBASE III, as the Shapefile's description has it): a new one is made beside it, record by record, and takes its place at once. Shapes and their index stay.
/// </summary>
internal sealed class ShapefileUpdate : ILayerUpdate
{
    private const int Header = 32;
    private const int Descriptor = 32;
    private const byte End = 0x0D;

    private readonly string _path;
    private readonly string _partial;
    private readonly IFileSystem _files;
    private readonly Encoding _encoding;
    private readonly Stream _source;
    private readonly Stream _target;
    private readonly Column[] _columns;
    private readonly byte[] _old;
    private readonly byte[] _new;
    private readonly long _records;
    private long _written;
    private bool _isDone;

    private ShapefileUpdate(string path, IFileSystem files, Encoding encoding, Table table, IReadOnlyList<Column> columns)
    {
        (_path, _files, _encoding, _records) = (path, files, encoding, table.Records);
        _partial = FileSystemExtensions.UpdateName(path);
        _columns = [.. columns];
        _old = new byte[table.RecordLength];
        _new = new byte[table.RecordLength + _columns.Where(column => column.IsNew).Sum(column => column.Length)];
        _source = files.OpenRead(path);
        try
        {
            _target = files.Lock(_partial);
            WriteHeader(table);
            _source.Position = table.First;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public static ShapefileUpdate Begin(ShapefileLayer layer, IReadOnlyList<FieldUpdate> fields, IFileSystem files)
    {
        Table table = Table.Read(layer.TablePath, files);
        List<Column> columns = [];
        int length = table.RecordLength;
        foreach (FieldUpdate field in fields)
        {
            RequireLetters(layer, field);
            int longest = field.Bytes(layer.TextEncoding);
            Column? known = table.Columns.FirstOrDefault(column => LayerUpdates.Same(column.Name, field.Name));
            if (known is not null)
            {
                columns.Add(longest <= known.Length ? known : throw FieldFaults.TooShort(layer.Path, field.Name, known.Length, longest, "bytes"));
                continue;
            }

            byte[] name = layer.TextEncoding.GetBytes(field.Name);
            if (name.Length > ShapefileWriter.LongestName)
            {
                throw new LearnDataException(
                    "FieldName", $"A Shapefile's fields have names of at most {ShapefileWriter.LongestName} bytes; '{field.Name}' has {name.Length}. Choose a shorter one, or write a .gpkg.", layer.Path);
            }

            if (longest > ShapefileWriter.LongestText)
            {
                throw FieldFaults.TooShort(layer.Path, field.Name, ShapefileWriter.LongestText, longest, "bytes");
            }

            Column added = field.Type == FieldType.Text
                ? new Column(field.Name, 'C', length, Math.Max(1, longest), 0, IsNew: true)
                : new Column(field.Name, 'N', length, ShapefileWriter.RealDigits, field.Type == FieldType.Integer ? 0 : ShapefileWriter.RealDecimals, IsNew: true);
            length += added.Length;
            columns.Add(added);
        }

        return new ShapefileUpdate(layer.TablePath, files, layer.TextEncoding, table, columns);
    }

    /// <remarks>The id is the number of the record, deleted ones counted.</remarks>
    public void Set(long ordinal, long id, IReadOnlyList<object?> values)
    {
        if (id > _records)
        {
            throw FieldFaults.Changed(_path, $"it has {_records} record(s) left");
        }

        CopyUntil(id - 1);
        Next();
        for (int i = 0; i < _columns.Length; i++)
        {
            Put(_columns[i], values[i]);
        }

        _target.Write(_new);
    }

    public void Complete()
    {
        CopyUntil(_records);
        _target.WriteByte(0x1A);
        _target.Dispose();
        _source.Dispose();
        _files.Move(_partial, _path, overwrite: true);
        _isDone = true;
    }

    public void Dispose()
    {
        _source?.Dispose();
        _target?.Dispose();
        if (!_isDone)
        {
            FileSystemExtensions.TryDelete(_files, _partial);
        }
    }

    private void WriteHeader(Table table)
    {
        Column[] added = [.. _columns.Where(column => column.IsNew)];
        byte[] header = new byte[table.First + (added.Length * Descriptor)];
        table.Header.AsSpan(0, table.DescriptorsEnd).CopyTo(header);
        int at = table.DescriptorsEnd;
        foreach (Column column in added)
        {
            _encoding.GetBytes(column.Name).CopyTo(header.AsSpan(at));
            header[at + 11] = (byte)column.Type;
            header[at + 16] = (byte)column.Length;
            header[at + 17] = (byte)column.Decimals;
            at += Descriptor;
        }

        // What follows the descriptors: their end, and what a program may have put behind it.
        table.Header.AsSpan(table.DescriptorsEnd).CopyTo(header.AsSpan(at));
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), checked((ushort)header.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(10), checked((ushort)_new.Length));
        _target.Write(header);
    }

    /// <exception cref="LearnDataException">FieldText: a text has letters that the table cannot hold.</exception>
    private static void RequireLetters(ShapefileLayer layer, FieldUpdate field)
    {
        if (field.Texts.FirstOrDefault(text => layer.TextEncoding.GetString(layer.TextEncoding.GetBytes(text)) != text) is string lost)
        {
            throw new LearnDataException(
                "FieldText", $"'{lost}' cannot be written to {layer.Path}, whose text is in {layer.TextEncoding.WebName}. Rename the class, or copy the layer in UTF-8, as with 'ogr2ogr -lco ENCODING=UTF-8 new.shp old.shp'.", layer.Path);
        }
    }

    /// <summary>Copies records without new values.</summary>
    private void CopyUntil(long record)
    {
        while (_written < record)
        {
            Next();
            _target.Write(_new);
        }
    }

    /// <summary>Reads the next record, with its new fields blank.</summary>
    private void Next()
    {
        _source.ReadExactly(_old);
        _old.CopyTo(_new, 0);
        _new.AsSpan(_old.Length).Fill((byte)' ');
        _written++;
    }

    private void Put(Column column, object? value)
    {
        Span<byte> place = _new.AsSpan(column.Offset, column.Length);
        place.Fill((byte)' ');
        if (value is string text)
        {
            _encoding.GetBytes(text).CopyTo(place);
        }
        else if (value is not null)
        {
            // A narrow column has room for fewer decimals than it declares.
            int decimals = Math.Clamp(column.Length - 2, 0, column.Decimals);
            string number = Convert.ToDouble(value, CultureInfo.InvariantCulture).ToString($"F{decimals}", CultureInfo.InvariantCulture);
            Encoding.ASCII.GetBytes(number.Length <= column.Length ? number : number[..column.Length]).CopyTo(place[Math.Max(0, column.Length - number.Length)..]);
        }
    }

    private sealed record Column(string Name, char Type, int Offset, int Length, int Decimals, bool IsNew = false);

    /// <summary>A table's header.</summary>
    private sealed record Table(byte[] Header, int DescriptorsEnd, long Records, int First, int RecordLength, IReadOnlyList<Column> Columns)
    {
        public static Table Read(string path, IFileSystem files)
        {
            using Stream stream = files.OpenRead(path);
            byte[] start = new byte[ShapefileUpdate.Header];
            stream.ReadExactly(start);
            int first = BinaryPrimitives.ReadUInt16LittleEndian(start.AsSpan(8));
            byte[] header = new byte[first];
            start.CopyTo(header, 0);
            stream.ReadExactly(header.AsSpan(start.Length));
            List<Column> columns = [];
            int offset = 1;                                             // behind the mark of deletion
            int at = ShapefileUpdate.Header;
            for (; at + Descriptor <= first && header[at] != End; at += Descriptor)
            {
                int end = header.AsSpan(at, 11).IndexOf((byte)0);
                string name = Encoding.Latin1.GetString(header, at, end < 0 ? 11 : end);
                columns.Add(new Column(name, (char)header[at + 11], offset, header[at + 16], header[at + 17]));
                offset += header[at + 16];
            }

            return new Table(header, at, BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(4)), first, BinaryPrimitives.ReadUInt16LittleEndian(start.AsSpan(10)), columns);
        }
    }
}
