namespace ArcLearn.Core.IO;

/// <summary>Files that belong together: each is written under a temporary name beside its own, and all get their names when all of them are written.</summary>
internal sealed class StagedFiles(IFileSystem files) : IDisposable
{
    private readonly List<(string Partial, string Path)> _written = [];
    private readonly List<string> _unwanted = [];

    /// <summary>Writes a file; it gets its name after those that were written before it.</summary>
    public void Write(string path, Action<Stream> write)
    {
        string partial = FileSystemExtensions.PartialName(path);
        _written.Add((partial, path));
        using Stream stream = files.Create(partial);
        write(stream);
        stream.Flush();
    }

    /// <summary>A file that goes when the others get their names.</summary>
    public void Remove(string path) => _unwanted.Add(path);

    /// <summary>Gives all files their names; old ones are replaced. Where that fails none stays that was not there before.</summary>
    public void Commit()
    {
        List<string> made = [];
        try
        {
            _unwanted.ForEach(files.DeleteFile);
            foreach ((string partial, string path) in _written)
            {
                bool isNew = !files.FileExists(path);
                files.Move(partial, path, overwrite: true);
                if (isNew)
                {
                    made.Add(path);
                }
            }
        }
        catch
        {
            made.ForEach(path => FileSystemExtensions.TryDelete(files, path));
            throw;
        }

        _written.Clear();
    }

    /// <summary>Removes what got no name.</summary>
    public void Dispose() => _written.ForEach(file => FileSystemExtensions.TryDelete(files, file.Partial));
}
