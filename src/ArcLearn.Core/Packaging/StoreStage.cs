using ArcLearn.Core.IO;

namespace ArcLearn.Core.Packaging;

/// <summary>
/// A hidden folder in the store that a model is unpacked into. A file beside it is locked while its process lives, by which the next install tells
/// what a killed one left behind, and removes it.
/// </summary>
internal sealed class StoreStage : IDisposable
{
    private const string BusyEnding = ".busy";

    private readonly IFileSystem _files;
    private readonly string _root;
    private Stream? _busy;
    private bool _isPublished;

    /// <summary>Makes the folder; the store's own is there.</summary>
    public StoreStage(IFileSystem files, string root, string name)
    {
        (_files, _root, Folder) = (files, root, FileSystemExtensions.PartialName(Path.Combine(root, name)));
        using IDisposable turn = StoreLock.Take(files, root);
        StoreMoves.Recover(files, root);
        RemoveLeftovers();
        files.CreateDirectory(Folder);
        _busy = files.Lock(Folder + BusyEnding);
    }

    public string Folder { get; }

    /// <inheritdoc cref="StoreMoves.Publish"/>
    public string Publish(string name, bool force)
    {
        IReadOnlyList<string> discarded;
        string target;
        using (StoreLock.Take(_files, _root))
        {
            target = StoreMoves.Publish(_files, _root, Folder, name, force, out discarded);
            _isPublished = true;
            Free();
        }

        foreach (string folder in discarded)
        {
            ModelPackager.TryDeleteDirectory(_files, folder);
        }

        return target;
    }

    public void Dispose()
    {
        if (!_isPublished)
        {
            ModelPackager.TryDeleteDirectory(_files, Folder);
        }

        Free();
    }

    private void Free()
    {
        if (_busy is not null)
        {
            _busy.Dispose();
            _busy = null;
            FileSystemExtensions.TryDelete(_files, Folder + BusyEnding);
        }
    }

    /// <summary>Work in progress of processes that are no more. In the store's turn, in which nobody makes or publishes any.</summary>
    private void RemoveLeftovers()
    {
        foreach (string folder in _files.EnumerateDirectories(_root).Where(FileSystemExtensions.IsPartial).ToList())
        {
            string busy = folder + BusyEnding;
            if (StoreLock.TryTake(_files, busy) is IDisposable taken)
            {
                ModelPackager.TryDeleteDirectory(_files, folder);
                taken.Dispose();
                FileSystemExtensions.TryDelete(_files, busy);
            }
        }

        // Of a process that was killed before it made its folder, or after it moved it.
        foreach (string busy in _files.EnumerateFiles(_root).Where(file => file.EndsWith(BusyEnding, StringComparison.Ordinal) && FileSystemExtensions.IsPartial(file[..^BusyEnding.Length])).ToList())
        {
            if (!_files.DirectoryExists(busy[..^BusyEnding.Length]) && StoreLock.TryTake(_files, busy) is IDisposable taken)
            {
                taken.Dispose();
                FileSystemExtensions.TryDelete(_files, busy);
            }
        }
    }
}
