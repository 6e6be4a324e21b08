using ArcLearn.Core.Crs;
using NetTopologySuite.Geometries;
using NetTopologySuite.IO;
using Npgsql;
using NpgsqlTypes;

namespace ArcLearn.Core.Vectors;

/// <summary>
/// Writes a new table into a PostGIS database by binary COPY, in one transaction: the table is there when it is complete, or not at all.
/// The transaction begins with the first feature, since a server may end one that is idle while a model runs.
/// </summary>
internal sealed class PostGisWriter : IFeatureWriter
{
    private const string IdColumn = "fid";
    private const string GeometryColumn = "geom";

    private readonly PostGisAddress _address;
    private readonly IReadOnlyList<FieldDefinition> _fields;
    private readonly FeatureWriterOptions _options;
    private readonly bool _force;
    private readonly int _srid;
    private readonly string _column;
    private readonly WKBWriter _geometry;
    private NpgsqlConnection? _connection;
    private NpgsqlTransaction? _transaction;
    private NpgsqlBinaryImporter? _import;
    private long _id;
    private string? _description;
    private bool _isClosed;

    /// <exception cref="OutputExistsException">The table exists and <paramref name="force"/> is false.</exception>
    /// <exception cref="LearnDataException">UnknownCrs: the database does not list the reference. DatabaseUnavailable, DatabaseMissing, TableMissing.</exception>
    public PostGisWriter(PostGisAddress address, SpatialReference? crs, IReadOnlyList<FieldDefinition> fields, bool force, FeatureWriterOptions options)
    {
        (_address, _fields, _force, _options, SpatialReference) = (address, fields, force, options, crs);
        _column = address.Column ?? GeometryColumn;
        _srid = PostGisErrors.Guard(address, () =>
        {
            using NpgsqlConnection connection = PostGisLayer.Connect(address);
            RequireFree(connection);
            return crs is null ? 0 : FindSrid(connection, crs);
        });

        // ISO WKB has no place for a reference; PostGIS reads its own extension of it.
        _geometry = new WKBWriter(ByteOrder.LittleEndian, handleSRID: true) { HandleOrdinates = Ordinates.XY };
    }

    public string Format => "PostGIS";

    public SpatialReference? SpatialReference { get; }

