using System.IO.MemoryMappedFiles;
using ArcLearn.Core.IO;

namespace ArcLearn.Core.Formats;

/// <summary>
/// The bytes of a file, mapped into memory: of gigabytes only what is asked for is read, and no copy is made. Any number of threads at a time.
/// </summary>
internal sealed unsafe class FileBytes : IDisposable
{
    private readonly FileStream? _stream;
    private readonly MemoryMappedFile? _map;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte* _start;
    private readonly byte[] _heap = [];

    /// <summary>Bytes that are in memory already.</summary>
    public FileBytes(byte[] bytes) => (_heap, Length) = (bytes, bytes.LongLength);

    private FileBytes(FileStream stream)
    {
        _stream = stream;
        Length = stream.Length;
        _map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _map.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    /// <summary>How many there were when the file was opened.</summary>
    public long Length { get; }

    /// <exception cref="IOException">The file cannot be read.</exception>
    public static FileBytes Open(string path, IFileSystem files)
    {
        Stream stream = files.OpenRead(path);
        try
        {
            // An empty file cannot be mapped; nor can what is no file of the disk.
            if (stream is FileStream { Length: > 0 } file)
            {
                return new FileBytes(file);
            }

            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            stream.Dispose();
            return new FileBytes(bytes);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>A part of the file; valid until this is disposed.</summary>
    /// <exception cref="EndOfStreamException">It lies beyond the file's end, or the file was cut off since it was opened.</exception>
    public ReadOnlySpan<byte> Span(long start, int length)
    {
        if (start < 0 || length < 0 || start > Length - length)
        {
            throw new EndOfStreamException($"{length} bytes from {start} on are more than the {Length} of the file.");
        }

        if (_stream is null)
        {
            return _heap.AsSpan((int)start, length);
        }

        // Pages beyond the end of a mapped file end the process where they are touched.
        return RandomAccess.GetLength(_stream.SafeFileHandle) >= start + length
            ? new ReadOnlySpan<byte>(_start + start, length)
            : throw new EndOfStreamException("The file was cut off while it was read.");
    }

    /// <summary>A part of the file as a stream.</summary>
    /// <inheritdoc cref="Span"/>
    public Stream Stream(long start, long length)
    {
        _ = Span(start + length, 0);
        return _stream is null ? new MemoryStream(_heap, (int)start, (int)length, writable: false) : new UnmanagedMemoryStream(_start + start, length, length, FileAccess.Read);
    }

    public void Dispose()
    {
        if (_view is not null)
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _map!.Dispose();
        }
    }
}
