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

    private readonly IFileSystem _files;
    private bool _isComplete;

    /// <exception cref="OutputExistsException">The folder holds something and <paramref name="force"/> is not set, or a file has its name.</exception>
    public OutputFolder(IFileSystem files, string path, bool force)
    {
        _files = files;
        Path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        if (files.FileExists(Path))
        {
            throw new LearnArgumentException("OutputLocation", $"{Path} is a file; chips need a folder of their own.");
        }

        files.RequireNoFileAbove(Path);
        if (!force && HoldsSomething())
        {
            throw new OutputExistsException(Path);
        }

        Partial = FileSystemExtensions.PartialName(Path);
        files.CreateDirectory(Partial);
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

    private bool HoldsSomething() =>
        _files.DirectoryExists(Path) && (_files.EnumerateFiles(Path).Any() || _files.EnumerateDirectories(Path).Any());

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
