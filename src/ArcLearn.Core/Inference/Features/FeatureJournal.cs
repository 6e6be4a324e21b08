using System.Diagnostics;
using ArcLearn.Core.IO;
using Microsoft.Data.Sqlite;

namespace ArcLearn.Core.Inference;

/// <summary>What became of a feature.</summary>
/// <param name="Ordinal">Its place in the layer, from 1.</param>
/// <param name="Id">Its id in the layer.</param>
/// <param name="Subject">A hash of what decided its chip: by it a feature that was changed since is known.</param>
/// <param name="Class">Index into the model's classes; −1 where it was passed over.</param>
/// <param name="Reason">Why it was; null where it was not.</param>
internal readonly record struct FeatureOutcome(long Ordinal, long Id, long Subject, int Class, double Confidence, string? Reason);

/// <summary>What a classification of features has come to so far: it holds a million of them where memory need not.</summary>
internal sealed class FeatureJournal : JournalFile
{
    private const int Group = 1024;
    private static readonly TimeSpan s_groupTime = TimeSpan.FromSeconds(2);

    private readonly Stopwatch _sinceCommit = Stopwatch.StartNew();
    private SqliteCommand? _insert;
    private int _uncommitted;

    private FeatureJournal(string path, IFileSystem files)
        : base(path, files, applicationId: 0x41726C46, version: 2)      // "ArlF"
    {
    }

    /// <summary>The ordinal of the last feature that is done; 0 for none.</summary>
    public long Done { get; private set; }

    /// <summary>Opens the journal of a run that was interrupted, or begins one.</summary>
    /// <inheritdoc cref="JournalFile.Open"/>
    public static FeatureJournal Open(string path, RunIdentity identity, bool force, IFileSystem files) =>
        Open(static (path, files) => new FeatureJournal(path, files), journal => journal.Guard(() => journal.Begin(identity)), path, force, files);

    public void Add(in FeatureOutcome outcome)
    {
        (long ordinal, long id, long subject, int found, double confidence, string? reason) = outcome;
        Guard(() =>
        {
            BeginGroup();
            _insert ??= Prepare("INSERT INTO feature VALUES ($1, $2, $3, $4, $5, $6)", 6);
            Execute(_insert, ordinal, id, subject, found, confidence, (object?)reason ?? DBNull.Value);
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
        CommitGroup();
        _uncommitted = 0;
        _sinceCommit.Restart();
    });

    /// <summary>All features, in the layer's order.</summary>
    public IEnumerable<FeatureOutcome> Read()
    {
        Commit();
        using SqliteCommand command = Prepare("SELECT ordinal, id, subject, class, confidence, reason FROM feature ORDER BY ordinal", 0);
        SqliteDataReader? rows = null;
        Guard(() => rows = command.ExecuteReader());
        using (rows)
        {
            while (true)
            {
                FeatureOutcome? next = null;
                Guard(() => next = rows!.Read()
                    ? new FeatureOutcome(rows.GetInt64(0), rows.GetInt64(1), rows.GetInt64(2), rows.GetInt32(3), rows.GetDouble(4), rows.IsDBNull(5) ? null : rows.GetString(5))
                    : null);
                if (next is not FeatureOutcome outcome)
                {
                    yield break;
                }

                yield return outcome;
            }
        }
    }

    /// <summary>Forgets all features.</summary>
    public void Clear()
    {
        Guard(() => Together(() => Execute("DELETE FROM feature")));
        Done = 0;
    }

    /// <summary>What to say where the features are not those that the journal knows.</summary>
    public LearnDataException Mismatch(string layer, long ordinal) => new(
        "JournalMismatch",
        $"{Path} is the journal of an interrupted run, and the features of {layer} have changed since, from the {ordinal}. on. Give -Force to throw its {Done} feature(s) away and begin anew.",
        Path);

    public override void Dispose()
    {
        try
        {
            Commit();
        }
        catch (Exception e) when (e is IOException or LearnDataException or UnauthorizedAccessException or InvalidOperationException)
        {
            // What failed before is what the user must hear of; the features of this group are done again.
        }

        base.Dispose();
    }

    private void Begin(RunIdentity identity)
    {
        if (!ReadHead())
        {
            Begin(identity, () => Execute(
                "CREATE TABLE feature (ordinal INTEGER PRIMARY KEY, id INTEGER NOT NULL, subject INTEGER NOT NULL, class INTEGER NOT NULL, confidence REAL NOT NULL, reason TEXT)"));
            return;
        }

        Done = Number("SELECT COALESCE(MAX(ordinal), 0) FROM feature");
        Require(identity, FormattableString.Invariant($"its {Done} feature(s)"));
    }

    /// <inheritdoc/>
    protected override void ForgetStatements()
    {
        _insert?.Dispose();
        _insert = null;
    }
}
