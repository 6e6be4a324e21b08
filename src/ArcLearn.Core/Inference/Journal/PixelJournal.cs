using ArcLearn.Core.IO;
using Microsoft.Data.Sqlite;

namespace ArcLearn.Core.Inference;

/// <summary>What a classification has come to so far: packed pixels, tile by tile.</summary>
internal sealed class PixelJournal : TileJournal, ITileSink<ClassTile>
{
    public const string KindName = "classes";

    private const string InsertTile = "INSERT INTO tile VALUES ($1, $2, $3)";

    private const string AroundTable = "around";

    private SqliteCommand? _insert;

    private PixelJournal(string path, IFileSystem files)
        : base(path, files)
    {
    }

    /// <summary>The run that it is of, as it was begun.</summary>
    public PixelRecord Run => (PixelRecord)Record;

    protected override string Kind => KindName;

    /// <inheritdoc cref="TileJournal.Open{TJournal}(Func{string, IFileSystem, TJournal}, string, RunIdentity, RunRecord, bool, IFileSystem, long?)"/>
    public static PixelJournal Open(string path, RunIdentity identity, PixelRecord run, bool force, IFileSystem files, long? maximumBytes = null) =>
        Open(static (path, files) => new PixelJournal(path, files), path, identity, run, force, files, maximumBytes);

    /// <inheritdoc cref="TileJournal.OpenShard"/>
    public static PixelJournal Open(string path, IFileSystem files) => Open(static (path, files) => new PixelJournal(path, files), path, files);

    public void Accept(ClassTile result) => Accept(result, () => Insert(result));

    /// <inheritdoc cref="TileJournal.Mend"/>
    public void Mend(ClassTile result) => Mend(result, () => Insert(result));

    // One that is among the run's failed tiles is a hole, and told as such.
    public override IReadOnlyList<FailedTile> FailedAround
    {
        get
        {
            bool isThere = false;
            Guard(() => isThere = HasTable(AroundTable));
            return isThere ? ReadFailed($"SELECT tile, reason FROM {AroundTable} WHERE tile NOT IN (SELECT tile FROM failed) ORDER BY tile") : [];
        }
    }

    /// <summary>Takes a tile that could not be read for the sake of its neighbours; before these.</summary>
    public void AddFailedAround(FailedTile failed) => AddToGroup(() => InsertAround(failed));

    /// <summary>Forgets all tiles of the run from one on, and all that failed: none does before it.</summary>
    /// <param name="tiles">Of the run.</param>
    /// <param name="count">Tiles that stay.</param>
    public void CutBack(TileSelection tiles, int count)
    {
        int from = tiles[count].Index;
        InTransaction(() =>
        {
            Execute("DELETE FROM tile WHERE tile >= $1", from);
            Execute("DELETE FROM failed");
            Execute($"DROP TABLE IF EXISTS {AroundTable}");

            // A tile that was skipped left no row.
            Recount(count, count - (int)Number("SELECT (SELECT COUNT(*) FROM tile) + (SELECT COUNT(*) FROM failed)"));
        });
    }

    /// <summary>The tiles from one on to before another, in their order: number, pixels, percents.</summary>
    public IEnumerable<(int Tile, byte[] Classes, byte[]? Shares)> Between(int first, int end)
    {
        using SqliteCommand command = Prepare("SELECT tile, classes, shares FROM tile WHERE tile >= $1 AND tile < $2 ORDER BY tile", 2);
        (command.Parameters[0].Value, command.Parameters[1].Value) = (first, end);
        SqliteDataReader? rows = null;
        Guard(() => rows = command.ExecuteReader());
        using (rows)
        {
            while (true)
            {
                (int, byte[], byte[]?)? found = null;
                Guard(() => found = rows!.Read() ? (rows.GetInt32(0), (byte[])rows.GetValue(1), rows.GetValue(2) as byte[]) : null);
                if (found is null)
                {
                    yield break;
                }

                yield return found.Value;
            }
        }
    }

    /// <summary>Does what reads packed pixels: such that are damaged are the journal's fault.</summary>
    /// <exception cref="LearnDataException">JournalDamaged.</exception>
    public void Check(Action unpack) => Guard(unpack);

    public override TileJournal BeginWhole(string path, RunIdentity identity, RunRecord run, IFileSystem files) =>
        Open(path, identity, (PixelRecord)run, force: true, files);

    protected override RunRecord ParseRecord(string json) => RunRecord.Parse<PixelRecord>(json);

    protected override void CreateTables() => Execute("CREATE TABLE tile (tile INTEGER PRIMARY KEY, classes BLOB NOT NULL, shares BLOB)");

    protected override void TakeContent(IReadOnlyList<TileJournal> shards, CancellationToken cancel) => InTransaction(() =>
    {
        Execute("DELETE FROM tile");
        using SqliteCommand insert = Prepare(InsertTile, 3);
        foreach ((int tile, byte[] classes, byte[]? shares) in shards.Cast<PixelJournal>().SelectMany(shard => shard.Between(0, int.MaxValue)))
        {
            cancel.ThrowIfCancellationRequested();
            Execute(insert, tile, classes, (object?)shares ?? DBNull.Value);
        }

        Execute($"DROP TABLE IF EXISTS {AroundTable}");
        foreach (FailedTile failed in shards.SelectMany(shard => shard.FailedAround))
        {
            InsertAround(failed);
        }
    });

    protected override void ForgetStatements()
    {
        _insert?.Dispose();
        _insert = null;
    }

    // Few runs have such a tile, and no table for them.
    private void InsertAround(FailedTile failed)
    {
        Execute($"CREATE TABLE IF NOT EXISTS {AroundTable} (tile INTEGER PRIMARY KEY, reason TEXT NOT NULL)");
        Execute($"INSERT OR REPLACE INTO {AroundTable} VALUES ($1, $2)", failed.Tile, failed.Reason);
    }

    private void Insert(ClassTile result)
    {
        if (result.Classes is byte[] classes)
        {
            _insert ??= Prepare(InsertTile, 3);
            Execute(_insert, result.Tile, classes, (object?)result.Shares ?? DBNull.Value);
        }
    }
}
