using System.Globalization;
using ArcLearn.Core.IO;
using Microsoft.Data.Sqlite;

namespace ArcLearn.Core.Inference;

/// <summary>
/// What a run has come to so far, in a SQLite database: it outlives the process, and need not fit in memory. One process has it open; another is refused. It knows the run that it is of.
/// </summary>
internal abstract class JournalFile : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly int _applicationId;
    private readonly int _version;
    private SqliteTransaction? _transaction;

    /// <param name="applicationId">Tells a kind of journal from other databases.</param>
    /// <param name="version">Of its tables.</param>
    protected JournalFile(string path, IFileSystem files, int applicationId, int version)
    {
        (Path, Files, _applicationId, _version) = (path, files, applicationId, version);
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = 1 }.ToString());
    }

    public string Path { get; }

    /// <summary>What decides the run's result, as it was begun.</summary>
    public RunIdentity Identity { get; private set; } = new([]);

    protected IFileSystem Files { get; }

    /// <summary>Removes a journal that nobody has open.</summary>
    public static void Delete(string path, IFileSystem files)
    {
        foreach (string file in new[] { path, path + "-wal", path + "-shm" })
        {
            FileSystemExtensions.TryDelete(files, file);
        }
    }

    /// <summary>Removes a journal that has served.</summary>
    public void Complete()
    {
        Dispose();
        Delete(Path, Files);
    }

    /// <summary>Drops what was not committed and sets the file free.</summary>
    public virtual void Dispose()
    {
        EndGroup();
        _connection.Dispose();
    }

    /// <summary>Opens a journal, or makes the file of one.</summary>
    /// <param name="create">Makes the kind's object for the path.</param>
    /// <param name="begin">Goes on with what the file holds, or begins it where it holds no table.</param>
    /// <param name="force">Whether a journal of another run, or a damaged one, is thrown away.</param>
    /// <param name="maximumBytes">A limit as a full disk sets one; for tests.</param>
    /// <exception cref="LearnDataException">JournalInUse by a living process; JournalMismatch: of another run; JournalDamaged.</exception>
    /// <exception cref="IOException">The place cannot be written to.</exception>
    protected static TJournal Open<TJournal>(
        Func<string, IFileSystem, TJournal> create, Action<TJournal> begin, string path, bool force, IFileSystem files, long? maximumBytes = null)
        where TJournal : JournalFile
    {
        // A run that was killed as it began leaves an empty file, or one without tables.
        bool exists = files.FileExists(path) || !TryCreate(path, files);

        TJournal? journal = null;
        try
        {
            journal = create(path, files);
            journal.Connect(maximumBytes);
            begin(journal);
            return journal;
        }
        catch (LearnDataException e) when (!exists && e.Id == "JournalInUse" && files.Stamp(path).Length == 0)
        {
            // Nobody has written to it, so that nobody holds it: the file system refuses the lock.
            journal?.Dispose();
            Delete(path, files);
            throw SqliteCodes.LocksRefused(path, e);
        }
        catch (LearnDataException e) when (force && e.Id is "JournalMismatch" or "JournalDamaged")
        {
            journal?.Dispose();
            Delete(path, files);
            return Open(create, begin, path, force: false, files, maximumBytes);
        }
        catch
        {
            journal?.Dispose();
            if (!exists && files.Stamp(path).Length == 0)
            {
                Delete(path, files);
            }

            throw;
        }
    }

    /// <summary>An empty file, since SQLite takes one for a new database: so a folder that cannot be written is found through the file system.</summary>
    /// <returns>False where another process was quicker: its journal must not be emptied.</returns>
    private static bool TryCreate(string path, IFileSystem files)
    {
        try
        {
            files.CreateNew(path).Dispose();
            return true;
        }
        catch (IOException) when (files.FileExists(path))
        {
            return false;
        }
    }

    protected void Connect(long? maximumBytes)
    {
        try
        {
            Guard(() =>
            {
                _connection.Open();

                // Exclusive before write-ahead: then no shared memory is needed, which network folders lack.
                Execute("PRAGMA locking_mode = EXCLUSIVE");
                Execute("PRAGMA journal_mode = WAL");
                Execute("PRAGMA synchronous = NORMAL");
                Execute("BEGIN EXCLUSIVE");
                Execute("COMMIT");
                if (maximumBytes is long bytes)
                {
                    Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {bytes / 4096}"));
                }
            });
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>Makes the tables of a run.</summary>
    /// <param name="create">Makes the kind's own, within the transaction that begins the journal.</param>
    protected void Begin(RunIdentity identity, Action create)
    {
        Identity = identity;
        Together(() =>
        {
            Execute($"PRAGMA application_id = {_applicationId}");
            Execute($"PRAGMA user_version = {_version}");
            Execute("CREATE TABLE identity (name TEXT NOT NULL, value TEXT NOT NULL)");
            foreach ((string name, string value) in identity.Parts)
            {
                Execute("INSERT INTO identity VALUES ($1, $2)", name, value);
            }

            create();
        });
    }

    /// <summary>Reads what run the journal is of.</summary>
    /// <returns>False for a database without a table.</returns>
    /// <exception cref="LearnDataException">JournalDamaged: it is no journal of this kind and version.</exception>
    protected bool ReadHead()
    {
        if (Number("SELECT COUNT(*) FROM sqlite_master") == 0)
        {
            return false;
        }

        if (Number("PRAGMA application_id") != _applicationId || Number("PRAGMA user_version") != _version)
        {
            throw NoJournal();
        }

        List<KeyValuePair<string, string>> parts = [];
        using SqliteCommand command = Prepare("SELECT name, value FROM identity ORDER BY rowid", 0);
        using SqliteDataReader rows = command.ExecuteReader();
        while (rows.Read())
        {
            parts.Add(new(rows.GetString(0), rows.GetString(1)));
        }

        Identity = new RunIdentity(parts);
        return true;
    }

    /// <param name="content">What would be lost with it.</param>
    /// <exception cref="LearnDataException">JournalMismatch: the journal is of another run.</exception>
    protected void Require(RunIdentity identity, string content)
    {
        if (identity.Difference(Identity) is string difference)
        {
            throw new LearnDataException(
                "JournalMismatch",
                $"{Path} is the journal of an interrupted run that was another: {difference}. Repeat that run to finish it, or give -Force to throw {content} away and begin anew.",
                Path);
        }
    }

    protected LearnDataException NoJournal() => new(
        "JournalDamaged", $"{Path} is no journal of this version of ArcLearn, or one that was cut short. Move it away, or give -Force to throw it away.", Path);

    /// <summary>Takes what follows into a transaction; one that is open goes on.</summary>
    protected void BeginGroup() => _transaction ??= _connection.BeginTransaction();

    protected void CommitGroup()
    {
        _transaction?.Commit();
        EndGroup();
    }

    /// <summary>Ends the transaction; what was not committed is lost.</summary>
    protected void EndGroup()
    {
        ForgetStatements();
        _transaction?.Dispose();
        _transaction = null;
    }

    /// <summary>A transaction has ended: statements that belonged to it go.</summary>
    protected virtual void ForgetStatements()
    {
    }

    /// <summary>Does several statements as one.</summary>
    protected void Together(Action action)
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        _transaction = transaction;
        try
        {
            action();
            transaction.Commit();
        }
        finally
        {
            _transaction = null;
        }
    }

    protected SqliteCommand Prepare(string sql, int parameters)
    {
        SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = _transaction;
        for (int i = 1; i <= parameters; i++)
        {
            _ = command.Parameters.Add(new SqliteParameter { ParameterName = string.Create(CultureInfo.InvariantCulture, $"${i}") });
        }

        return command;
    }

    protected static void Execute(SqliteCommand command, params object[] values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }

        _ = command.ExecuteNonQuery();
    }

    protected void Execute(string sql, params object[] values)
    {
        using SqliteCommand command = Prepare(sql, values.Length);
        Execute(command, values);
    }

    protected long Number(string sql)
    {
        using SqliteCommand command = Prepare(sql, 0);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    protected string Text(string sql)
    {
        using SqliteCommand command = Prepare(sql, 0);
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture) ?? "";
    }

    protected bool HasTable(string name) => Number($"SELECT COUNT(*) FROM sqlite_master WHERE name = '{name}'") > 0;

    protected void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is SqliteException or InvalidCastException or FormatException or OverflowException)
        {
            throw JournalFault.Describe(e, Path);
        }
    }
}
