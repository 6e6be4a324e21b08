using ArcLearn.Core.Crs;
using ArcLearn.Core.IO;
using Microsoft.Data.Sqlite;
using NetTopologySuite.Geometries;
using NetTopologySuite.IO;

namespace ArcLearn.Core.Vectors;

/// <summary>A feature table of a GeoPackage, read in the order of its ids. SQLite opens the file itself, read-only.</summary>
internal sealed class GeoPackageLayer : IVectorLayer
{
    private readonly SqliteConnection _connection;
    private readonly string _geometryColumn;
    private readonly string? _idColumn;         // in SQL

    private GeoPackageLayer(string path, SqliteConnection connection, GeoPackageTable table)
    {
        Path = path;
        Name = table.Name;
        _connection = connection;
        _geometryColumn = table.GeometryColumn;
        SpatialReference = ReadReference(table.SrsId);
        (Fields, KeyField) = ReadColumns(table);
        _idColumn = KeyField is null ? null : GeoPackageFile.Quote(KeyField);
        Description = HasTable(GeoPackageSchema.MetadataTable) ? ReadDescription() : null;
    }

    public string Path { get; }

    public string Name { get; }

    /// <inheritdoc/>
    /// <remarks>Null for the srs_id −1 and 0, undefined Cartesian and undefined geographic.</remarks>
    public SpatialReference? SpatialReference { get; }

    public bool IsCrsExplicit => SpatialReference is not null;

    public IReadOnlyList<FieldDefinition> Fields { get; }

    public string? Description { get; }

    /// <inheritdoc/>
    /// <remarks>The primary key; null for a view.</remarks>
    public string? KeyField { get; }

    /// <summary>The same in SQL.</summary>
    public string? IdColumn => _idColumn;

    /// <exception cref="LearnFormatException">The file is a SQLite database without a feature layer, or a damaged one.</exception>
    /// <exception cref="LearnDataException">LayerMissing.</exception>
    public static GeoPackageLayer Open(string path, string? name, IFileSystem files)
    {
        SqliteConnection? connection = null;
        try
        {
            connection = GeoPackageFile.OpenRead(path, files);
            IReadOnlyList<GeoPackageTable> tables = GeoPackageTable.List(connection, path);
            GeoPackageTable? table = name is null
                ? tables[0]
                : tables.FirstOrDefault(t => t.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
            return table is null
                ? throw VectorLayers.LayerMissing(path, name!, tables.Select(t => t.Name))
                : new GeoPackageLayer(path, connection, table);
        }
        catch (Exception e)
        {
            connection?.Dispose();
            if (GeoPackageFile.IsBadContent(e))
            {
                throw GeoPackageFile.Describe(e, path);
            }

            throw;
        }
    }

    /// <summary>All feature layers of a file that is known to have one.</summary>
    public static IReadOnlyList<string> Names(string path, IFileSystem files)
    {
        using SqliteConnection connection = GeoPackageFile.OpenRead(path, files);
        return [.. GeoPackageTable.List(connection, path).Select(table => table.Name)];
    }

    public IEnumerable<VectorFeature> Read(Envelope? extent = null)
    {
        using SqliteCommand command = _connection.CreateCommand();
        string[] names = [_idColumn ?? "NULL", GeoPackageFile.Quote(_geometryColumn), .. Fields.Select(field => GeoPackageFile.Quote(field.Name))];
        string order = _idColumn is null ? "" : $" ORDER BY {_idColumn}";
        string where = "";
        if (extent is not null && _idColumn is not null && HasIndex())
        {
            // The index holds single precision, rounded outwards: it finds all that meet the extent and a few more.
            where = $" WHERE {_idColumn} IN (SELECT id FROM {GeoPackageFile.Quote(IndexName)} WHERE maxx >= $minx AND minx <= $maxx AND maxy >= $miny AND miny <= $maxy)";
            command.Parameters.AddWithValue("$minx", extent.MinX);
            command.Parameters.AddWithValue("$maxx", extent.MaxX);
            command.Parameters.AddWithValue("$miny", extent.MinY);
            command.Parameters.AddWithValue("$maxy", extent.MaxY);
        }

        command.CommandText = $"SELECT {string.Join(", ", names)} FROM {GeoPackageFile.Quote(Name)}{where}{order}";
        using SqliteDataReader rows = Guard(command.ExecuteReader);
        long ordinal = 0;
        while (Guard(rows.Read))
        {
            ordinal++;
            VectorFeature feature = Guard(() => ReadFeature(rows, ordinal));
            if (feature.Meets(extent))
            {
                yield return feature;
            }
        }
    }

    private string IndexName => $"rtree_{Name}_{_geometryColumn}";

    private bool HasIndex() => HasTable(IndexName);

    private bool HasTable(string name) => Guard(() =>
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND lower(name) = lower($name)";
        command.Parameters.AddWithValue("$name", name);
        return (long)command.ExecuteScalar()! > 0;
    });

