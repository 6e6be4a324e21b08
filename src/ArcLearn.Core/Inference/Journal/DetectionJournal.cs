using System.Diagnostics;
using System.Globalization;
using ArcLearn.Core.IO;
using Microsoft.Data.Sqlite;

namespace ArcLearn.Core.Inference;

/// <summary>
/// What a run has found so far, in a SQLite database beside its output: the result is there and not in memory, and outlives the process. Tiles are
/// added in their order and committed in groups, so that what is finished is always the first tiles of the run.
/// One process has it open; another is refused.
/// </summary>
internal sealed class DetectionJournal : ITileSink, IDisposable
{
    private const int ApplicationId = 0x41726C4A;       // "ArlJ"
    private const int Version = 2;
    private const string Columns =
        "(tile INTEGER, number INTEGER, class INTEGER NOT NULL, score REAL NOT NULL, xmin REAL NOT NULL, ymin REAL NOT NULL, xmax REAL NOT NULL, ymax REAL NOT NULL, PRIMARY KEY (tile, number)) WITHOUT ROWID";

    private const int GroupTiles = 512;
    private static readonly TimeSpan s_groupTime = TimeSpan.FromSeconds(2);

    private readonly string _path;
    private readonly IFileSystem _files;
    private readonly SqliteConnection _connection;
    private readonly Stopwatch _sinceCommit = Stopwatch.StartNew();
    private SqliteTransaction? _transaction;
    private SqliteCommand? _insert;
    private int _uncommitted;
    private int _committed;

    // Whether the run is this journal's: else it is let alone, and not removed for being empty.
    private bool _isOwn;

    private DetectionJournal(string path, IFileSystem files, SqliteConnection connection) => (_path, _files, _connection) = (path, files, connection);

    /// <summary>Tiles of the run that are done, from its first on.</summary>
    public int Finished { get; private set; }

    /// <summary>Tiles among them that are wholly nodata.</summary>
    public int Skipped { get; private set; }

    public int CutDetections { get; private set; }

    /// <summary>Tiles among them that could not be read.</summary>
    public IReadOnlyList<FailedTile> Failed
    {
        get
        {
            List<FailedTile> tiles = [];
            Guard(() =>
            {
                using SqliteCommand command = Prepare("SELECT tile, reason FROM failed ORDER BY tile", 0);
                using SqliteDataReader rows = command.ExecuteReader();
                while (rows.Read())
                {
                    tiles.Add(new FailedTile(rows.GetInt32(0), rows.GetString(1)));
                }
            });
            return tiles;
        }
    }

    /// <summary>Where the journal of an output lies.</summary>
    public static string PathFor(string output) => output + ".journal";

    /// <summary>Opens the journal of a run that was interrupted, or begins one.</summary>
    /// <param name="identity">Of the run that is to be done.</param>
    /// <param name="force">Whether a journal of another run, or a damaged one, is thrown away.</param>
    /// <param name="maximumBytes">A limit as a full disk sets one; for tests.</param>
    /// <exception cref="LearnDataException">JournalInUse by a living process; JournalMismatch: of another run; JournalDamaged.</exception>
    /// <exception cref="IOException">The place cannot be written to.</exception>
    public static DetectionJournal Open(string path, RunIdentity identity, bool force, IFileSystem files, long? maximumBytes = null)
    {
        bool exists = files.FileExists(path);
        if (!exists)
        {
            // SQLite takes an empty file for a new database: so a folder that cannot be written is found through the file system.
            files.Create(path).Dispose();
        }

        DetectionJournal? journal = null;
        try
        {
            journal = Connect(path, files, maximumBytes);
            if (exists && journal.Read(identity) is string difference)
            {
                throw new LearnDataException(
                    "JournalMismatch",
                    $"{path} is the journal of an interrupted run that was another: {difference}. Repeat that run to finish it, or give -Force to throw its {journal.Finished} tile(s) away and begin anew.",
                    path);
            }

            if (!exists)
            {
                journal.Create(identity);
            }

            journal._isOwn = true;
            return journal;
        }
        catch (LearnDataException e) when (force && e.Id is "JournalMismatch" or "JournalDamaged")
        {
            journal?.Dispose();
            Delete(path, files);
            return Open(path, identity, force: false, files, maximumBytes);
        }
        catch
        {
            journal?.Dispose();
            if (!exists)
            {
                Delete(path, files);
            }

            throw;
        }
    }

