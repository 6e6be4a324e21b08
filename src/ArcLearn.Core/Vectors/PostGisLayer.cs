using System.Globalization;
using ArcLearn.Core.Crs;
using NetTopologySuite.Geometries;
using NetTopologySuite.IO;
using Npgsql;

namespace ArcLearn.Core.Vectors;

/// <summary>A table or view of a PostGIS database, read row by row in the order of its primary key.</summary>
internal sealed class PostGisLayer : IVectorLayer
{
    private readonly PostGisAddress _address;
    private readonly string _column;
    private readonly string? _id;
    private readonly int _srid;

    private PostGisLayer(PostGisAddress address, NpgsqlConnection connection)
    {
        _address = address;
        (_column, _srid) = FindGeometry(connection);
        _id = FindKey(connection);
        SpatialReference = ReadReference(connection);
        Fields = ReadFields(connection);
        Description = ReadDescription(connection);
    }

    public string Path => _address.Text;

    public string Name => _address.Table;

    public SpatialReference? SpatialReference { get; }

    public bool IsCrsExplicit => SpatialReference is not null;

    public IReadOnlyList<FieldDefinition> Fields { get; }

    public string? Description { get; }

    public PostGisAddress Address => _address;

    /// <inheritdoc/>
    /// <remarks>The primary key, where it is one whole number.</remarks>
    public string? KeyField => _id;

    /// <exception cref="LearnDataException">TableMissing, DatabaseMissing, DatabaseUnavailable or DatabaseError.</exception>
    /// <exception cref="UnauthorizedAccessException">The database denies it.</exception>
    public static PostGisLayer Open(PostGisAddress address, string? name) => name is not null && name != address.Table
        ? throw VectorLayers.LayerMissing(address.Text, name, [address.Table])
        : PostGisErrors.Guard(address, () =>
        {
            using NpgsqlConnection connection = Connect(address);
            return new PostGisLayer(address, connection);
        });

