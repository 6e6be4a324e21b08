using System.Globalization;
using System.Management.Automation;
using System.Text;

namespace ArcLearn.Shell;

/// <summary>
/// Progress records as one or two lines at the bottom of a terminal, redrawn in place. Elsewhere (a scheduler's log) as a plain line
/// when at least ten seconds have gone by and another tenth is done: short steps leave no trace there, long ones tell how far they are.
/// </summary>
internal sealed class ProgressDisplay(TextWriter writer, bool draws)
{
    private const int MaxLines = 2;
    private const int LogIntervalMs = 10_000;
    private const int DrawIntervalMs = 100;

    private readonly List<Entry> _active = [];
    private long _lastDraw;
    private int _drawn;

    public void Update(long source, ProgressRecord record, bool mayDraw)
    {
        Entry? entry = _active.Find(e => e.Source == source && e.Record.ActivityId == record.ActivityId);
        bool changed = entry is null;
        if (record.RecordType == ProgressRecordType.Completed)
        {
            changed = _active.RemoveAll(e => e.Source == source
                && (e.Record.ActivityId == record.ActivityId || e.Record.ParentActivityId == record.ActivityId)) > 0;
        }
        else if (entry is null)
        {
            entry = new Entry(source, record) { LoggedAt = Environment.TickCount64 };
            _active.Add(entry);
        }
        else
        {
            entry.Record = record;
        }

        if (!draws)
        {
            Log(entry, record);
        }
        else if (mayDraw && (changed || Environment.TickCount64 - _lastDraw >= DrawIntervalMs))
        {
            Draw();
        }
    }

    /// <summary>Takes the lines away before other text is written.</summary>
    public void Clear()
    {
        if (_drawn > 0)
        {
            writer.Write(Erase());
            _drawn = 0;
        }
    }

    private void Draw()
    {
        StringBuilder text = new(Erase());
        string[] lines = [.. _active.TakeLast(MaxLines).Select(e => Line(e.Record, Terminal.Width - 1))];
        writer.Write(text.AppendJoin('\n', lines));
        _drawn = lines.Length;
        _lastDraw = Environment.TickCount64;
    }

    private string Erase() => _drawn switch
    {
        0 => "",
        1 => "\r\e[J",
        _ => $"\r\e[{_drawn - 1}A\e[J",
    };

    private void Log(Entry? entry, ProgressRecord record)
    {
        int tenth = record.PercentComplete / 10;
        if (entry is null || record.RecordType == ProgressRecordType.Completed
            || Environment.TickCount64 - entry.LoggedAt < LogIntervalMs || (record.PercentComplete >= 0 && tenth == entry.LoggedTenth))
        {
            return;
        }

        (entry.LoggedAt, entry.LoggedTenth) = (Environment.TickCount64, tenth);
        writer.WriteLine(Line(record, int.MaxValue));
    }

    /// <summary>"Activity: status  [#####-----]  50 %  0:12 left", cut at the terminal's edge: a wrapped line could not be redrawn.</summary>
    internal static string Line(ProgressRecord record, int width)
    {
        StringBuilder line = new();
        line.Append(CultureInfo.InvariantCulture, $"{record.Activity}: {record.StatusDescription}");
        if (record.PercentComplete >= 0)
        {
            int filled = record.PercentComplete / 10;
            line.Append(CultureInfo.InvariantCulture, $"  [{new string('#', filled)}{new string('-', 10 - filled)}] {record.PercentComplete,3} %");
        }

        if (record.SecondsRemaining >= 0)
        {
            TimeSpan left = TimeSpan.FromSeconds(record.SecondsRemaining);
            line.Append("  ").Append(left.ToString(left.TotalHours >= 1 ? @"h\:mm\:ss" : @"m\:ss", CultureInfo.InvariantCulture)).Append(" left");
        }

        line.Replace('\n', ' ').Replace('\r', ' ');
        return line.Length > width ? line.ToString(0, Math.Max(width, 0)) : line.ToString();
    }

    private sealed class Entry(long source, ProgressRecord record)
    {
        public long Source { get; } = source;

        public ProgressRecord Record { get; set; } = record;

        public long LoggedAt { get; set; }

        public int LoggedTenth { get; set; }
    }
}
