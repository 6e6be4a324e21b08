using ArcLearn.Core.IO;

namespace ArcLearn.Core.Chips;

/// <summary>What to do with a folder that is there.</summary>
internal enum ExistingOutput
{
    Refuse,
    Replace,
    Extend,
}

/// <summary>
/// A folder that is filled under a name of its own beside its place, which says that it is incomplete, and moved there when complete; disposing before
/// leaves nothing. What an older export left in its place is replaced or extended, what others put there (the models folder of a training) is kept.
/// </summary>
internal sealed class OutputFolder : IDisposable
{
    private static readonly string[] s_reports = ["map.txt", "stats.txt", "annotations.json", "data.yaml", "esri_model_definition.emd", "esri_accumulated_stats.json"];

    private static readonly HashSet<string> s_ours = new(["images", "images2", "labels", "labels2", "A", "B", .. s_reports], StringComparer.OrdinalIgnoreCase);

    private static readonly string[] s_marks = ["map.txt", "esri_model_definition.emd"];

    private readonly IFileSystem _files;
    private readonly ExistingOutput _existing;
    private bool _isComplete;

    /// <param name="files">Where it is.</param>
    /// <param name="path">The folder.</param>
    /// <param name="existing">What to do where it is there and holds something.</param>
    /// <exception cref="OutputExistsException">The folder holds something and is to be left alone.</exception>
    /// <exception cref="LearnArgumentException">A file has its name, or something would go that no export made.</exception>
    public OutputFolder(IFileSystem files, string path, ExistingOutput existing)
    {
        _files = files;
        _existing = existing;
        Path = Check(files, path, existing);
        Partial = PartialOf(Path);
        files.CreateDirectory(Partial);
    }

    public string Path { get; }

    /// <summary>Where to write until <see cref="Complete"/>. It may hold what a killed export left.</summary>
    public string Partial { get; }

    /// <summary>The name that a folder has until it is complete.</summary>
    public static string PartialOf(string path) => path + ".incomplete";

    /// <summary>What the constructor refuses, for before the work.</summary>
    /// <returns>The folder's path in full.</returns>
    /// <inheritdoc cref="OutputFolder(IFileSystem, string, ExistingOutput)"/>
    public static string Check(IFileSystem files, string path, ExistingOutput existing)
    {
        path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        if (files.FileExists(path))
        {
            throw new LearnArgumentException("OutputLocation", $"{path} is a file; chips need a folder of their own.");
        }

        files.RequireNoFileAbove(path);
        if (HoldsSomething(files, path))
        {
            if (existing == ExistingOutput.Refuse)
            {
                throw new OutputExistsException(path);
            }

            RequireExport(files, path);
        }

        return path;
    }

    public static bool HoldsSomething(IFileSystem files, string path) =>
        files.DirectoryExists(path) && (files.EnumerateFiles(path).Any() || files.EnumerateDirectories(path).Any());

    public void Complete()
    {
        if (_existing == ExistingOutput.Extend && HoldsSomething(_files, Path))
        {
            Extend();
        }
        else if (!_files.DirectoryExists(Path))
        {
            _files.MoveDirectory(Partial, Path);
        }
        else
        {
            Replace();
        }

        _isComplete = true;
    }

    public void Dispose()
    {
        if (!_isComplete)
        {
            TryDelete(Partial);
        }
    }

    private void Replace()
    {
        string old = FileSystemExtensions.PartialName(Path);
        _files.MoveDirectory(Path, old);
        try
        {
            CarryOver(old, Partial);
            _files.MoveDirectory(Partial, Path);
        }
        catch
        {
            CarryOver(Partial, old);
            _files.MoveDirectory(old, Path);
            throw;
        }

        TryDelete(old);
    }

    /// <summary>New chips have names of their own; only when all are there do the reports tell of them, the statistics last.</summary>
    private void Extend()
    {
        foreach (string file in FilesBelow(Partial).Where(file => !IsReport(file)).ToList())
        {
            MoveOver(file);
        }

        foreach (string report in s_reports)
        {
            foreach (string file in FilesBelow(Partial).Where(file => System.IO.Path.GetFileName(file) == report).ToList())
            {
                MoveOver(file);
            }
        }

        TryDelete(Partial);
    }

    private void MoveOver(string file)
    {
        string target = System.IO.Path.Combine(Path, System.IO.Path.GetRelativePath(Partial, file));
        _files.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
        _files.Move(file, target, overwrite: true);
    }

    private IEnumerable<string> FilesBelow(string folder) =>
        _files.EnumerateFiles(folder).Concat(_files.EnumerateDirectories(folder).SelectMany(FilesBelow));

    private static bool IsReport(string path) => s_reports.Contains(System.IO.Path.GetFileName(path));

    /// <summary>Folders called images and labels are anyone's: only those of an export may be replaced.</summary>
    private static void RequireExport(IFileSystem files, string path)
    {
        bool isExport = IsExport(path) || IsExport(System.IO.Path.Combine(path, "A"));
        if (!isExport && files.EnumerateFiles(path).Concat(files.EnumerateDirectories(path)).Any(entry => !IsForeign(entry)))
        {
            throw new LearnArgumentException(
                "OutputLocation",
                $"{path} holds files or folders named as an export's, but is no export (no {string.Join(", no ", s_marks)}): -Force would delete them. Choose another folder.");
        }

        bool IsExport(string folder) => s_marks.All(mark => files.FileExists(System.IO.Path.Combine(folder, mark)));
    }

    private void CarryOver(string from, string to)
    {
        foreach (string file in _files.EnumerateFiles(from).Where(IsForeign).ToList())
        {
            _files.Move(file, System.IO.Path.Combine(to, System.IO.Path.GetFileName(file)), overwrite: false);
        }

        foreach (string folder in _files.EnumerateDirectories(from).Where(IsForeign).ToList())
        {
            _files.MoveDirectory(folder, System.IO.Path.Combine(to, System.IO.Path.GetFileName(folder)));
        }
    }

    private static bool IsForeign(string path) => !s_ours.Contains(System.IO.Path.GetFileName(path));

    private void TryDelete(string path)
    {
        try
        {
            _files.DeleteDirectory(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What made the export fail is what the user must hear of.
        }
    }
}
