using ArcLearn.Core.IO;
using Microsoft.Data.Sqlite;
using NetTopologySuite.Geometries;
using NetTopologySuite.IO;

namespace ArcLearn.Core.Vectors;

/// <summary>Writes one layer into a new GeoPackage, in one transaction with prepared inserts, beside the target until it is complete.</summary>
internal sealed class GeoPackageWriter : IFeatureWriter
{
    private readonly string _path;
    private readonly string _partial;
    private readonly IFileSystem _files;
    private readonly GeoPackageSchema _schema;
    private readonly string _layerName;
    private readonly IReadOnlyList<FieldDefinition> _fields;
    private readonly FeatureWriterOptions _options;
    private readonly GeoPackageGeoWriter _geometry = new() { HandleOrdinates = Ordinates.XY };
    private readonly Envelope _extent = new();
    private SqliteConnection? _connection;
    private SqliteTransaction? _transaction;
    private SqliteCommand? _insert;
    private SqliteCommand? _index;
    private long _id;
    private string? _description;
    private bool _isClosed;

    public GeoPackageWriter(
        string path,
        string layerName,
        SpatialReference? crs,
        IReadOnlyList<FieldDefinition> fields,
        IFileSystem files,
        FeatureWriterOptions options)
    {
        SpatialReference = crs;
        _path = path;
        _partial = FileSystemExtensions.PartialName(path);
        _files = files;
        _layerName = layerName;
        _fields = fields;
        _options = options;
        _schema = new GeoPackageSchema(layerName, crs, fields, options.Geometry);
        try
        {
            // SQLite takes an empty file for a new database: so a folder that cannot be written is found through the file system.
            _files.Create(_partial).Dispose();
            Guard(Start);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Format => "GeoPackage";

    public SpatialReference? SpatialReference { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The geometry is not of the layer's type, has coordinates that are not finite, or a value does not fit its field.</exception>
    public void Write(Geometry geometry, IReadOnlyList<object?> values)
    {
        FeatureValues.Check(geometry, values, _fields, _options.Geometry);
        Guard(() =>
        {
            SqliteParameterCollection parameters = _insert!.Parameters;
            parameters[0].Value = ++_id;
            parameters[1].Value = Blob(geometry);
            for (int i = 0; i < _fields.Count; i++)
            {
                parameters[i + 2].Value = FeatureValues.Convert(values[i], _fields[i]) ?? DBNull.Value;
            }

            _insert.ExecuteNonQuery();
            if (!geometry.IsEmpty)
            {
                Index(geometry.EnvelopeInternal);
            }
        });
    }

    public void Describe(string json) => _description = json;

    public void Complete()
    {
        Guard(() =>
        {
            foreach (string statement in _schema.Registration(Extent()))
            {
                Execute(statement);
            }

            if (_options.Style is ClassStyle style)
            {
                LayerStyleTable.Write(Execute, _layerName, style, _fields, _options.Geometry);
            }

            foreach (string statement in _description is null ? [] : _schema.Metadata(_description))
            {
                Execute(statement);
            }

            _transaction!.Commit();
        });
        Close();
        _files.Move(_partial, _path, overwrite: true);
    }

    public void Dispose()
    {
        Close();
        foreach (string left in new[] { _partial, _partial + "-journal", _partial + "-wal", _partial + "-shm" })
        {
            FileSystemExtensions.TryDelete(_files, left);
        }
    }

    private void Start()
    {
        _connection = GeoPackageFile.OpenWrite(_partial);
        Execute(GeoPackageSchema.Pragmas);
        if (_options.MaxPages is int pages)
        {
            Execute(FormattableString.Invariant($"PRAGMA max_page_count = {pages}"));
        }

        _transaction = _connection.BeginTransaction();
        foreach (string statement in _schema.Tables())
        {
            Execute(statement);
        }

        _insert = Prepare(_schema.InsertFeature, ["$id", "$geometry", .. _fields.Select((_, i) => FormattableString.Invariant($"$v{i}"))]);
        _index = Prepare(_schema.InsertIndex, ["$id", "$minx", "$maxx", "$miny", "$maxy"]);
    }

    private SqliteCommand Prepare(string text, IEnumerable<string> parameters)
    {
        SqliteCommand command = _connection!.CreateCommand();
        command.Transaction = _transaction;
        command.CommandText = text;
        foreach (string name in parameters)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name, Value = DBNull.Value });
        }

        return command;
    }

    private void Index(Envelope box)
    {
        _extent.ExpandToInclude(box);
        SqliteParameterCollection parameters = _index!.Parameters;
        parameters[0].Value = _id;
        parameters[1].Value = box.MinX;
        parameters[2].Value = box.MaxX;
        parameters[3].Value = box.MinY;
        parameters[4].Value = box.MaxY;
        _index.ExecuteNonQuery();
    }

    /// <summary>The blob's header takes its srs_id from the geometry, which belongs to the caller.</summary>
    private byte[] Blob(Geometry geometry)
    {
        int srid = geometry.SRID;
        geometry.SRID = _schema.SrsId;
        byte[] blob = _geometry.Write(geometry);
        geometry.SRID = srid;
        return blob;
    }

    private string Extent() => _extent.IsNull
        ? "NULL, NULL, NULL, NULL"
        : FormattableString.Invariant($"{_extent.MinX:R}, {_extent.MinY:R}, {_extent.MaxX:R}, {_extent.MaxY:R}");

    private void Execute(string statement)
    {
        using SqliteCommand command = _connection!.CreateCommand();
        command.Transaction = _transaction;
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }

    private void Guard(Action write)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        try
        {
            write();
        }
        catch (SqliteException e)
        {
            // Nobody else knows the file's name yet, so nobody holds it.
            throw e.SqliteErrorCode is SqliteCodes.Busy or SqliteCodes.Locked ? SqliteCodes.LocksRefused(_path, e) : GeoPackageFile.Describe(e, _path);
        }
    }

    private void Close()
    {
        _isClosed = true;
        _insert?.Dispose();
        _index?.Dispose();
        try
        {
            _transaction?.Dispose();
        }
        catch (SqliteException)
        {
            // After a full disk there is nothing to roll back: the file goes.
        }

        _connection?.Dispose();
        (_insert, _index, _transaction, _connection) = (null, null, null, null);
    }
}
