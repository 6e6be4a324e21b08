using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Rasters;

/// <summary>Positioned reads of one file from any number of threads: streams are lent to one reader at a time.</summary>
internal sealed class RasterSource : IDisposable
{
    private readonly IFileSystem _files;
    private readonly ConcurrentBag<Reader> _idle = [];
    private readonly FileStamp _stamp;
    private volatile bool _disposed;

    /// <exception cref="FileNotFoundException">Nothing is at <paramref name="path"/>.</exception>
    public RasterSource(IFileSystem files, string path)
    {
        _files = files;
        Path = path;
        if (!files.FileExists(path))
        {
            throw new FileNotFoundException($"There is no raster file {path}.", path);
        }

        _stamp = files.Stamp(path);
        Stream first = Open();
        Length = first.Length;
        _idle.Add(new Reader(first));
    }

    public string Path { get; }

    public long Length { get; }

    public IFileSystem Files => _files;

    /// <summary>The error for a file that was replaced or rewritten between two looks at it.</summary>
    public static LearnFormatException Changed(string path, FileStamp before, FileStamp now) => new(
        string.Create(
            CultureInfo.InvariantCulture,
            $"changed while it was read: it had {before.Length} bytes, written {before.Written:u}, and has {now.Length}, written {now.Written:u}. Values of both would be mixed; run it again."),
        path);

    /// <summary>Fills <paramref name="destination"/> from byte <paramref name="offset"/> of the file.</summary>
    /// <exception cref="LearnFormatException">The file ends before that, or another one has taken its place.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset > Length - destination.Length)
        {
            throw new LearnFormatException(
                $"is truncated: {destination.Length} bytes at {offset} are needed, and the file has {Length} bytes.", Path);
        }

        ObjectDisposedException.ThrowIf(_disposed, this);
        Reader reader = _idle.TryTake(out Reader? idle) ? idle : OpenAgain();
        try
        {
            reader.Read(offset, destination);
        }
        catch (EndOfStreamException e)
        {
            reader.Stream.Dispose();
            throw new LearnFormatException($"became shorter than {Length} bytes while it was read.", Path, inner: e);
        }
        catch (Exception e) when (e is not IOException fault || !ReadFault.Note(fault, Path))
        {
            reader.Stream.Dispose();
            throw;
        }

        _idle.Add(reader);
        if (_disposed)
        {
            DisposeIdle();
        }
    }

    public byte[] ReadAll()
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(checked((int)Length));
        Read(0, bytes);
        return bytes;
    }

    public void Dispose()
    {
        _disposed = true;
        DisposeIdle();
    }

    private Stream Open()
    {
        try
        {
            return _files.OpenRead(Path);
        }
        catch (IOException e) when (ReadFault.Note(e, Path))
        {
            throw;
        }
    }

    /// <summary>One more stream: of the same file, or the new one's samples would be read by the old one's directory.</summary>
    private Reader OpenAgain()
    {
        Reader reader = new(Open());
        FileStamp found = _files.Stamp(Path);
        if (found != _stamp)
        {
            reader.Stream.Dispose();
            throw Changed(Path, _stamp, found);
        }

        return reader;
    }

    private void DisposeIdle()
    {
        while (_idle.TryTake(out Reader? reader))
        {
            reader.Stream.Dispose();
        }
    }

    /// <summary>A stream and, for one of the disk, its handle: asking the stream for that costs a call of the system each time.</summary>
    private sealed class Reader(Stream stream)
    {
        private readonly SafeFileHandle? _file = (stream as FileStream)?.SafeFileHandle;

        public Stream Stream { get; } = stream;

        public void Read(long offset, Span<byte> destination)
        {
            if (_file is null)
            {
                Stream.Position = offset;
                Stream.ReadExactly(destination);
                return;
            }

            // Past the stream's own buffer: a window touches each block once.
            while (!destination.IsEmpty)
            {
                int count = RandomAccess.Read(_file, destination, offset);
                if (count == 0)
                {
                    throw new EndOfStreamException();
                }

                offset += count;
                destination = destination[count..];
            }
        }
    }
}
