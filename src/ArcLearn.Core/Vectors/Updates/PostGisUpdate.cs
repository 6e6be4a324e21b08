using System.Globalization;
using Npgsql;
using NpgsqlTypes;

namespace ArcLearn.Core.Vectors.Updates;

/// <summary>An update of a table in one transaction: rows go into a temporary table first, and from there into the table at once.</summary>
internal sealed class PostGisUpdate : ILayerUpdate
{
    private const string Rows = "pg_temp.arclearn_update";

    private readonly PostGisLayer _layer;
    private readonly IReadOnlyList<FieldUpdate> _fields;
    private readonly string[] _columns;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private NpgsqlBinaryImporter? _import;
    private long _rows;

    private PostGisUpdate(PostGisLayer layer, IReadOnlyList<FieldUpdate> fields, string[] columns, NpgsqlConnection connection, NpgsqlTransaction transaction, NpgsqlBinaryImporter import) =>
        (_layer, _fields, _columns, _connection, _transaction, _import) = (layer, fields, columns, connection, transaction, import);

    public static PostGisUpdate Begin(PostGisLayer layer, IReadOnlyList<FieldUpdate> fields)
    {
        if (layer.KeyField is null)
        {
            throw new LearnDataException(
                "LayerReadOnly", $"{layer.Path} has no primary key of one whole number to find its rows by (it may be a view). Add one: ALTER TABLE … ADD COLUMN id bigserial PRIMARY KEY.", layer.Path);
        }

        return PostGisErrors.Guard(layer.Address, () =>
        {
            NpgsqlConnection connection = PostGisLayer.Connect(layer.Address);
            try
            {
                NpgsqlTransaction transaction = connection.BeginTransaction();
                string[] columns = [.. fields.Select(field => PostGisLayer.Quote(LayerUpdates.NameIn(layer, field)))];
                for (int i = 0; i < fields.Count; i++)
                {
                    // Who may update a table need not own it, as one must to add a column.
                    if (!layer.Fields.Any(known => LayerUpdates.Same(known.Name, fields[i].Name)))
                    {
                        Execute(connection, $"ALTER TABLE {Table(layer)} ADD COLUMN {columns[i]} {PostGisWriter.Declaration(fields[i].Type)}");
                    }

                    CheckLength(connection, layer, fields[i]);
                }

                // Changes no row, but is denied to whom the update would be.
                Execute(connection, $"UPDATE {Table(layer)} SET {string.Join(", ", columns.Select(column => $"{column} = NULL"))} WHERE false");
                Execute(connection, $"CREATE TEMPORARY TABLE arclearn_update (id bigint{string.Concat(fields.Select((field, i) => string.Create(CultureInfo.InvariantCulture, $", v{i} {PostGisWriter.Declaration(field.Type)}")))}) ON COMMIT DROP");
                NpgsqlBinaryImporter import = connection.BeginBinaryImport($"COPY {Rows} FROM STDIN (FORMAT BINARY)");
                return new PostGisUpdate(layer, fields, columns, connection, transaction, import);
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        });
    }

    public void Set(long ordinal, long id, IReadOnlyList<object?> values) => PostGisErrors.Guard(_layer.Address, () =>
    {
        NpgsqlBinaryImporter import = _import!;
        import.StartRow();
        import.Write(id, NpgsqlDbType.Bigint);
        for (int i = 0; i < values.Count; i++)
        {
            PostGisWriter.WriteValue(import, values[i], _fields[i].Type);
        }

        return _rows++;
    });

    public void Complete() => PostGisErrors.Guard(_layer.Address, () =>
    {
        _import!.Complete();
        _import.Dispose();
        _import = null;
        string sets = string.Join(", ", _columns.Select((column, i) => string.Create(CultureInfo.InvariantCulture, $"{column} = u.v{i}")));
        long updated = Execute(_connection, $"UPDATE {Table(_layer)} t SET {sets} FROM {Rows} u WHERE t.{PostGisLayer.Quote(_layer.KeyField!)} = u.id");
        if (updated < _rows)
        {
            throw FieldFaults.Changed(_layer.Path, $"{_rows - updated} row(s) are gone");
        }

        _transaction.Commit();
        return updated;
    });

    public void Dispose()
    {
        try
        {
            _import?.Dispose();
            _transaction.Dispose();
            _connection.Dispose();
        }
        catch (Exception e) when (e is NpgsqlException or IOException or InvalidOperationException)
        {
            // The server is gone: it takes the transaction back by itself.
        }
    }

    private static string Table(PostGisLayer layer) => $"{PostGisLayer.Quote(layer.Address.Schema)}.{PostGisLayer.Quote(layer.Address.Table)}";

    private static int Execute(NpgsqlConnection connection, string statement)
    {
        using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = statement;
        return command.ExecuteNonQuery();
    }

    private static void CheckLength(NpgsqlConnection connection, PostGisLayer layer, FieldUpdate field)
    {
        using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = "SELECT character_maximum_length FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2 AND lower(column_name) = lower($3)";
        command.Parameters.Add(new NpgsqlParameter { Value = layer.Address.Schema });
        command.Parameters.Add(new NpgsqlParameter { Value = layer.Address.Table });
        command.Parameters.Add(new NpgsqlParameter { Value = field.Name });
        int longest = field.Texts.Select(text => text.EnumerateRunes().Count()).DefaultIfEmpty(0).Max();
        if (command.ExecuteScalar() is int length && length < longest)
        {
            throw FieldFaults.TooShort(layer.Path, field.Name, length, longest, "characters");
        }
    }
}
