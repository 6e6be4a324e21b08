using System.Collections.Concurrent;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Rasters;

/// <summary>Positioned reads of one file from any number of threads: streams are lent to one reader at a time.</summary>
internal sealed class RasterSource : IDisposable
{
    private readonly IFileSystem _files;
    private readonly ConcurrentBag<Stream> _idle = [];
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

        Stream first = files.OpenRead(path);
        Length = first.Length;
        _idle.Add(first);
    }

    public string Path { get; }

    public long Length { get; }

    public IFileSystem Files => _files;

    /// <summary>Fills <paramref name="destination"/> from byte <paramref name="offset"/> of the file.</summary>
    /// <exception cref="LearnFormatException">The file ends before that.</exception>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset > Length - destination.Length)
        {
            throw new LearnFormatException(
                $"is truncated: {destination.Length} bytes at {offset} are needed, and the file has {Length} bytes.", Path);
        }

        ObjectDisposedException.ThrowIf(_disposed, this);
        Stream stream = _idle.TryTake(out Stream? idle) ? idle : _files.OpenRead(Path);
        try
        {
            if (stream is FileStream file)
            {
                ReadFully(file, offset, destination);
            }
            else
            {
                stream.Position = offset;
                stream.ReadExactly(destination);
            }
        }
        catch (EndOfStreamException e)
        {
            stream.Dispose();
            throw new LearnFormatException($"became shorter than {Length} bytes while it was read.", Path, inner: e);
        }
        catch
        {
            stream.Dispose();
            throw;
        }

        _idle.Add(stream);
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

    // Past the stream's own buffer: a window touches each block once.
    private static void ReadFully(FileStream file, long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            int count = RandomAccess.Read(file.SafeFileHandle, destination, offset);
            if (count == 0)
            {
                throw new EndOfStreamException();
            }

            offset += count;
            destination = destination[count..];
        }
    }

    private void DisposeIdle()
    {
        while (_idle.TryTake(out Stream? stream))
        {
            stream.Dispose();
        }
    }
}
