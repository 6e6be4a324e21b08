using ArcLearn.Core.IO;

namespace ArcLearn.Tests.Unit.Packaging;

/// <summary>The disk with a limit on bytes written, and moves that fail on request.</summary>
internal sealed class FaultyFileSystem : IFileSystem
{
    private readonly LocalFileSystem _disk = LocalFileSystem.Instance;
    private int _moves;

    /// <summary>Bytes that may still be written before the disk is full.</summary>
    public long Room { get; set; } = long.MaxValue;

    /// <summary>Bytes that may still be read before reading fails.</summary>
    public long ReadRoom { get; set; } = long.MaxValue;

    /// <summary>The move that is denied, from 1; 0 for none.</summary>
    public int FailingMove { get; init; }

    /// <summary>Runs before each move of a folder.</summary>
    public Action<string, string> BeforeMoveDirectory { get; set; } = (_, _) => { };

    public bool FileExists(string path) => _disk.FileExists(path);

    public bool DirectoryExists(string path) => _disk.DirectoryExists(path);

    public Stream OpenRead(string path) => new FailingStream(path, this);

    public Stream Create(string path) => new NarrowStream(path, this);

    public void CreateDirectory(string path) => _disk.CreateDirectory(path);

    public void Move(string source, string destination, bool overwrite)
    {
        CountMove();
        _disk.Move(source, destination, overwrite);
    }

    public void MoveDirectory(string source, string destination)
    {
        BeforeMoveDirectory(source, destination);
        CountMove();
        _disk.MoveDirectory(source, destination);
    }

    public void DeleteFile(string path) => _disk.DeleteFile(path);

    public void DeleteDirectory(string path) => _disk.DeleteDirectory(path);

    public IEnumerable<string> EnumerateFiles(string directory) => _disk.EnumerateFiles(directory);

    public IEnumerable<string> EnumerateDirectories(string directory) => _disk.EnumerateDirectories(directory);

    private void CountMove()
    {
        if (++_moves == FailingMove)
        {
            throw new UnauthorizedAccessException("The move was denied.");
        }
    }

    private sealed class NarrowStream(string path, FaultyFileSystem owner) : FileStream(path, FileMode.Create, FileAccess.ReadWrite)
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            owner.Room -= count;
            if (owner.Room < 0)
            {
                throw new IOException("No space left on device.");
            }

            base.Write(buffer, offset, count);
        }

        public override void Write(ReadOnlySpan<byte> buffer) => Write(buffer.ToArray(), 0, buffer.Length);

        public override void WriteByte(byte value) => Write([value], 0, 1);
    }

    private sealed class FailingStream(string path, FaultyFileSystem owner) : FileStream(path, FileMode.Open, FileAccess.Read)
    {
        public override int Read(byte[] buffer, int offset, int count)
        {
            int read = base.Read(buffer, offset, count);
            owner.ReadRoom -= read;
            return owner.ReadRoom >= 0 ? read : throw new IOException("The disk cannot be read.");
        }

        public override int Read(Span<byte> buffer)
        {
            byte[] bytes = new byte[buffer.Length];
            int read = Read(bytes, 0, bytes.Length);
            bytes.AsSpan(0, read).CopyTo(buffer);
            return read;
        }
    }
}