    private string Table => $"{PostGisLayer.Quote(_address.Schema)}.{PostGisLayer.Quote(_address.Table)}";

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The geometry is not of the layer's type, has coordinates that are not finite, or a value does not fit its field.</exception>
    public void Write(Geometry geometry, IReadOnlyList<object?> values)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        FeatureValues.Check(geometry, values, _fields, _options.Geometry);
        PostGisErrors.Guard(_address, () =>
        {
            NpgsqlBinaryImporter import = _import ??= Begin();
            import.StartRow();
            import.Write(++_id, NpgsqlDbType.Bigint);
            import.Write(Blob(geometry), NpgsqlDbType.Bytea);
            for (int i = 0; i < _fields.Count; i++)
            {
                WriteValue(import, FeatureValues.Convert(values[i], _fields[i]), _fields[i].Type);
            }

            return _id;
        });
    }

    public void Describe(string json) => _description = json;

    public void Complete()
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        PostGisErrors.Guard(_address, () =>
        {
            NpgsqlBinaryImporter import = _import ??= Begin();
            import.Complete();
            import.Dispose();
            Execute($"CREATE INDEX ON {Table} USING gist ({PostGisLayer.Quote(_column)})");
            if (_description is not null)
            {
                // COMMENT takes no parameters.
                Execute($"COMMENT ON TABLE {Table} IS '{_description.Replace("'", "''", StringComparison.Ordinal)}'");
            }

            _transaction!.Commit();
            return _id;
        });
        Close();
    }

    public void Dispose() => Close();

    internal static void WriteValue(NpgsqlBinaryImporter import, object? value, FieldType type)
    {
        switch (value)
        {
            case null:
                import.WriteNull();
                break;
            case long integer:
                import.Write(integer, NpgsqlDbType.Bigint);
                break;
            case double real:
                import.Write(real, NpgsqlDbType.Double);
                break;
            case bool flag:
                import.Write(flag, NpgsqlDbType.Boolean);
                break;
            default:
                // PostgreSQL has no place for a zero byte in text.
                import.Write(((string)value).Replace("\0", "", StringComparison.Ordinal), NpgsqlDbType.Text);
                break;
        }
    }

    private NpgsqlBinaryImporter Begin()
    {
        _connection = PostGisLayer.Connect(_address);
        _transaction = _connection.BeginTransaction();
        if (_force)
        {
            Execute($"DROP TABLE IF EXISTS {Table}");
        }

        string type = _options.Geometry switch
        {
            LayerGeometry.Polygon => "Polygon",
            LayerGeometry.MultiPolygon => "MultiPolygon",
            LayerGeometry.Point => "Point",
            _ => "Geometry",
        };
        string columns = string.Concat(_fields.Select(field => $", {PostGisLayer.Quote(field.Name)} {Declaration(field.Type)}"));
        string names = string.Concat(_fields.Select(field => $", {PostGisLayer.Quote(field.Name)}"));
        Execute(FormattableString.Invariant(
            $"CREATE TABLE {Table} ({IdColumn} bigint PRIMARY KEY, {PostGisLayer.Quote(_column)} geometry({type}, {_srid}){columns})"));
        return _connection.BeginBinaryImport($"COPY {Table} ({IdColumn}, {PostGisLayer.Quote(_column)}{names}) FROM STDIN (FORMAT BINARY)");
    }

    private void RequireFree(NpgsqlConnection connection)
    {
        using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = """
            SELECT n.nspname IS NOT NULL, c.relkind::text FROM (SELECT 1) AS one LEFT JOIN pg_namespace n ON n.nspname = $1
            LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = $2
            """;
        command.Parameters.Add(new NpgsqlParameter { Value = _address.Schema });
        command.Parameters.Add(new NpgsqlParameter { Value = _address.Table });
        using NpgsqlDataReader row = command.ExecuteReader();
        row.Read();
        if (!row.GetBoolean(0))
        {
            throw new LearnDataException("TableMissing", $"{_address}: there is no schema '{_address.Schema}'; make it first, or name another.", _address.Text);
        }

        if (!row.IsDBNull(1) && (!_force || row.GetString(1) != "r"))
        {
            throw _force
                ? new LearnArgumentException("OutputName", $"{_address}: '{_address.Table}' is no plain table, and is not replaced. Choose another name.")
                : new OutputExistsException(_address.Text);
        }
    }

    private int FindSrid(NpgsqlConnection connection, SpatialReference crs)
    {
        using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = "SELECT srid FROM spatial_ref_sys WHERE (auth_name = 'EPSG' AND auth_srid = $1) OR srtext = $2 ORDER BY srid LIMIT 1";
        command.Parameters.Add(new NpgsqlParameter { Value = CoordinateSystems.Identify(crs)?.Epsg ?? crs.Epsg ?? -1 });
        command.Parameters.Add(new NpgsqlParameter { Value = crs.Wkt ?? "" });
        try
        {
            return command.ExecuteScalar() is int srid
                ? srid
                : throw new LearnDataException(
                    "UnknownCrs", $"{_address}: spatial_ref_sys does not list '{crs.Name}', so a table in it cannot be made. Write a .gpkg, or add the system there.", crs);
        }
        catch (PostgresException e) when (e.SqlState == "42P01")
        {
            throw new LearnDataException("DatabaseError", $"{_address}: the database has no PostGIS; run 'CREATE EXTENSION postgis' in it.", _address.Text, e);
        }
    }

    /// <summary>The type of a field's column.</summary>
    internal static string Declaration(FieldType type) => type switch
    {
        FieldType.Integer => "bigint",
        FieldType.Real => "double precision",
        FieldType.Boolean => "boolean",
        _ => "text",
    };

    /// <summary>The writer takes the reference from the geometry, which belongs to the caller.</summary>
    private byte[] Blob(Geometry geometry)
    {
        int srid = geometry.SRID;
        geometry.SRID = _srid;
        byte[] blob = _geometry.Write(geometry);
        geometry.SRID = srid;
        return blob;
    }

    private void Execute(string statement)
    {
        using NpgsqlCommand command = _connection!.CreateCommand();
        command.Transaction = _transaction;
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }

    private void Close()
    {
        _isClosed = true;
        foreach (IDisposable? part in new IDisposable?[] { _import, _transaction, _connection })
        {
            try
            {
                part?.Dispose();
            }
            catch (Exception e) when (e is NpgsqlException or IOException or InvalidOperationException)
            {
                // A connection that is gone has nothing to roll back: the server did.
            }
        }

        (_import, _transaction, _connection) = (null, null, null);
    }
}
