using System.Diagnostics;
using ArcLearn.Core.IO;
using Microsoft.Data.Sqlite;

namespace ArcLearn.Core.Inference;

/// <summary>
/// What a run has come to so far, in a SQLite database beside its output: the result is there and not in memory, and outlives the process. Tiles are
/// added in their order and committed in groups, so that what is finished is always the first tiles of the run. What a tile holds is the kind's matter.
/// </summary>
internal abstract class TileJournal : JournalFile
{
    private const string FinishingTable = "finishing";
    private const int GroupTiles = 512;
    private static readonly TimeSpan s_groupTime = TimeSpan.FromSeconds(2);

    private readonly Stopwatch _sinceCommit = Stopwatch.StartNew();
    private int _uncommitted;
    private (int Finished, int Skipped, int Counted) _committed;

    // Whether a journal without a finished tile goes: one of another run is let alone, and a shard may have no tile.
    private bool _isForgotten;

    protected TileJournal(string path, IFileSystem files)
        : base(path, files, applicationId: 0x41726C4A, version: 3)      // "ArlJ"
    {
    }

    /// <summary>Tiles of the run that are done, from its first on.</summary>
    public int Finished { get; private set; }

    /// <summary>Tiles among them that are wholly nodata.</summary>
    public int Skipped { get; private set; }

    /// <summary>The run that it is of, as it was begun.</summary>
    public RunRecord Record { get; private set; } = null!;

    /// <summary>Tiles among them that could not be read.</summary>
    public IReadOnlyList<FailedTile> Failed => ReadFailed("SELECT tile, reason FROM failed ORDER BY tile");

    /// <summary>Other tiles that could not be read when they were seen for the sake of their neighbours, which lack what they say.</summary>
    public virtual IReadOnlyList<FailedTile> FailedAround => [];

    /// <summary>What the kind counts over all tiles beside them.</summary>
    protected int Counted { get; set; }

    /// <summary>What its tiles hold, as it stands in the file.</summary>
    protected abstract string Kind { get; }

    /// <summary>Where the journal of an output lies.</summary>
    public static string PathFor(string output) => output + ".journal";

    /// <summary>Opens the journal of a run that was interrupted, or begins one.</summary>
    /// <param name="create">Makes the kind's object for the path.</param>
    /// <param name="identity">Of the run that is to be done.</param>
    /// <param name="run">What finishing it will need.</param>
    /// <param name="force">Whether a journal of another run, or a damaged one, is thrown away.</param>
    /// <param name="maximumBytes">A limit as a full disk sets one; for tests.</param>
    /// <inheritdoc cref="JournalFile.Open"/>
    protected static TJournal Open<TJournal>(
        Func<string, IFileSystem, TJournal> create, string path, RunIdentity identity, RunRecord run, bool force, IFileSystem files, long? maximumBytes)
        where TJournal : TileJournal
    {
        TJournal journal = Open(create, Begin, path, force, files, maximumBytes);
        journal._isForgotten = true;
        return journal;

        void Begin(TJournal journal)
        {
            if (journal.Read())
            {
                journal.Require(identity, FormattableString.Invariant($"its {journal.Finished} tile(s)"));
            }
            else
            {
                journal.Begin(identity, run);
            }
        }
    }

    /// <summary>Opens the journal that a shard left, to read it, whatever it holds.</summary>
    /// <exception cref="LearnDataException">JournalInUse or JournalDamaged.</exception>
    public static TileJournal OpenShard(string path, IFileSystem files)
    {
        string kind;
        using (Unknown unknown = Open(static (path, files) => new Unknown(path, files), path, files))
        {
            kind = unknown.FoundKind;
        }

        return kind == DetectionJournal.KindName ? DetectionJournal.Open(path, files) : PixelJournal.Open(path, files);
    }

