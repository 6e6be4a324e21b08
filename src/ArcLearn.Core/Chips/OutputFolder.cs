using ArcLearn.Core.IO;

namespace ArcLearn.Core.Chips;

/// <summary>
/// A folder that is filled under a temporary name beside its place and moved there when complete; disposing before leaves nothing.
/// What an older export left in its place is replaced, what others put there (the models folder of a training) is carried over.
/// </summary>
internal sealed class OutputFolder : IDisposable
{
    private static readonly HashSet<string> s_ours = new(StringComparer.OrdinalIgnoreCase)
    {
        "images", "images2", "labels", "labels2", "map.txt", "stats.txt", "esri_accumulated_stats.json", "esri_model_definition.emd",
    };

    private static readonly string[] s_marks = ["map.txt", "esri_model_definition.emd"];

    private readonly IFileSystem _files;
    private bool _isComplete;

    /// <exception cref="OutputExistsException">The folder holds something and <paramref name="force"/> is not set.</exception>
    /// <exception cref="LearnArgumentException">A file has its name, or with <paramref name="force"/> something would go that no export made.</exception>
    public OutputFolder(IFileSystem files, string path, bool force)
    {
        _files = files;
        Path = Check(files, path, force);
        Partial = FileSystemExtensions.PartialName(Path);
        files.CreateDirectory(Partial);
    }

    /// <summary>What the constructor refuses, for before the work.</summary>
    /// <returns>The folder's path in full.</returns>
    /// <inheritdoc cref="OutputFolder(IFileSystem, string, bool)"/>
    public static string Check(IFileSystem files, string path, bool force)
    {
        path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        if (files.FileExists(path))
        {
            throw new LearnArgumentException("OutputLocation", $"{path} is a file; chips need a folder of their own.");
        }

        files.RequireNoFileAbove(path);
        if (files.DirectoryExists(path) && (files.EnumerateFiles(path).Any() || files.EnumerateDirectories(path).Any()))
        {
            if (!force)
            {
                throw new OutputExistsException(path);
            }

            RequireExport(files, path);
        }

        return path;
    }

    public string Path { get; }

    /// <summary>Where to write until <see cref="Complete"/>.</summary>
    public string Partial { get; }

    public void Complete()
    {
        if (!_files.DirectoryExists(Path))
        {
            _files.MoveDirectory(Partial, Path);
            _isComplete = true;
            return;
        }

        string old = FileSystemExtensions.PartialName(Path);
        _files.MoveDirectory(Path, old);
        try
        {
            CarryOver(old, Partial);
            _files.MoveDirectory(Partial, Path);
            _isComplete = true;
        }
        catch
        {
            CarryOver(Partial, old);
            _files.MoveDirectory(old, Path);
            throw;
        }

        TryDelete(old);
    }

    public void Dispose()
    {
        if (!_isComplete)
        {
            TryDelete(Partial);
        }
    }

    /// <summary>Folders called images and labels are anyone's: only those of an export may be replaced.</summary>
    private static void RequireExport(IFileSystem files, string path)
    {
        bool isExport = s_marks.All(mark => files.FileExists(System.IO.Path.Combine(path, mark)));
        if (!isExport && files.EnumerateFiles(path).Concat(files.EnumerateDirectories(path)).Any(entry => !IsForeign(entry)))
        {
            throw new LearnArgumentException(
                "OutputLocation",
                $"{path} holds files or folders named as an export's, but is no export (no {string.Join(", no ", s_marks)}): -Force would delete them. Choose another folder.");
        }
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
