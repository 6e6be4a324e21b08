namespace ArcLearn.Core.IO;

/// <summary>
/// Files that belong together: made under hidden names beside their own, then moved into place, the first one last since it stands for
/// the whole. What was there before comes back where a move fails.
/// </summary>
internal sealed class FileSet(IFileSystem files) : IDisposable
{
    private readonly List<(string Path, string Partial)> _parts = [];

    public Stream Create(string path)
    {
        string partial = FileSystemExtensions.PartialName(path);
        _parts.Add((path, partial));
        return files.Create(partial);
    }

    /// <summary>Moves all files to their names.</summary>
    /// <param name="stale">Files that belong to what is replaced, and go with it.</param>
    public void MoveIntoPlace(IEnumerable<string> stale)
    {
        List<(string Path, string Kept)> kept = [];
        List<string> placed = [];
        try
        {
            foreach (string path in _parts.Select(part => part.Path).Concat(stale).Where(files.FileExists).ToList())
            {
                string backup = FileSystemExtensions.PartialName(path);
                files.Move(path, backup, overwrite: true);
                kept.Add((path, backup));
            }

            foreach ((string path, string partial) in Enumerable.Reverse(_parts))
            {
                files.Move(partial, path, overwrite: true);
                placed.Add(path);
            }
        }
        catch
        {
            placed.ForEach(path => FileSystemExtensions.TryDelete(files, path));
            kept.ForEach(pair => Restore(pair.Kept, pair.Path));
            throw;
        }

        kept.ForEach(pair => FileSystemExtensions.TryDelete(files, pair.Kept));
        _parts.Clear();
    }

    /// <summary>Deletes what was not moved into place.</summary>
    public void Dispose()
    {
        _parts.ForEach(part => FileSystemExtensions.TryDelete(files, part.Partial));
        _parts.Clear();
    }

    /// <summary>The failure of the move is what the user must hear of, not that of putting things back.</summary>
    private void Restore(string from, string to)
    {
        try
        {
            files.Move(from, to, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
