using System.Runtime.InteropServices;
using ZstdSharp;

namespace ArcLearn.Core.Inference;

/// <summary>
/// Packs the pixels of tiles for a journal (Zstandard, RFC 8878): places in the list of scores, 1 byte each, or 2 where there are more than 254 of them; all bits set for nodata.
/// One thread uses an object at a time.
/// </summary>
internal sealed class ClassBlocks : IDisposable
{
    // Classes lie in large areas: higher levels gain little and take longer.
    private const int Level = 1;

    private readonly Compressor _compressor = new(Level);
    private readonly Decompressor _decompressor = new();
    private byte[] _buffer = [];

    /// <summary>Bytes of a pixel.</summary>
    public static int SizeOf(int channels) => channels < byte.MaxValue ? 1 : 2;

    /// <summary>What stands for nodata.</summary>
    public static ushort NoData(int channels) => channels < byte.MaxValue ? byte.MaxValue : ushort.MaxValue;

    public byte[] Pack(ReadOnlySpan<byte> block)
    {
        int bound = Compressor.GetCompressBound(block.Length);
        if (_buffer.Length < bound)
        {
            _buffer = new byte[bound];
        }

        return _buffer[.._compressor.Wrap(block, _buffer)];
    }

    /// <inheritdoc cref="Pack(ReadOnlySpan{byte})"/>
    public byte[] Pack(ReadOnlySpan<ushort> places, int channels, Span<byte> narrow)
    {
        if (SizeOf(channels) == 2)
        {
            return Pack(MemoryMarshal.AsBytes(places));
        }

        for (int i = 0; i < places.Length; i++)
        {
            narrow[i] = (byte)places[i];
        }

        return Pack(narrow[..places.Length]);
    }

    /// <param name="block">Takes exactly what was packed.</param>
    /// <exception cref="FormatException">The bytes are damaged, or of another block.</exception>
    public void Unpack(ReadOnlySpan<byte> packed, Span<byte> block)
    {
        int length;
        try
        {
            length = _decompressor.Unwrap(packed, block);
        }
        catch (ZstdException e)
        {
            throw new FormatException($"A tile's pixels cannot be unpacked: {e.Message}", e);
        }

        if (length != block.Length)
        {
            throw new FormatException($"A tile has {length} bytes of pixels where {block.Length} belong.");
        }
    }

    public void Dispose()
    {
        _compressor.Dispose();
        _decompressor.Dispose();
    }
}
