using System.Diagnostics;
using ArcLearn.Core.IO;
using Microsoft.Data.Sqlite;

namespace ArcLearn.Core.Inference;

/// <summary>What became of a feature.</summary>
/// <param name="Ordinal">Its place in the layer, from 1.</param>
/// <param name="Id">Its id in the layer.</param>
/// <param name="Class">Index into the model's classes; −1 where it was passed over.</param>
/// <param name="Reason">Why it was; null where it was not.</param>
internal readonly record struct FeatureOutcome(long Ordinal, long Id, int Class, double Confidence, string? Reason);

/// <summary>
/// What a classification of features has come to so far, in a SQLite database: it outlives the process, and holds a million of them where memory need not. One process has it open.
/// </summary>
internal sealed class FeatureJournal : IDisposable
{
    private const int ApplicationId = 0x41726C46;       // "ArlF"
    private const int Group = 1024;
    private static readonly TimeSpan s_groupTime = TimeSpan.FromSeconds(2);

    private readonly string _path;
    private readonly IFileSystem _files;
    private readonly SqliteConnection _connection;
    private readonly Stopwatch _sinceCommit = Stopwatch.StartNew();
    private SqliteTransaction? _transaction;
    private SqliteCommand? _insert;
    private int _uncommitted;

    private FeatureJournal(string path, IFileSystem files)
    {
        (_path, _files) = (path, files);
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWriteCreate, Pooling = false, DefaultTimeout = 1 }.ToString());
    }

    /// <summary>The ordinal of the last feature that is done; 0 for none.</summary>
    public long Done { get; private set; }

    /// <summary>Opens the journal of a run that was interrupted, or begins one.</summary>
    /// <param name="force">Whether a journal of another run, or a damaged one, is thrown away.</param>
    /// <exception cref="LearnDataException">JournalInUse by a living process; JournalMismatch: of another run; JournalDamaged.</exception>
    public static FeatureJournal Open(string path, RunIdentity identity, bool force, IFileSystem files)
    {
        FeatureJournal journal = new(path, files);
        try
        {
            journal.Guard(() => journal.Begin(identity));
            return journal;
        }
        catch (LearnDataException e) when (force && e.Id is "JournalMismatch" or "JournalDamaged")
        {
            journal._connection.Dispose();
            TileJournal.Delete(path, files);
            return Open(path, identity, force: false, files);
        }
        catch
        {
            journal._connection.Dispose();
            throw;
        }
    }

    public void Add(in FeatureOutcome outcome)
    {
        (long ordinal, long id, int found, double confidence, string? reason) = outcome;
        Guard(() =>
        {
            _transaction ??= _connection.BeginTransaction();
            _insert ??= Prepare("INSERT INTO feature VALUES ($1, $2, $3, $4, $5)", 5);
            _insert.Transaction = _transaction;
            Set(_insert, ordinal, id, found, confidence, (object?)reason ?? DBNull.Value);
            _insert.ExecuteNonQuery();
        });
        Done = ordinal;
        if (++_uncommitted >= Group || _sinceCommit.Elapsed >= s_groupTime)
        {
            Commit();
        }
    }

    /// <summary>What was added survives the process from here on.</summary>
    public void Commit() => Guard(() =>
    {
        _transaction?.Commit();
        _transaction?.Dispose();
        (_transaction, _uncommitted) = (null, 0);
        _sinceCommit.Restart();
    });

    /// <summary>All features, in the layer's order.</summary>
    public IEnumerable<FeatureOutcome> Read()
    {
        Commit();
        using SqliteCommand command = Prepare("SELECT ordinal, id, class, confidence, reason FROM feature ORDER BY ordinal", 0);
        SqliteDataReader? rows = null;
        Guard(() => rows = command.ExecuteReader());
        using (rows)
        {
            while (true)
            {
                FeatureOutcome? next = null;
                Guard(() => next = rows!.Read()
                    ? new FeatureOutcome(rows.GetInt64(0), rows.GetInt64(1), rows.GetInt32(2), rows.GetDouble(3), rows.IsDBNull(4) ? null : rows.GetString(4))
                    : null);
                if (next is not FeatureOutcome outcome)
                {
                    yield break;
                }

                yield return outcome;
            }
        }
    }

    /// <summary>Removes a journal that has served.</summary>
    public void Complete()
    {
        Dispose();
        TileJournal.Delete(_path, _files);
    }

    public void Dispose()
    {
        try
        {
            Commit();
        }
        catch (Exception e) when (e is IOException or LearnDataException or UnauthorizedAccessException or InvalidOperationException)
        {
            // What failed before is what the user must hear of; the features of this group are done again.
        }

        _insert?.Dispose();
        _insert = null;
        _connection.Dispose();
    }

    private void Begin(RunIdentity identity)
    {
        _connection.Open();

        // Exclusive before write-ahead: then no shared memory is needed, which network folders lack.
        Execute("PRAGMA locking_mode = EXCLUSIVE");
        Execute("PRAGMA journal_mode = WAL");
        Execute("PRAGMA synchronous = NORMAL");
        Execute("BEGIN EXCLUSIVE");
        Execute("COMMIT");
        if (Number("SELECT COUNT(*) FROM sqlite_master") == 0)
        {
            using SqliteTransaction transaction = _connection.BeginTransaction();
            _transaction = transaction;
            Execute($"PRAGMA application_id = {ApplicationId}");
            Execute("CREATE TABLE identity (name TEXT NOT NULL, value TEXT NOT NULL)");
            Execute("CREATE TABLE feature (ordinal INTEGER PRIMARY KEY, id INTEGER NOT NULL, class INTEGER NOT NULL, confidence REAL NOT NULL, reason TEXT)");
            foreach ((string name, string value) in identity.Parts)
            {
                using SqliteCommand insert = Prepare("INSERT INTO identity VALUES ($1, $2)", 2);
                Set(insert, name, value);
                insert.ExecuteNonQuery();
            }

            transaction.Commit();
            _transaction = null;
            return;
        }

        if (Number("PRAGMA application_id") != ApplicationId)
        {
            throw new LearnDataException("JournalDamaged", $"{_path} is no journal of features. Move it away, or give -Force to throw it away.", _path);
        }

        List<KeyValuePair<string, string>> parts = [];
        using (SqliteCommand command = Prepare("SELECT name, value FROM identity ORDER BY rowid", 0))
        using (SqliteDataReader rows = command.ExecuteReader())
        {
            while (rows.Read())
            {
                parts.Add(new(rows.GetString(0), rows.GetString(1)));
            }
        }

        if (identity.Difference(new RunIdentity(parts)) is string difference)
        {
            throw new LearnDataException(
                "JournalMismatch", $"{_path} is the journal of an interrupted run that was another: {difference}. Repeat that run to finish it, or give -Force to throw it away and begin anew.", _path);
        }

        Done = Number("SELECT COALESCE(MAX(ordinal), 0) FROM feature");
    }

    private SqliteCommand Prepare(string sql, int parameters)
    {
        SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = _transaction;
        for (int i = 1; i <= parameters; i++)
        {
            _ = command.Parameters.Add(new SqliteParameter { ParameterName = FormattableString.Invariant($"${i}") });
        }

        return command;
    }

    private static void Set(SqliteCommand command, params object[] values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }
    }

    private void Execute(string sql)
    {
        using SqliteCommand command = Prepare(sql, 0);
        command.ExecuteNonQuery();
    }

    private long Number(string sql)
    {
        using SqliteCommand command = Prepare(sql, 0);
        return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is SqliteException or InvalidCastException or FormatException or OverflowException)
        {
            throw JournalFault.Describe(e, _path);
        }
    }
}
