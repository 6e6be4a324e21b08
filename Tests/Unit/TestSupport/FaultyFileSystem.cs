using ArcLearn.Core.IO;

namespace ArcLearn.Tests.Unit.TestSupport;

/// <summary>The disk, with a limit of bytes that may be written and files that cannot be read.</summary>
internal sealed class FaultyFileSystem : IFileSystem
{
    private readonly LocalFileSystem _disk = LocalFileSystem.Instance;
    private long _room = long.MaxValue;

    /// <summary>Bytes that may be written before the disk is full.</summary>
    public long Room
    {
        init => _room = value;
    }

    /// <summary>Files whose reading fails.</summary>
    public Func<string, bool> IsUnreadable { get; init; } = _ => false;

    /// <summary>Moves of folders that fail.</summary>
    public Func<string, string, bool> IsUnmovable { get; init; } = (_, _) => false;

    public bool FileExists(string path) => _disk.FileExists(path);

    public bool DirectoryExists(string path) => _disk.DirectoryExists(path);

    public Stream OpenRead(string path) => IsUnreadable(path) ? throw new IOException($"The device failed on {path}.") : _disk.OpenRead(path);

    public Stream Create(string path) => new LimitedStream(_disk.Create(path), this);

    public void CreateDirectory(string path) => _disk.CreateDirectory(path);

    public void Move(string source, string destination, bool overwrite) => _disk.Move(source, destination, overwrite);

    public void MoveDirectory(string source, string destination)
    {
        if (IsUnmovable(source, destination))
        {
            throw new IOException($"{destination} cannot be written.");
        }

        _disk.MoveDirectory(source, destination);
    }

    public void DeleteFile(string path) => _disk.DeleteFile(path);

    public void DeleteDirectory(string path) => _disk.DeleteDirectory(path);

    public IEnumerable<string> EnumerateFiles(string directory) => _disk.EnumerateFiles(directory);

    public IEnumerable<string> EnumerateDirectories(string directory) => _disk.EnumerateDirectories(directory);

    private void Take(int bytes)
    {
        if (Interlocked.Add(ref _room, -bytes) < 0)
        {
            throw new IOException("There is not enough space on the disk.");
        }
    }

    private sealed class LimitedStream(Stream inner, FaultyFileSystem owner) : Stream
    {
        public override bool CanRead => inner.CanRead;

        public override bool CanSeek => inner.CanSeek;

        public override bool CanWrite => inner.CanWrite;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => inner.Position = value;
        }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void SetLength(long value) => inner.SetLength(value);

        public override void Write(byte[] buffer, int offset, int count)
        {
            owner.Take(count);
            inner.Write(buffer, offset, count);
        }

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
