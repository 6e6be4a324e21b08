namespace ArcLearn.Core.IO;

/// <summary>
/// The one door to files beneath readers and writers: tests put a full disk, a failing read or a read-only folder behind it.
/// Every member throws what System.IO throws.
/// </summary>
internal interface IFileSystem
{
    bool FileExists(string path);

    bool DirectoryExists(string path);

    /// <summary>A seekable stream; several may be open on one file.</summary>
    Stream OpenRead(string path);

    /// <summary>By which a file is known again: another file under its name, or other bytes in it, have another.</summary>
    FileStamp Stamp(string path);

    /// <summary>Whether a file is marked as one that is not to be written.</summary>
    bool IsReadOnly(string path) => false;

    /// <summary>Where a file or folder that is a link (a junction, too) leads; null where it is none, or nothing is there.</summary>
    string? LinkTarget(string path) => null;

    /// <summary>A new file or an emptied old one, open for reading and writing.</summary>
    Stream Create(string path);

    /// <summary>The same, and no other process may open it meanwhile.</summary>
    Stream Lock(string path) => Create(path);

    /// <summary>A new file.</summary>
    /// <exception cref="IOException">Something has that name, which stays as it is.</exception>
    Stream CreateNew(string path) => FileExists(path) ? throw new IOException($"{path} exists.") : Create(path);

    void CreateDirectory(string path);

    void Move(string source, string destination, bool overwrite);

    void MoveDirectory(string source, string destination);

    /// <summary>No error where nothing is.</summary>
    void DeleteFile(string path);

    /// <summary>With all it holds; no error where nothing is.</summary>
    void DeleteDirectory(string path);

    IEnumerable<string> EnumerateFiles(string directory);

    IEnumerable<string> EnumerateDirectories(string directory);
}

/// <summary>Length in bytes and time of the last change of a file.</summary>
internal readonly record struct FileStamp(long Length, DateTime Written);

/// <summary>The disk.</summary>
internal sealed class LocalFileSystem : IFileSystem
{
    public static readonly LocalFileSystem Instance = new();

    public bool FileExists(string path) => File.Exists(path);

    public bool DirectoryExists(string path) => Directory.Exists(path);

    public Stream OpenRead(string path) => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);

    public FileStamp Stamp(string path)
    {
        FileInfo file = new(path);
        return new FileStamp(file.Length, file.LastWriteTimeUtc);
    }

    public bool IsReadOnly(string path) => File.GetAttributes(path).HasFlag(FileAttributes.ReadOnly);

    public string? LinkTarget(string path) => (Directory.Exists(path) ? (FileSystemInfo)new DirectoryInfo(path) : new FileInfo(path)).LinkTarget;

    // A file that was emptied is written to the disk when it is closed (ext4), and every file of FileMode.Create is.
    public Stream Create(string path) => new FileStream(path, File.Exists(path) ? FileMode.Create : FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read);

    public Stream CreateNew(string path) => new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read);

    public Stream Lock(string path) => new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None);

    public void CreateDirectory(string path) => Directory.CreateDirectory(path);

    public void Move(string source, string destination, bool overwrite) => File.Move(source, destination, overwrite);

    public void MoveDirectory(string source, string destination) => Directory.Move(source, destination);

    public void DeleteFile(string path)
    {
        if (File.Exists(path))
        {
            File.Delete(path);
        }
    }

    public void DeleteDirectory(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    public IEnumerable<string> EnumerateFiles(string directory) => Directory.EnumerateFiles(directory);

    public IEnumerable<string> EnumerateDirectories(string directory) => Directory.EnumerateDirectories(directory);
}
