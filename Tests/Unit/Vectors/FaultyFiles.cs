using ArcLearn.Core.IO;

namespace ArcLearn.Tests.Unit.Vectors;

/// <summary>The disk with faults: reads that fail, writes beyond a size, folders that cannot be written.</summary>
internal sealed class FaultyFiles : IFileSystem
{
    public bool FailReads { get; init; }

    public long? Room { get; init; }

    public bool IsReadOnly { get; init; }

    public bool FileExists(string path) => File.Exists(path);

    public bool DirectoryExists(string path) => Directory.Exists(path);

    public Stream OpenRead(string path) => FailReads ? new BrokenStream(null) : LocalFileSystem.Instance.OpenRead(path);

    public Stream Create(string path)
    {
        if (IsReadOnly)
        {
            throw new UnauthorizedAccessException($"Access to the path '{path}' is denied.");
        }

        using (LocalFileSystem.Instance.Create(path))
        {
        }

        return Room is long room ? new BrokenStream(room) : LocalFileSystem.Instance.Create(path);
    }

    public void CreateDirectory(string path) => LocalFileSystem.Instance.CreateDirectory(path);

    public void Move(string source, string destination, bool overwrite) => LocalFileSystem.Instance.Move(source, destination, overwrite);

    public void MoveDirectory(string source, string destination) => LocalFileSystem.Instance.MoveDirectory(source, destination);

    public void DeleteFile(string path) => LocalFileSystem.Instance.DeleteFile(path);

    public void DeleteDirectory(string path) => LocalFileSystem.Instance.DeleteDirectory(path);

    public IEnumerable<string> EnumerateFiles(string directory) => LocalFileSystem.Instance.EnumerateFiles(directory);

    public IEnumerable<string> EnumerateDirectories(string directory) => LocalFileSystem.Instance.EnumerateDirectories(directory);

    private sealed class BrokenStream(long? room) : MemoryStream
    {
        public override int Read(Span<byte> buffer) => throw new IOException("bad sector");

        public override int Read(byte[] buffer, int offset, int count) => throw new IOException("bad sector");

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Length + buffer.Length > room)
            {
                throw new IOException("No space left on device");
            }

            // MemoryStream's own span method comes back through this one in a derived class.
            base.Write(buffer.ToArray(), 0, buffer.Length);
        }
    }
}
