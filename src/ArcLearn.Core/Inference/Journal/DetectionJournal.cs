using ArcLearn.Core.IO;
using Microsoft.Data.Sqlite;

namespace ArcLearn.Core.Inference;

/// <summary>What a search has found so far, detection by detection.</summary>
internal sealed class DetectionJournal : TileJournal, ITileSink
{
    public const string KindName = "detections";

    private const string Columns =
        "(tile INTEGER, number INTEGER, class INTEGER NOT NULL, score REAL NOT NULL, xmin REAL NOT NULL, ymin REAL NOT NULL, xmax REAL NOT NULL, ymax REAL NOT NULL, PRIMARY KEY (tile, number)) WITHOUT ROWID";

    private const string Values = " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

    private SqliteCommand? _insert;

    private DetectionJournal(string path, IFileSystem files)
        : base(path, files)
    {
    }

    public int CutDetections => Counted;

    /// <summary>The run that it is of, as it was begun.</summary>
    public DetectionRecord Run => (DetectionRecord)Record;

    protected override string Kind => KindName;

    /// <inheritdoc cref="TileJournal.Open{TJournal}(Func{string, IFileSystem, TJournal}, string, RunIdentity, RunRecord, bool, IFileSystem, long?)"/>
    public static DetectionJournal Open(string path, RunIdentity identity, DetectionRecord run, bool force, IFileSystem files, long? maximumBytes = null) =>
        Open(static (path, files) => new DetectionJournal(path, files), path, identity, run, force, files, maximumBytes);

    /// <inheritdoc cref="TileJournal.OpenShard"/>
    public static DetectionJournal Open(string path, IFileSystem files) => Open(static (path, files) => new DetectionJournal(path, files), path, files);

    public void Accept(TileResult result) => Accept(result, () => Insert(result));

    /// <inheritdoc cref="TileJournal.Mend"/>
    public void Mend(TileResult result) => Mend(result, () => Insert(result));

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

    public override TileJournal BeginWhole(string path, RunIdentity identity, RunRecord run, IFileSystem files) =>
        Open(path, identity, (DetectionRecord)run, force: true, files);

    protected override RunRecord ParseRecord(string json) => RunRecord.Parse<DetectionRecord>(json);

    protected override void CreateTables()
    {
        Execute("CREATE TABLE detection " + Columns);
        Execute("CREATE TABLE kept " + Columns);
    }

    protected override void TakeContent(IReadOnlyList<TileJournal> shards, CancellationToken cancel) =>
        Insert("detection", shards.Cast<DetectionJournal>().SelectMany(shard => shard.Between(0, int.MaxValue)), cancel);

    protected override void ForgetStatements()
    {
        _insert?.Dispose();
        _insert = null;
    }

    private void Insert(TileResult result)
    {
        _insert ??= Prepare("INSERT INTO detection" + Values, 8);
        foreach (Detection found in result.Detections)
        {
            Execute(_insert, found);
        }

        Counted += result.CutDetections;
    }

    /// <summary>Fills a table anew, in one transaction.</summary>
    private void Insert(string table, IEnumerable<Detection> detections, CancellationToken cancel) => InTransaction(() =>
    {
        Execute("DELETE FROM " + table);
        using SqliteCommand insert = Prepare("INSERT INTO " + table + Values, 8);
        foreach (Detection found in detections)
        {
            cancel.ThrowIfCancellationRequested();
            Execute(insert, found);
        }
    });

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

    private static void Execute(SqliteCommand insert, in Detection found) =>
        Execute(insert, found.Tile, found.Index, found.ClassIndex, found.Score, found.XMin, found.YMin, found.XMax, found.YMax);
}