    /// <inheritdoc cref="OpenShard"/>
    protected static TJournal Open<TJournal>(Func<string, IFileSystem, TJournal> create, string path, IFileSystem files)
        where TJournal : TileJournal
    {
        TJournal? journal = null;
        try
        {
            journal = create(path, files);
            journal.Connect(maximumBytes: null);
            return journal.Read() ? journal : throw journal.NoJournal();
        }
        catch (LearnDataException e) when (e.Id == "JournalDamaged")
        {
            journal?.Dispose();
            throw new LearnDataException(
                "JournalDamaged", $"{path} is a damaged shard, or one of another version of ArcLearn: repeat the run with its -Shard and -Force to do it anew.", path, e);
        }
        catch
        {
            journal?.Dispose();
            throw;
        }
    }

    /// <summary>Takes all that the journals of a run's shards hold, in place of what it held.</summary>
    /// <param name="shards">Of the same kind, in the order of their tiles.</param>
    public void TakeAll(IReadOnlyList<TileJournal> shards, CancellationToken cancel)
    {
        Write(() => Execute("DELETE FROM failed"));
        (Finished, Skipped, Counted) = (shards.Sum(shard => shard.Finished), shards.Sum(shard => shard.Skipped), shards.Sum(shard => shard.Counted));
        TakeContent(shards, cancel);
        Write(() =>
        {
            BeginGroup();
            foreach (FailedTile failed in shards.SelectMany(shard => shard.Failed))
            {
                Execute("INSERT OR REPLACE INTO failed VALUES ($1, $2)", failed.Tile, failed.Reason);
            }
        });
        Commit();
    }

    /// <summary>What was accepted survives the process from here on.</summary>
    public void Commit()
    {
        Write(() =>
        {
            BeginGroup();
            Execute("UPDATE run SET finished = $1, skipped = $2, counted = $3", Finished, Skipped, Counted);
            CommitGroup();
        });
        (_uncommitted, _committed) = (0, (Finished, Skipped, Counted));
        _sinceCommit.Restart();
    }

    /// <summary>Commits what was accepted and sets the file free. A journal without a finished tile goes.</summary>
    public override void Dispose()
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

