using ArcLearn.Core.IO;

namespace ArcLearn.Tests.Unit.Training;

/// <summary>The disk, with a fault before each file that is created.</summary>
internal sealed class FaultyFileSystem(Action<string> onCreate) : IFileSystem
{
    private readonly LocalFileSystem _disk = LocalFileSystem.Instance;

    public bool FileExists(string path) => _disk.FileExists(path);

    public bool DirectoryExists(string path) => _disk.DirectoryExists(path);

    public Stream OpenRead(string path) => _disk.OpenRead(path);

    public Stream Create(string path)
    {
        onCreate(path);
        return _disk.Create(path);
    }

    public void CreateDirectory(string path) => _disk.CreateDirectory(path);

    public void Move(string source, string destination, bool overwrite) => _disk.Move(source, destination, overwrite);

    public void MoveDirectory(string source, string destination) => _disk.MoveDirectory(source, destination);

    public void DeleteFile(string path) => _disk.DeleteFile(path);

    public void DeleteDirectory(string path) => _disk.DeleteDirectory(path);

    public IEnumerable<string> EnumerateFiles(string directory) => _disk.EnumerateFiles(directory);

    public IEnumerable<string> EnumerateDirectories(string directory) => _disk.EnumerateDirectories(directory);
}
