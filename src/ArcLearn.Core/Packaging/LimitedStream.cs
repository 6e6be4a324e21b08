namespace ArcLearn.Core.Packaging;

/// <summary>Passes writes on up to a number of bytes.</summary>
/// <param name="tooMuch">What to throw beyond.</param>
internal sealed class LimitedStream(Stream target, long limit, Func<Exception> tooMuch) : Stream
{
    private long _written;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _written;

    public override long Position
    {
        get => _written;
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        _written += count;
        if (_written > limit)
        {
            throw tooMuch();
        }

        target.Write(buffer, offset, count);
    }

    public override void Flush() => target.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