        base.Dispose();
        if (_isForgotten && _committed.Finished == 0)
        {
            Delete(Path, Files);
        }
    }

    /// <summary>Commits what was accepted and leaves the file for a later command, even where it holds no tile.</summary>
    public void Seal()
    {
        Commit();
        _isForgotten = false;
    }

    /// <summary>Whether the output's files were about to get their names: such of them as are there are this run's.</summary>
    public bool IsFinishing
    {
        get
        {
            bool isFinishing = false;
            Guard(() => isFinishing = HasTable(FinishingTable));
            return isFinishing;
        }
    }

    /// <summary>Notes for a repeated run that the output's files are about to get their names.</summary>
    public void BeginFinish() => InTransaction(() => Execute($"CREATE TABLE IF NOT EXISTS {FinishingTable} (unused INTEGER)"));

    /// <summary>Begins the journal of the run that this one is a shard of; an old one goes.</summary>
    public abstract TileJournal BeginWhole(string path, RunIdentity identity, RunRecord run, IFileSystem files);

    /// <summary>Makes the tables of what tiles hold, within the transaction that begins the journal.</summary>
    protected abstract void CreateTables();

    protected abstract RunRecord ParseRecord(string json);

    /// <summary>Puts what the shards' tiles hold in place of its own.</summary>
    protected abstract void TakeContent(IReadOnlyList<TileJournal> shards, CancellationToken cancel);

    /// <summary>Takes a finished tile.</summary>
    /// <param name="add">Stores what it holds.</param>
    protected void Accept(TileOutcome result, Action add)
    {
        Add(result, add);
        Finished++;
        if (++_uncommitted >= GroupTiles || _sinceCommit.Elapsed >= s_groupTime)
        {
            Commit();
        }
    }

    /// <summary>Takes the result of a tile that was finished as one that could not be read, and now could.</summary>
    protected void Mend(TileOutcome result, Action add)
    {
        Add(result, add);
        Write(() => Execute("DELETE FROM failed WHERE tile = $1", result.Tile));
        _uncommitted++;
    }

    /// <summary>Stores something beside the tiles, with their group.</summary>
    protected void AddToGroup(Action add) => Write(() =>
    {
        BeginGroup();
        add();
    });

    private void Add(TileOutcome result, Action add)
    {
        Write(() =>
        {
            BeginGroup();
            if (result.Failure is string reason)
            {
                Execute("INSERT INTO failed VALUES ($1, $2)", result.Tile, reason);
            }

            add();
        });
        Skipped += result.IsSkipped ? 1 : 0;
    }

    private void Begin(RunIdentity identity, RunRecord run) => Guard(() =>
    {
        Record = run;
        Begin(identity, () =>
        {
            Execute("CREATE TABLE run (kind TEXT NOT NULL, finished INTEGER NOT NULL, skipped INTEGER NOT NULL, counted INTEGER NOT NULL, record TEXT NOT NULL)");
            Execute("INSERT INTO run VALUES ($1, 0, 0, 0, $2)", Kind, run.ToJson());
            CreateTables();
            Execute("CREATE TABLE failed (tile INTEGER PRIMARY KEY, reason TEXT NOT NULL)");
        });
    });

    /// <returns>False for a database without a table.</returns>
    private bool Read()
    {
        bool isBegun = false;
        Guard(() =>
        {
            isBegun = ReadHead();
            if (isBegun)
            {
                (Finished, Skipped, Counted) = ((int)Number("SELECT finished FROM run"), (int)Number("SELECT skipped FROM run"), (int)Number("SELECT counted FROM run"));
                _committed = (Finished, Skipped, Counted);
                ReadRecord(Text("SELECT kind FROM run"), Text("SELECT record FROM run"));
            }
        });
        return isBegun;
    }

    private protected virtual void ReadRecord(string kind, string record) =>
        Record = kind == Kind ? ParseRecord(record) : throw new FormatException($"A journal of {kind}, where one of {Kind} is expected.");

    protected List<FailedTile> ReadFailed(string sql)
    {
        List<FailedTile> tiles = [];
        Guard(() =>
        {
            using SqliteCommand command = Prepare(sql, 0);
            using SqliteDataReader rows = command.ExecuteReader();
            while (rows.Read())
            {
                tiles.Add(new FailedTile(rows.GetInt32(0), rows.GetString(1)));
            }
        });
        return tiles;
    }

    /// <summary>Sets how many of the first tiles are done, within a transaction.</summary>
    protected void Recount(int finished, int skipped)
    {
        (Finished, Skipped) = (finished, skipped);
        Execute("UPDATE run SET finished = $1, skipped = $2", finished, skipped);
        _committed = (finished, skipped, Counted);
    }

    /// <summary>Does several statements as one, apart from the group of tiles.</summary>
    protected void InTransaction(Action action) => Write(() => Together(action));

    /// <summary>What fails takes its group of tiles with it: SQLite has rolled it back.</summary>
    private void Write(Action action)
    {
        try
        {
            Guard(action);
        }
        catch
        {
            EndGroup();
            _uncommitted = 0;
            (Finished, Skipped, Counted) = _committed;
            throw;
        }
    }

    /// <summary>A journal of which only the kind is asked.</summary>
    private sealed class Unknown(string path, IFileSystem files) : TileJournal(path, files)
    {
        public string FoundKind { get; private set; } = "";

        protected override string Kind => FoundKind;

        public override TileJournal BeginWhole(string path, RunIdentity identity, RunRecord run, IFileSystem files) => throw new NotSupportedException();

        protected override void CreateTables() => throw new NotSupportedException();

        protected override RunRecord ParseRecord(string json) => throw new NotSupportedException();

        protected override void TakeContent(IReadOnlyList<TileJournal> shards, CancellationToken cancel) => throw new NotSupportedException();

        private protected override void ReadRecord(string kind, string record) => FoundKind = kind;
    }
}
