using ArcLearn.Core.IO;
using Microsoft.Data.Sqlite;
using NetTopologySuite.IO;

namespace ArcLearn.Core.Vectors.Updates;

/// <summary>An update of a feature table in one transaction of SQLite: a process that ends in it leaves a journal by which the next one to open the file takes it back.</summary>
internal sealed class GeoPackageUpdate : ILayerUpdate
{
    private readonly string _path;
    private readonly string _layer;
    private readonly SqliteConnection _connection;
    private readonly SqliteTransaction _transaction;
    private readonly SqliteCommand _update;

    private GeoPackageUpdate(string path, string layer, SqliteConnection connection, SqliteTransaction transaction, SqliteCommand update) =>
        (_path, _layer, _connection, _transaction, _update) = (path, layer, connection, transaction, update);

    public static GeoPackageUpdate Begin(GeoPackageLayer layer, IReadOnlyList<FieldUpdate> fields)
    {
        if (layer.IdColumn is not string id)
        {
            throw new LearnDataException(
                "LayerReadOnly", $"Layer '{layer.Name}' of {layer.Path} has no primary key to find its rows by (it may be a view). Copy it, as with 'ogr2ogr new.gpkg old.gpkg', and update the copy.", layer.Path);
        }

        SqliteConnection? connection = null;
        try
        {
            connection = GeoPackageFile.OpenWrite(layer.Path);
            AddFunctions(connection);
            SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
            string table = GeoPackageFile.Quote(layer.Name);
            List<string> columns = [];
            foreach (FieldUpdate field in fields)
            {
                columns.Add(GeoPackageFile.Quote(LayerUpdates.NameIn(layer, field)));
                if (!layer.Fields.Any(one => LayerUpdates.Same(one.Name, field.Name)))
                {
                    Execute(connection, transaction, $"ALTER TABLE {table} ADD COLUMN {columns[^1]} {GeoPackageSchema.Declaration(field.Type)}");
                }
            }

            SqliteCommand update = connection.CreateCommand();
            update.Transaction = transaction;
            update.CommandText = $"UPDATE {table} SET {string.Join(", ", columns.Select((column, i) => FormattableString.Invariant($"{column} = $v{i}")))} WHERE {id} = $id";
            update.Parameters.Add(new SqliteParameter { ParameterName = "$id", Value = 0L });
            for (int i = 0; i < columns.Count; i++)
            {
                update.Parameters.Add(new SqliteParameter { ParameterName = FormattableString.Invariant($"$v{i}"), Value = DBNull.Value });
            }

            update.Prepare();
            return new GeoPackageUpdate(layer.Path, layer.Name, connection, transaction, update);
        }
        catch (Exception e)
        {
            connection?.Dispose();
            throw e is SqliteException ? Describe(e, layer.Path) : e;
        }
    }

    public void Set(long ordinal, long id, IReadOnlyList<object?> values) => Guard(() =>
    {
        _update.Parameters[0].Value = id;
        for (int i = 0; i < values.Count; i++)
        {
            _update.Parameters[i + 1].Value = values[i] ?? DBNull.Value;
        }

        if (_update.ExecuteNonQuery() == 0)
        {
            throw FieldFaults.Changed(_path, $"feature {id} is gone");
        }
    });

    public void Complete() => Guard(() =>
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.Transaction = _transaction;
        command.CommandText = "UPDATE gpkg_contents SET last_change = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE lower(table_name) = lower($table)";
        command.Parameters.AddWithValue("$table", _layer);
        command.ExecuteNonQuery();
        _transaction.Commit();
    });

    public void Dispose()
    {
        _update.Dispose();
        try
        {
            _transaction.Dispose();
        }
        catch (SqliteException)
        {
            // After a full disk there is nothing to roll back.
        }

        _connection.Dispose();
    }

    private static void Execute(SqliteConnection connection, SqliteTransaction transaction, string statement)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }

    /// <summary>
    /// The triggers that keep a table's spatial index (GeoPackage 1.3, annex F.3) call these, and SQLite wants them there for every update of the table.
    /// </summary>
    private static void AddFunctions(SqliteConnection connection)
    {
        connection.CreateFunction("ST_IsEmpty", (byte[]? blob) => blob is null ? (long?)null : Bounds(blob).IsNull ? 1 : 0, isDeterministic: true);
        connection.CreateFunction("ST_MinX", (byte[]? blob) => Side(blob, box => box.MinX), isDeterministic: true);
        connection.CreateFunction("ST_MaxX", (byte[]? blob) => Side(blob, box => box.MaxX), isDeterministic: true);
        connection.CreateFunction("ST_MinY", (byte[]? blob) => Side(blob, box => box.MinY), isDeterministic: true);
        connection.CreateFunction("ST_MaxY", (byte[]? blob) => Side(blob, box => box.MaxY), isDeterministic: true);
    }

    private static double? Side(byte[]? blob, Func<NetTopologySuite.Geometries.Envelope, double> of) =>
        blob is not null && Bounds(blob) is { IsNull: false } box ? of(box) : null;

    private static NetTopologySuite.Geometries.Envelope Bounds(byte[] blob) => new GeoPackageGeoReader().Read(blob).EnvelopeInternal;

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (SqliteException e)
        {
            throw Describe(e, _path);
        }
    }

    private static Exception Describe(Exception error, string path) => error is SqliteException { SqliteErrorCode: SqliteCodes.Busy or SqliteCodes.Locked }
        ? new IOException($"{path} is in use by another program that writes to it, or is being read: close it there.", error)
        : GeoPackageFile.Describe(error, path);
}