    private string? ReadDescription()
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = $"SELECT m.metadata FROM {GeoPackageSchema.MetadataTable} m JOIN gpkg_metadata_reference r ON r.md_file_id = m.id "
            + $"WHERE m.md_standard_uri = '{GeoPackageSchema.MetadataStandard}' AND lower(r.table_name) = lower($table)";
        command.Parameters.AddWithValue("$table", Name);
        return command.ExecuteScalar() as string;
    }

    public void Dispose() => _connection.Dispose();

    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (GeoPackageFile.IsBadContent(e))
        {
            throw GeoPackageFile.Describe(e, Path);
        }
    }

    private VectorFeature ReadFeature(SqliteDataReader rows, long ordinal)
    {
        long id = rows.IsDBNull(0) ? ordinal : rows.GetInt64(0);
        object?[] values = new object?[Fields.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Value(rows.GetValue(i + 2), Fields[i].Type);
        }

        return new VectorFeature(id, rows.IsDBNull(1) ? null : ReadGeometry(rows, id), values);
    }

    private Geometry ReadGeometry(SqliteDataReader rows, long id)
    {
        try
        {
            GeoPackageGeoReader reader = new() { HandleOrdinates = Ordinates.XY };
            return reader.Read(rows.GetFieldValue<byte[]>(1));
        }
        catch (Exception e) when (e is not SqliteException)
        {
            // The reader throws many kinds for curves, which it does not know, and for damaged bytes: a count of points that is too large is out of memory.
            throw new LearnFormatException(
                $"the geometry of feature {id} in layer '{Name}' cannot be read: {e.Message}", Path, line: null, e);
        }
    }

    /// <summary>SQLite's own types: a column may hold anything, whatever its declared type.</summary>
    private static object? Value(object value, FieldType type) => value switch
    {
        DBNull or byte[] => null,
        long number when type == FieldType.Boolean => number != 0,
        long number when type == FieldType.Real => (double)number,
        _ => value,
    };

    private SpatialReference? ReadReference(long srsId)
    {
        if (srsId is -1 or 0)
        {
            return null;
        }

        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = "SELECT srs_name, organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = $id";
        command.Parameters.AddWithValue("$id", srsId);
        using SqliteDataReader row = command.ExecuteReader();
        if (!row.Read())
        {
            throw new LearnFormatException($"layer '{Name}' has the srs_id {srsId}, which gpkg_spatial_ref_sys does not list.", Path);
        }

        string name = row.GetString(0);
        string definition = row.IsDBNull(3) ? "" : row.GetString(3);
        if (row.GetString(1).Equals("EPSG", StringComparison.OrdinalIgnoreCase))
        {
            SpatialReference known = CoordinateSystems.FromEpsg(row.GetInt32(2));
            return known.Wkt is null && definition.Contains('[', StringComparison.Ordinal) ? known with { Name = name, Wkt = definition } : known;
        }

        return definition.Contains('[', StringComparison.Ordinal)
            ? CoordinateSystems.FromWkt(definition, Path)
            : new SpatialReference(name, null, null);
    }

    private (IReadOnlyList<FieldDefinition> Fields, string? Key) ReadColumns(GeoPackageTable table)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = "SELECT name, type, pk FROM pragma_table_info($table) ORDER BY cid";
        command.Parameters.AddWithValue("$table", table.Name);
        using SqliteDataReader rows = command.ExecuteReader();
        List<FieldDefinition> fields = [];
        string? id = null;
        while (rows.Read())
        {
            string name = rows.GetString(0);
            FieldType? type = GeoPackageTable.TypeOf(rows.GetString(1));
            if (rows.GetInt32(2) == 1 && type == FieldType.Integer)
            {
                id = name;
            }
            else if (type is FieldType known && !name.Equals(_geometryColumn, StringComparison.OrdinalIgnoreCase))
            {
                fields.Add(new FieldDefinition(name, known));
            }
        }

        return (fields, id);
    }
}
