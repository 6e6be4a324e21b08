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

    private const string Values = " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

    private const int GroupTiles = 512;
    private static readonly TimeSpan s_groupTime = TimeSpan.FromSeconds(2);

    private readonly string _path;
    private readonly IFileSystem _files;
    private readonly SqliteConnection _connection;
    private readonly Stopwatch _sinceCommit = Stopwatch.StartNew();
    private SqliteTransaction? _transaction;
    private SqliteCommand? _insert;
    private int _uncommitted;
    private (int Finished, int Skipped, int Cut) _committed;

    // Whether a journal without a finished tile goes: one of another run is let alone, and a shard may have no tile.
    private bool _isForgotten;

    private DetectionJournal(string path, IFileSystem files, SqliteConnection connection) => (_path, _files, _connection) = (path, files, connection);

    public string Path => _path;

    /// <summary>Tiles of the run that are done, from its first on.</summary>
    public int Finished { get; private set; }

    /// <summary>Tiles among them that are wholly nodata.</summary>
    public int Skipped { get; private set; }

    public int CutDetections { get; private set; }

    /// <summary>The run that it is of, as it was begun.</summary>
    public DetectionRecord Run { get; private set; } = null!;

    /// <summary>What decides the run's result, as it was begun.</summary>
    public RunIdentity Identity { get; private set; } = new([]);
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
    /// <param name="run">What finishing it will need.</param>
    /// <param name="force">Whether a journal of another run, or a damaged one, is thrown away.</param>
    /// <param name="maximumBytes">A limit as a full disk sets one; for tests.</param>
    /// <exception cref="LearnDataException">JournalInUse by a living process; JournalMismatch: of another run; JournalDamaged.</exception>
    /// <exception cref="IOException">The place cannot be written to.</exception>
    public static DetectionJournal Open(string path, RunIdentity identity, DetectionRecord run, bool force, IFileSystem files, long? maximumBytes = null)
    {
        // A run that was killed as it began leaves an empty file, or one without tables.
        bool exists = files.FileExists(path) || !TryCreate(path, files);

        DetectionJournal? journal = null;
        try
        {
            journal = Connect(path, files, maximumBytes);
            bool isBegun = exists && journal.Read();
            if (isBegun && identity.Difference(journal.Identity) is string difference)
            {
                throw new LearnDataException(
                    "JournalMismatch",
                    $"{path} is the journal of an interrupted run that was another: {difference}. Repeat that run to finish it, or give -Force to throw its {journal.Finished} tile(s) away and begin anew.",
                    path);
            }

            if (!isBegun)
            {
                journal.Create(identity, run);
            }

            journal._isForgotten = true;
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
            return Open(path, identity, run, force: false, files, maximumBytes);
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

    /// <summary>Opens the journal that a shard left, to read it.</summary>
    /// <exception cref="LearnDataException">JournalInUse or JournalDamaged.</exception>
    public static DetectionJournal Open(string path, IFileSystem files)
    {
        DetectionJournal? journal = null;
        try
        {
            journal = Connect(path, files, maximumBytes: null);
            return journal.Read() ? journal : throw NoJournal(path);
        }
        catch (LearnDataException e) when (e.Id == "JournalDamaged")
        {
            journal?.Dispose();
            throw new LearnDataException(
                "JournalDamaged", $"{path} is a damaged shard, or one of another version of ArcLearn: repeat Invoke-DetectObjects with its -Shard and -Force to do it anew.", path, e);
        }
        catch
        {
            journal?.Dispose();
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

            _insert ??= Prepare("INSERT INTO detection" + Values, 8);
            _insert.Transaction = _transaction;
            foreach (Detection found in result.Detections)
            {
                Execute(_insert, found);
            }
        });
        Skipped += result.IsSkipped ? 1 : 0;
        CutDetections += result.CutDetections;
    }

    /// <summary>Takes all that the journals of a run's shards hold, in one transaction, in place of what it held.</summary>
    public void TakeAll(IEnumerable<DetectionJournal> shards, CancellationToken cancel)
    {
        Write(() => Execute("DELETE FROM failed"));
        (Finished, Skipped, CutDetections) = (0, 0, 0);
        Insert("detection", shards.SelectMany(shard =>
        {
            Finished += shard.Finished;
            Skipped += shard.Skipped;
            CutDetections += shard.CutDetections;
            foreach (FailedTile failed in shard.Failed)
            {
                Execute("INSERT OR REPLACE INTO failed VALUES ($1, $2)", failed.Tile, failed.Reason);
            }

            return shard.Between(0, int.MaxValue);
        }), cancel);
        Commit();
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
        (_uncommitted, _committed) = (0, (Finished, Skipped, CutDetections));
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
    public void Keep(IEnumerable<Detection> detections, CancellationToken cancel) => Insert("kept", detections, cancel);

    /// <summary>Merges what the tiles found, lets <paramref name="write"/> take it, best first, and removes the journal.</summary>
    /// <param name="write">Writes and completes the layer.</param>
    public void Finish(Action<IEnumerable<Detection>> write, CancellationToken cancel)
    {
        Keep(new DetectionFinish(Run, this).Run(), cancel);
        write(Kept());
        Complete();
    }

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
        if (_isForgotten && _committed.Finished == 0)
        {
            Delete(_path, _files);
        }
    }

    /// <summary>Commits what was accepted and leaves the file for a later command, even where it holds no tile.</summary>
    public void Seal()
    {
        Commit();
        _isForgotten = false;
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

    /// <summary>Removes a journal that nobody has open.</summary>
    public static void Delete(string path, IFileSystem files)
    {
        foreach (string file in new[] { path, path + "-wal", path + "-shm" })
        {
            FileSystemExtensions.TryDelete(files, file);
        }
    }

    /// <summary>Fills a table anew, in one transaction.</summary>
    private void Insert(string table, IEnumerable<Detection> detections, CancellationToken cancel) => Write(() =>
    {
        using SqliteTransaction transaction = _connection.BeginTransaction();
        _transaction = transaction;
        Execute("DELETE FROM " + table);
        using SqliteCommand insert = Prepare("INSERT INTO " + table + Values, 8);
        foreach (Detection found in detections)
        {
            cancel.ThrowIfCancellationRequested();
            Execute(insert, found);
        }

        transaction.Commit();
        _transaction = null;
    });

    private void Create(RunIdentity identity, DetectionRecord run) => Guard(() =>
    {
        (Identity, Run) = (identity, run);
        using SqliteTransaction transaction = _connection.BeginTransaction();
        _transaction = transaction;
        Execute($"PRAGMA application_id = {ApplicationId}");
        Execute($"PRAGMA user_version = {Version}");
        Execute("CREATE TABLE run (finished INTEGER NOT NULL, skipped INTEGER NOT NULL, cut INTEGER NOT NULL, record TEXT NOT NULL)");
        Execute("INSERT INTO run VALUES (0, 0, 0, $1)", run.ToJson());
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

    /// <returns>False for a database without a table.</returns>
    private bool Read()
    {
        bool isBegun = false;
        List<KeyValuePair<string, string>> parts = [];
        Guard(() =>
        {
            isBegun = Number("SELECT COUNT(*) FROM sqlite_master") > 0;
            if (!isBegun)
            {
                return;
            }

            if (Number("PRAGMA application_id") != ApplicationId || Number("PRAGMA user_version") != Version)
            {
                throw NoJournal(_path);
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
            _committed = (Finished, Skipped, CutDetections);
            using SqliteCommand record = Prepare("SELECT record FROM run", 0);
            Run = DetectionRecord.Parse(Convert.ToString(record.ExecuteScalar(), CultureInfo.InvariantCulture) ?? "");
        });
        Identity = new RunIdentity(parts);
        return isBegun;
    }

    private static LearnDataException NoJournal(string path) => new(
        "JournalDamaged", $"{path} is no journal of this version of ArcLearn, or one that was cut short. Move it away, or give -Force to throw it away.", path);

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

    private static void Execute(SqliteCommand insert, in Detection found) =>
        Execute(insert, found.Tile, found.Index, found.ClassIndex, found.Score, found.XMin, found.YMin, found.XMax, found.YMax);

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
            (Finished, Skipped, CutDetections) = _committed;
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
