using ArcLearn.Core.IO;

namespace ArcLearn.Tests.Unit.TestSupport;

/// <summary>The disk with faults where a test wants them: too little room, reads, creations and moves that fail.</summary>
internal sealed class FaultyFileSystem : IFileSystem
{
    private readonly LocalFileSystem _disk = LocalFileSystem.Instance;
    private long _room = long.MaxValue;
    private long _readRoom = long.MaxValue;
    private int _moves;
    private bool _isDead;

    /// <summary>Bytes that may be written before the disk is full.</summary>
    public long Room
    {
        init => _room = value;
    }

    /// <summary>Bytes that may be read before reading fails.</summary>
    public long ReadRoom
    {
        init => _readRoom = value;
    }

    /// <summary>Files that cannot be opened.</summary>
    public Func<string, bool> IsUnreadable { get; init; } = _ => false;

    /// <summary>Whether no file can be made.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>The move, of a file or a folder, that is denied, from 1; 0 for none.</summary>
    public int FailingMove { get; init; }

    /// <summary>The move of a file after which the process is as if killed, from 1: nothing is cleaned up either. 0 for none.</summary>
    public int KillingMove { get; init; }

    /// <summary>Runs before each file is made; what it throws is the fault.</summary>
    public Action<string> BeforeCreate { get; init; } = _ => { };

    /// <summary>Runs when a file was made.</summary>
    public Action<string> AfterCreate { get; init; } = _ => { };

    /// <summary>Runs before each move of a folder; what it throws is the fault.</summary>
    public Action<string, string> BeforeMoveDirectory { get; set; } = (_, _) => { };

    public bool FileExists(string path) => _disk.FileExists(path);

    public FileStamp Stamp(string path) => _disk.Stamp(path);

    public bool DirectoryExists(string path) => _disk.DirectoryExists(path);

    public Stream OpenRead(string path) =>
        IsUnreadable(path) ? throw new IOException($"The device failed on {path}.") : new FaultyStream(_disk.OpenRead(path), this);

    public Stream Create(string path) => Make(path, _disk.Create);

    public Stream CreateNew(string path) => Make(path, _disk.CreateNew);

    public void CreateDirectory(string path) => _disk.CreateDirectory(path);

    public void Move(string source, string destination, bool overwrite)
    {
        CountMove();
        _disk.Move(source, destination, overwrite);
        if (_moves == KillingMove)
        {
            _isDead = true;
            throw new IOException("Killed.");
        }
    }

    public void MoveDirectory(string source, string destination)
    {
        BeforeMoveDirectory(source, destination);
        CountMove();
        _disk.MoveDirectory(source, destination);
    }

    public void DeleteFile(string path)
    {
        if (!_isDead)
        {
            _disk.DeleteFile(path);
        }
    }

    public void DeleteDirectory(string path) => _disk.DeleteDirectory(path);

    public IEnumerable<string> EnumerateFiles(string directory) => _disk.EnumerateFiles(directory);

    public IEnumerable<string> EnumerateDirectories(string directory) => _disk.EnumerateDirectories(directory);

    private void CountMove()
    {
        if (Interlocked.Increment(ref _moves) == FailingMove)
        {
            throw new UnauthorizedAccessException("The move was denied.");
        }
    }

    /// <summary>Stream sends its other ways to read and write through these two.</summary>
    private FaultyStream Make(string path, Func<string, Stream> create)
    {
        if (IsReadOnly)
        {
            throw new UnauthorizedAccessException($"Access to the path '{path}' is denied.");
        }

        BeforeCreate(path);
        FaultyStream made = new(create(path), this);
        AfterCreate(path);
        return made;
    }

    private sealed class FaultyStream(Stream inner, FaultyFileSystem owner) : Stream
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

        public override int Read(byte[] buffer, int offset, int count)
        {
            int read = inner.Read(buffer, offset, count);
            return Interlocked.Add(ref owner._readRoom, -read) >= 0 ? read : throw new IOException("The disk cannot be read: bad sector.");
        }

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void SetLength(long value) => inner.SetLength(value);

        public override void Write(byte[] buffer, int offset, int count)
        {
            if (Interlocked.Add(ref owner._room, -count) < 0)
            {
                throw new IOException("No space left on device.");
            }

            inner.Write(buffer, offset, count);
        }

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