    public static NpgsqlConnection Connect(PostGisAddress address)
    {
        NpgsqlConnection connection = new(address.ConnectionString);
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>A name in SQL.</summary>
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public IEnumerable<VectorFeature> Read(Envelope? extent = null)
    {
        using NpgsqlConnection connection = PostGisErrors.Guard(_address, () => Connect(_address));
        using NpgsqlCommand command = connection.CreateCommand();
        string[] columns =
        [
            _id is null ? "NULL::bigint" : $"{Quote(_id)}::bigint",
            $"ST_AsBinary(ST_Force2D({Quote(_column)}::geometry))",
            .. Fields.Select(field => Expression(field)),
        ];
        string where = "";
        if (extent is not null)
        {
            where = $" WHERE {Quote(_column)} && ST_MakeEnvelope($1, $2, $3, $4, {_srid.ToString(CultureInfo.InvariantCulture)})";
            foreach (double side in new[] { extent.MinX, extent.MinY, extent.MaxX, extent.MaxY })
            {
                command.Parameters.Add(new NpgsqlParameter { Value = side });
            }
        }

        string order = _id is null ? "" : $" ORDER BY {Quote(_id)}";
        command.CommandText = $"SELECT {string.Join(", ", columns)} FROM {Quote(_address.Schema)}.{Quote(_address.Table)}{where}{order}";
        NpgsqlDataReader rows = PostGisErrors.Guard(_address, () => command.ExecuteReader());
        try
        {
            long ordinal = 0;
            while (PostGisErrors.Guard(_address, rows.Read))
            {
                ordinal++;
                VectorFeature feature = PostGisErrors.Guard(_address, () => ReadFeature(rows, ordinal));
                if (feature.Meets(extent))
                {
                    yield return feature;
                }
            }
        }
        finally
        {
            Close(rows);
        }
    }

    /// <summary>The table's comment, where it is a JSON object.</summary>
    private string? ReadDescription(NpgsqlConnection connection)
    {
        using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = "SELECT obj_description(format('%I.%I', $1, $2)::regclass, 'pg_class')";
        command.Parameters.Add(new NpgsqlParameter { Value = _address.Schema });
        command.Parameters.Add(new NpgsqlParameter { Value = _address.Table });
        return command.ExecuteScalar() is string text && text.StartsWith('{') ? text : null;
    }

    /// <summary>A reader reads the rest as it closes; where the server is gone that fails again, after the error that tells so.</summary>
    private static void Close(NpgsqlDataReader rows)
    {
        try
        {
            rows.Dispose();
        }
        catch (NpgsqlException)
        {
        }
    }

    public void Dispose()
    {
        // A connection is open only during a pass.
    }

    /// <summary>Whatever a column holds comes as one of the four types of a field.</summary>
    private static string Expression(FieldDefinition field) => field.Type switch
    {
        FieldType.Integer => $"{Quote(field.Name)}::bigint",
        FieldType.Real => $"{Quote(field.Name)}::double precision",
        FieldType.Boolean => Quote(field.Name),
        _ => $"{Quote(field.Name)}::text",
    };

    private VectorFeature ReadFeature(NpgsqlDataReader rows, long ordinal)
    {
        long id = rows.IsDBNull(0) ? ordinal : rows.GetInt64(0);
        object?[] values = new object?[Fields.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = rows.GetValue(i + 2) is object value and not DBNull ? value : null;
        }

        return new VectorFeature(id, rows.IsDBNull(1) ? null : ReadGeometry(rows, id), values);
    }

    private Geometry ReadGeometry(NpgsqlDataReader rows, long id)
    {
        byte[] bytes = rows.GetFieldValue<byte[]>(1);
        try
        {
            return new WKBReader { HandleOrdinates = Ordinates.XY }.Read(bytes);
        }
        catch (Exception e)
        {
            // The reader throws many kinds for curves, which it does not know.
            throw new LearnFormatException($"the geometry of row {id} cannot be read: {e.Message}", Path, line: null, e);
        }
    }

    private (string Column, int Srid) FindGeometry(NpgsqlConnection connection)
    {
        using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = """
            SELECT c.relname, a.attname, postgis_typmod_srid(a.atttypmod)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid IN ('geometry'::regtype, 'geography'::regtype)
            WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'v', 'm', 'f', 'p') ORDER BY a.attnum
            """;
        command.Parameters.Add(new NpgsqlParameter { Value = _address.Schema });
        command.Parameters.Add(new NpgsqlParameter { Value = _address.Table });
        List<(string Column, int Srid)> found = [];
        bool exists = false;
        using (NpgsqlDataReader rows = ReadCatalogue(command))
        {
            while (rows.Read())
            {
                exists = true;
                if (!rows.IsDBNull(1) && (_address.Column is null || rows.GetString(1) == _address.Column))
                {
                    found.Add((rows.GetString(1), rows.GetInt32(2)));
                }
            }
        }

        if (!exists)
        {
            throw new LearnDataException("TableMissing", $"{_address}: there is no table '{_address.Schema}.{_address.Table}'. {Tables(connection)}", _address.Text);
        }

        if (found.Count == 0)
        {
            string wanted = _address.Column is string column ? $" '{column}'" : "";
            throw new LearnFormatException($"the table '{_address.Schema}.{_address.Table}' has no geometry column{wanted}.", Path);
        }

        return found[0].Srid > 0 ? found[0] : (found[0].Column, SridOfRows(connection, found[0].Column));
    }

    /// <summary>Without the extension the types are missing, and the catalogue's query fails on them.</summary>
    private NpgsqlDataReader ReadCatalogue(NpgsqlCommand command)
    {
        try
        {
            return command.ExecuteReader();
        }
        catch (PostgresException e) when (e.SqlState is "42704" or "42883")
        {
            throw new LearnDataException("DatabaseError", $"{_address}: the database has no PostGIS; run 'CREATE EXTENSION postgis' in it.", _address.Text, e);
        }
    }

    /// <summary>A column without a declared reference takes that of its rows.</summary>
    private int SridOfRows(NpgsqlConnection connection, string column)
    {
        using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT ST_SRID({Quote(column)}::geometry) FROM {Quote(_address.Schema)}.{Quote(_address.Table)} WHERE {Quote(column)} IS NOT NULL LIMIT 1";
        return command.ExecuteScalar() is int srid ? srid : 0;
    }

    private static string Tables(NpgsqlConnection connection)
    {
        const int Shown = 10;
        using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = "SELECT f_table_schema || '.' || f_table_name FROM geometry_columns ORDER BY 1 LIMIT $1";
        command.Parameters.Add(new NpgsqlParameter { Value = Shown });
        using NpgsqlDataReader rows = command.ExecuteReader();
        List<string> names = [];
        while (rows.Read())
        {
            names.Add(rows.GetString(0));
        }

        return names.Count == 0 ? "The database has no table with geometries." : $"Tables with geometries: {string.Join(", ", names)}{(names.Count == Shown ? " …" : ".")}";
    }

    /// <summary>The primary key, where it is one integer column.</summary>
    private string? FindKey(NpgsqlConnection connection)
    {
        using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = """
            SELECT a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
            WHERE i.indisprimary AND i.indnkeyatts = 1 AND n.nspname = $1 AND c.relname = $2 AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
            """;
        command.Parameters.Add(new NpgsqlParameter { Value = _address.Schema });
        command.Parameters.Add(new NpgsqlParameter { Value = _address.Table });
        return command.ExecuteScalar() as string;
    }

    private SpatialReference? ReadReference(NpgsqlConnection connection)
    {
        if (_srid <= 0)
        {
            return null;
        }

        using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = "SELECT auth_name, auth_srid, srtext FROM spatial_ref_sys WHERE srid = $1";
        command.Parameters.Add(new NpgsqlParameter { Value = _srid });
        using NpgsqlDataReader row = command.ExecuteReader();
        if (!row.Read())
        {
            return new SpatialReference($"SRID {_srid}", null, null);
        }

        string text = row.IsDBNull(2) ? "" : row.GetString(2);
        if (!row.IsDBNull(0) && row.GetString(0) == "EPSG" && !row.IsDBNull(1))
        {
            SpatialReference known = CoordinateSystems.FromEpsg(row.GetInt32(1));
            return known.Wkt is null && text.Length > 0 ? known with { Wkt = text } : known;
        }

        return text.Length > 0 ? CoordinateSystems.FromWkt(text, Path) : new SpatialReference($"SRID {_srid}", null, null);
    }

    private List<FieldDefinition> ReadFields(NpgsqlConnection connection)
    {
        using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = """
            SELECT a.attname, t.typname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_type t ON t.oid = a.atttypid
            WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
            """;
        command.Parameters.Add(new NpgsqlParameter { Value = _address.Schema });
        command.Parameters.Add(new NpgsqlParameter { Value = _address.Table });
        using NpgsqlDataReader rows = command.ExecuteReader();
        List<FieldDefinition> fields = [];
        while (rows.Read())
        {
            string name = rows.GetString(0);
            string type = rows.GetString(1);
            if (name != _id && type is not ("geometry" or "geography" or "bytea" or "raster"))
            {
                fields.Add(new FieldDefinition(name, type switch
                {
                    "int2" or "int4" or "int8" => FieldType.Integer,
                    "float4" or "float8" or "numeric" => FieldType.Real,
                    "bool" => FieldType.Boolean,
                    _ => FieldType.Text,
                }));
            }
        }

        return fields;
    }
}
