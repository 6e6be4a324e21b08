namespace ArcLearn.Core.Vectors;

/// <summary>A window over a file that moves forward and grows, so that the largest record is what memory must hold.</summary>
/// <param name="record">What messages call a record.</param>
internal sealed class SlidingBuffer(Stream stream, string path, string record) : IDisposable
{
    /// <summary>Bytes that are held at first.</summary>
    public const int InitialSize = 64 * 1024;

    private const int LargestRecord = 1 << 29;

    private byte[] _bytes = new byte[InitialSize];
    private int _start;
    private int _end;

    /// <summary>What was read and is not yet used up.</summary>
    public ReadOnlySpan<byte> Rest => _bytes.AsSpan(_start, _end - _start);

    /// <summary>The same as <see cref="Rest"/>; gone with the next <see cref="Fill"/>.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(_start, _end - _start);

    /// <summary>Whether <see cref="Rest"/> reaches to the file's end.</summary>
    public bool IsFinal { get; private set; }

    /// <summary>Uses up the first bytes of the rest.</summary>
    public void Advance(int count) => _start += count;

    /// <summary>Uses up the mark that some writers put before UTF-8.</summary>
    public void SkipMark() => Advance(Rest.StartsWith("\uFEFF"u8) ? 3 : 0);

    /// <summary>Moves the rest to the front, doubles the buffer when it is more than half full, and reads on.</summary>
    /// <param name="line">Where the file stands, for a message.</param>
    /// <exception cref="LearnFormatException">A record of more than half a gigabyte.</exception>
    public void Fill(int line)
    {
        int left = _end - _start;
        if (left >= LargestRecord)
        {
            throw new LearnFormatException($"has a {record} of more than half a gigabyte.", path, line);
        }

        byte[] target = left > _bytes.Length / 2 ? new byte[_bytes.Length * 2] : _bytes;
        _bytes.AsSpan(_start, left).CopyTo(target);
        (_bytes, _start, _end) = (target, 0, left);
        int read = stream.ReadAtLeast(_bytes.AsSpan(left), 1, throwOnEndOfStream: false);
        _end += read;
        IsFinal = read == 0;
    }

    public void Dispose() => stream.Dispose();
}