    public void Accept(TileResult result)
    {
        Add(result);
        Finished++;
        if (++_uncommitted >= GroupTiles || _sinceCommit.Elapsed >= s_groupTime)
        {
            Commit();
        }
    }

    /// <summary>Takes the result of a tile that was finished as one that could not be read, and now could.</summary>
    public void Mend(TileResult result)
    {
        Add(result);
        Write(() => Execute("DELETE FROM failed WHERE tile = $1", result.Tile));
        _uncommitted++;
    }

    private void Add(TileResult result)
    {
        Write(() =>
        {
            _transaction ??= _connection.BeginTransaction();
            if (result.Failure is string reason)
            {
                Execute("INSERT INTO failed VALUES ($1, $2)", result.Tile, reason);
            }

            _insert ??= Prepare("INSERT INTO detection VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", 8);
            _insert.Transaction = _transaction;
            foreach (Detection found in result.Detections)
            {
                Execute(_insert, found.Tile, found.Index, found.ClassIndex, found.Score, found.XMin, found.YMin, found.XMax, found.YMax);
            }
        });
        Skipped += result.IsSkipped ? 1 : 0;
        CutDetections += result.CutDetections;
    }

    /// <summary>What was accepted survives the process from here on.</summary>
    public void Commit()
    {
        Write(() =>
        {
            _transaction ??= _connection.BeginTransaction();
            Execute("UPDATE run SET finished = $1, skipped = $2, cut = $3", Finished, Skipped, CutDetections);
            _transaction.Commit();
            EndTransaction();
        });
        (_uncommitted, _committed) = (0, Finished);
        _sinceCommit.Restart();
    }

    /// <summary>Detections of some tiles, by tile and index.</summary>
    /// <param name="last">The tile after the last one.</param>
    public IEnumerable<Detection> Between(int first, int last) =>
        Select("SELECT tile, number, class, score, xmin, ymin, xmax, ymax FROM detection WHERE tile >= $1 AND tile < $2 ORDER BY tile, number", first, last);

    /// <summary>For each row of tiles that holds a detection, where the uppermost begins.</summary>
    /// <param name="columns">Tiles in a row of the grid.</param>
    public IReadOnlyDictionary<int, double> TopOfRows(int columns)
    {
        Dictionary<int, double> tops = [];
        Guard(() =>
        {
            using SqliteCommand command = Prepare("SELECT tile / $1, MIN(ymin) FROM detection GROUP BY 1", 1);
            command.Parameters[0].Value = columns;
            using SqliteDataReader rows = command.ExecuteReader();
            while (rows.Read())
            {
                tops[rows.GetInt32(0)] = rows.GetDouble(1);
            }
        });
        return tops;
    }

