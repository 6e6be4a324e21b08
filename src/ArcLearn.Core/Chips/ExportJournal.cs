using System.Globalization;
using System.Text;
using System.Text.Json;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Chips;

/// <summary>
/// What an unfinished export has done: the inputs that it was made of, and a line for each chip whose files are all written. It lies in the
/// incomplete folder beside a note that says so, and goes when the export is complete. A killed run leaves it, and the next run of the same inputs goes on from there.
/// Each run writes a part of its own, so that no line that was written is ever written again.
/// </summary>
internal sealed class ExportJournal : IDisposable
{
    private const string NoticeName = "INCOMPLETE.txt";
    private const string InputsName = "export.inputs.json";
    private const string PartPrefix = "export.";
    private const string PartSuffix = ".journal";

    private readonly IFileSystem _files;
    private readonly string _folder;
    private readonly Stream _lock;
    private readonly Stream _part;
    private readonly Dictionary<int, ChipRecord> _done;
    private readonly object _writing = new();

    /// <summary>Takes hold of an incomplete folder, which the caller has checked and made.</summary>
    /// <exception cref="LearnDataException">OutputBusy: another export writes to it.</exception>
    public ExportJournal(IFileSystem files, string folder, IReadOnlyDictionary<string, string> inputs)
    {
        (_files, _folder) = (files, folder);
        _lock = TakeLock(files, folder);
        try
        {
            List<string> parts = Parts(files, folder);
            _done = files.FileExists(Path.Combine(folder, InputsName)) ? ReadParts(files, parts) : [];
            Count = _done.Count;
            files.WriteAllText(Path.Combine(folder, InputsName), JsonSerializer.Serialize(inputs));
            _part = files.Create(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{PartPrefix}{parts.Count:D4}{PartSuffix}")));
        }
        catch
        {
            _lock.Dispose();
            throw;
        }
    }

    /// <summary>Chips that an earlier run has written.</summary>
    public int Count { get; }

    /// <summary>Whether a killed run with these inputs has left something to go on from.</summary>
    /// <param name="folder">The incomplete folder; it need not be there.</param>
    /// <param name="isForced">Whether what is there may go.</param>
    /// <exception cref="LearnDataException">ResumeMismatch: it was made of other inputs, and is not to be replaced.</exception>
    public static bool CanContinue(IFileSystem files, string folder, IReadOnlyDictionary<string, string> inputs, bool isForced)
    {
        string path = Path.Combine(folder, InputsName);
        if (!files.DirectoryExists(folder) || !files.FileExists(path))
        {
            return false;
        }

        Dictionary<string, string> before = ReadInputs(files, path);
        string[] changed = [.. before.Keys.Union(inputs.Keys).Where(name => before.GetValueOrDefault(name) != inputs.GetValueOrDefault(name)).Order(StringComparer.Ordinal)];
        return changed.Length == 0 || (isForced
            ? false
            : throw new LearnDataException(
                "ResumeMismatch",
                $"{folder} holds an export that was ended before its time, and it was another one: {string.Join(", ", changed)} changed. Repeat that export to complete it, or use -Force to start over.",
                folder));
    }

    /// <summary>Takes away what a killed run left.</summary>
    /// <exception cref="LearnArgumentException">OutputLocation: the folder is none that an export left.</exception>
    public static void Clear(IFileSystem files, string folder)
    {
        if (!OutputFolder.HoldsSomething(files, folder))
        {
            return;
        }

        if (!new[] { NoticeName, InputsName, "map.txt" }.Any(name => files.FileExists(Path.Combine(folder, name))))
        {
            throw new LearnArgumentException("OutputLocation", $"{folder} is needed for the chips until they are complete, and holds something else. Move it, or choose another folder.");
        }

        files.DeleteDirectory(folder);
    }

    /// <summary>The record of a chip that an earlier run has written; null for any other.</summary>
    public ChipRecord? Find(int tile) => _done.GetValueOrDefault(tile);

    /// <summary>Notes that all files of a chip are written.</summary>
    public void Add(int tile, ChipRecord chip)
    {
        byte[] line = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(Line.Of(tile, chip)) + "\n");
        lock (_writing)
        {
            _part.Write(line);
            _part.Flush();
        }
    }

    /// <summary>Takes journal and note away: the folder is complete.</summary>
    public void Complete()
    {
        Dispose();
        foreach (string part in Parts(_files, _folder).Append(Path.Combine(_folder, InputsName)).Append(Path.Combine(_folder, NoticeName)))
        {
            _files.DeleteFile(part);
        }
    }

    public void Dispose()
    {
        _part.Dispose();
        _lock.Dispose();
    }

    private static Stream TakeLock(IFileSystem files, string folder)
    {
        try
        {
            Stream stream = files.Lock(Path.Combine(folder, NoticeName));
            stream.Write(Encoding.UTF8.GetBytes(
                "This export is not complete. The command that began it goes on from here when it is given again; with -Force it starts over.\n"));
            stream.Flush();
            return stream;
        }
        catch (IOException e) when (files.FileExists(Path.Combine(folder, NoticeName)))
        {
            throw new LearnDataException("OutputBusy", $"Another export is writing to {folder}, or its note {NoticeName} cannot be written: {e.Message}", folder, e);
        }
    }

    private static List<string> Parts(IFileSystem files, string folder) =>
        [.. files.EnumerateFiles(folder).Where(file => Path.GetFileName(file) is string name && name.StartsWith(PartPrefix, StringComparison.Ordinal) && name.EndsWith(PartSuffix, StringComparison.Ordinal))];

    private static Dictionary<string, string> ReadInputs(IFileSystem files, string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(files.ReadAllText(path)) ?? [];
        }
        catch (JsonException)
        {
            // Killed while it was written: nothing can be known of it.
            return [];
        }
    }

    private static Dictionary<int, ChipRecord> ReadParts(IFileSystem files, List<string> parts)
    {
        Dictionary<int, ChipRecord> done = [];
        foreach (string part in parts)
        {
            foreach (string text in files.ReadAllText(part).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                try
                {
                    Line line = JsonSerializer.Deserialize<Line>(text)!;
                    done[line.Tile] = line.ToRecord();
                }
                catch (JsonException)
                {
                    // The line that a kill cut off; its chip is written again.
                }
            }
        }

        return done;
    }

    /// <summary>A record in numbers and texts; doubles go through JSON unchanged.</summary>
    private sealed record Line(int Tile, int Number, string Map, double[][] Bands, double[][] Additional, double[][] Objects, long[][] Pixels, string? Note)
    {
        public static Line Of(int tile, ChipRecord chip) => new(
            tile,
            chip.Number,
            chip.MapLine,
            [.. chip.Bands.Select(Numbers)],
            [.. chip.AdditionalBands.Select(Numbers)],
            [.. chip.Objects.Select(o => new[] { o.Value, o.Area })],
            [.. chip.Pixels.Select(p => new[] { p.Value, p.Count })],
            chip.Note);

        public ChipRecord ToRecord() => new(
            Number,
            Map,
            [.. Bands.Select(Statistic)],
            [.. Additional.Select(Statistic)],
            [.. Objects.Select(o => ((int)o[0], o[1]))],
            [.. Pixels.Select(p => ((int)p[0], p[1]))],
            Note);

        private static double[] Numbers(RunningStatistic of) => [of.Count, of.Min, of.Max, of.Mean, of.Sum, of.SquaredDeviation];

        private static RunningStatistic Statistic(double[] n) => RunningStatistic.Restore((long)n[0], n[1], n[2], n[3], n[4], n[5]);
    }
}
