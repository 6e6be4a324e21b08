using ArcLearn.Core.IO;

namespace ArcLearn.Tests.Unit.Rasters;

/// <summary>Files in memory, with a disk that can be full and reads that can fail.</summary>
internal sealed class MemoryFileSystem : IFileSystem
{
    public Dictionary<string, byte[]> Files { get; } = [];

    /// <summary>Bytes that can be written in all before the disk is full.</summary>
    public long Room { get; set; } = long.MaxValue;

    /// <summary>Bytes that can be read in all before reading fails.</summary>
    public long Readable { get; set; } = long.MaxValue;

    public bool FileExists(string path) => Files.ContainsKey(path);

    public FileStamp Stamp(string path) => new(Files[path].Length, default);

    public bool DirectoryExists(string path) => true;

    public Stream OpenRead(string path) => new FaultyStream(this, Files[path]);

    public Stream Create(string path)
    {
        Files[path] = [];
        return new WrittenStream(this, path);
    }

    public void CreateDirectory(string path)
    {
    }

    public void Move(string source, string destination, bool overwrite)
    {
        Files[destination] = Files[source];
        Files.Remove(source);
    }

    public void MoveDirectory(string source, string destination) => throw new NotSupportedException();

    public void DeleteFile(string path) => Files.Remove(path);

    public void DeleteDirectory(string path) => throw new NotSupportedException();

    public IEnumerable<string> EnumerateFiles(string directory) => Files.Keys;

    public IEnumerable<string> EnumerateDirectories(string directory) => [];

    private sealed class FaultyStream(MemoryFileSystem files, byte[] bytes) : MemoryStream(bytes, writable: false)
    {
        // A MemoryStream's span methods end in those for arrays.
        public override int Read(byte[] buffer, int offset, int count)
        {
            files.Readable -= count;
            return files.Readable < 0 ? throw new IOException("The disk fell off.") : base.Read(buffer, offset, count);
        }
    }

    private sealed class WrittenStream(MemoryFileSystem files, string path) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            files.Room -= count;
            if (files.Room < 0)
            {
                throw new IOException("There is not enough space on the disk.");
            }

            base.Write(buffer, offset, count);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing && files.Files.ContainsKey(path))
            {
                files.Files[path] = ToArray();
            }

            base.Dispose(disposing);
        }
    }
}