    /// <summary>Puts what stays of all detections aside, to be read by rank; an earlier, unfinished attempt is forgotten.</summary>
    public void Keep(IEnumerable<Detection> detections, CancellationToken cancel) => Write(() =>
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        _transaction = transaction;
        Execute("DELETE FROM kept");
        using SqliteCommand insert = Prepare("INSERT INTO kept VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", 8);
        foreach (Detection found in detections)
        {
            cancel.ThrowIfCancellationRequested();
            Execute(insert, found.Tile, found.Index, found.ClassIndex, found.Score, found.XMin, found.YMin, found.XMax, found.YMax);
        }

        transaction.Commit();
        _transaction = null;
    });

    /// <summary>What was kept, best first (score, tile, index).</summary>
    public IEnumerable<Detection> Kept() =>
        Select("SELECT tile, number, class, score, xmin, ymin, xmax, ymax FROM kept ORDER BY score DESC, tile, number");

    /// <summary>Commits what was accepted and sets the file free. A journal without a finished tile goes.</summary>
    public void Dispose()
    {
        try
        {
            if (_uncommitted > 0)
            {
                Commit();
            }
        }
        catch (Exception e) when (e is IOException or LearnDataException or UnauthorizedAccessException)
        {
            // What failed before is what the user must hear of; the tiles of this group are done again.
        }

        EndTransaction();
        _connection.Dispose();
        if (_isOwn && _committed == 0)
        {
            Delete(_path, _files);
        }
    }

    /// <summary>Removes a journal that has served.</summary>
    public void Complete()
    {
        Dispose();
        Delete(_path, _files);
    }

    private static DetectionJournal Connect(string path, IFileSystem files, long? maximumBytes)
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = 1 }.ToString());
        DetectionJournal journal = new(path, files, connection);
        try
        {
            journal.Guard(() =>
            {
                connection.Open();

                // Exclusive before write-ahead: then no shared memory is needed, which network folders lack.
                journal.Execute("PRAGMA locking_mode = EXCLUSIVE");
                journal.Execute("PRAGMA journal_mode = WAL");
                journal.Execute("PRAGMA synchronous = NORMAL");
                journal.Execute("BEGIN EXCLUSIVE");
                journal.Execute("COMMIT");
                if (maximumBytes is long bytes)
                {
                    journal.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {bytes / 4096}"));
                }
            });
            return journal;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void Delete(string path, IFileSystem files)
    {
        foreach (string file in new[] { path, path + "-wal", path + "-shm" })
        {
            FileSystemExtensions.TryDelete(files, file);
        }
    }

    private void Create(RunIdentity identity) => Guard(() =>
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        _transaction = transaction;
        Execute($"PRAGMA application_id = {ApplicationId}");
        Execute($"PRAGMA user_version = {Version}");
        Execute("CREATE TABLE run (finished INTEGER NOT NULL, skipped INTEGER NOT NULL, cut INTEGER NOT NULL)");
        Execute("INSERT INTO run VALUES (0, 0, 0)");
        Execute("CREATE TABLE identity (name TEXT NOT NULL, value TEXT NOT NULL)");
        Execute("CREATE TABLE detection " + Columns);
        Execute("CREATE TABLE kept " + Columns);
        Execute("CREATE TABLE failed (tile INTEGER PRIMARY KEY, reason TEXT NOT NULL)");
        foreach ((string name, string value) in identity.Parts)
        {
            Execute("INSERT INTO identity VALUES ($1, $2)", name, value);
        }

        transaction.Commit();
        _transaction = null;
    });

    /// <returns>What differs from the run to be done; null for the same run.</returns>
    private string? Read(RunIdentity identity)
    {
        List<KeyValuePair<string, string>> parts = [];
        Guard(() =>
        {
            if (Number("PRAGMA application_id") != ApplicationId || Number("PRAGMA user_version") != Version)
            {
                throw new LearnDataException("JournalDamaged", $"{_path} is no journal of this version of ArcLearn, or one that was cut short. Move it away, or give -Force to throw it away.", _path);
            }

            using (SqliteCommand command = Prepare("SELECT name, value FROM identity ORDER BY rowid", 0))
            using (SqliteDataReader rows = command.ExecuteReader())
            {
                while (rows.Read())
                {
                    parts.Add(new(rows.GetString(0), rows.GetString(1)));
                }
            }

            (Finished, Skipped, CutDetections) = ((int)Number("SELECT finished FROM run"), (int)Number("SELECT skipped FROM run"), (int)Number("SELECT cut FROM run"));
            _committed = Finished;
        });
        return identity.Difference(new RunIdentity(parts));
    }

    private IEnumerable<Detection> Select(string sql, params object[] values)
    {
        using SqliteCommand command = Prepare(sql, values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }

        SqliteDataReader? rows = null;
        Guard(() => rows = command.ExecuteReader());
        using (rows)
        {
            Detection found = default;
            while (Next())
            {
                yield return found;
            }

            bool Next()
            {
                bool isThere = false;
                Guard(() =>
                {
                    isThere = rows!.Read();
                    if (isThere)
                    {
                        found = new Detection(rows.GetDouble(4), rows.GetDouble(5), rows.GetDouble(6), rows.GetDouble(7), rows.GetInt32(2), rows.GetFloat(3), rows.GetInt32(0), rows.GetInt32(1));
                    }
                });
                return isThere;
            }
        }
    }

    private SqliteCommand Prepare(string sql, int parameters)
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

    private static void Execute(SqliteCommand command, params object[] values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }

        _ = command.ExecuteNonQuery();
    }

    private void Execute(string sql, params object[] values)
    {
        using SqliteCommand command = Prepare(sql, values.Length);
        Execute(command, values);
    }

    private long Number(string sql)
    {
        using SqliteCommand command = Prepare(sql, 0);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private void EndTransaction()
    {
        _insert?.Dispose();
        _transaction?.Dispose();
        (_insert, _transaction) = (null, null);
    }

    /// <summary>What fails takes its group of tiles with it: SQLite has rolled it back.</summary>
    private void Write(Action action)
    {
        try
        {
            Guard(action);
        }
        catch
        {
            EndTransaction();
            _uncommitted = 0;
            throw;
        }
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
