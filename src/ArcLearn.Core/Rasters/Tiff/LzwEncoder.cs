namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>LZW of TIFF 6.0 section 13: codes of 9 to 12 bits, most significant bit first, width changing one code early.</summary>
internal static class LzwEncoder
{
    private const int Clear = 256;
    private const int End = 257;
    private const int First = 258;

    /// <summary>The table is given up one short of its end, since readers count one code behind.</summary>
    private const int Last = 4094;

    public static byte[] Encode(ReadOnlySpan<byte> data)
    {
        BitSink sink = new(data.Length);
        Dictionary<int, int> table = new(4096);
        int next = First;
        int width = 9;
        sink.Write(Clear, width);
        int prefix = -1;
        foreach (byte value in data)
        {
            if (prefix < 0)
            {
                prefix = value;
                continue;
            }

            if (table.TryGetValue((prefix << 8) | value, out int code))
            {
                prefix = code;
                continue;
            }

            sink.Write(prefix, width);
            table.Add((prefix << 8) | value, next++);
            prefix = value;
            if (next == Last)
            {
                sink.Write(Clear, width);
                table.Clear();
                (next, width) = (First, 9);
            }
            else if (next == (1 << width))
            {
                width++;
            }
        }

        if (prefix >= 0)
        {
            sink.Write(prefix, width);
            if (next + 1 == (1 << width) && width < 12)
            {
                width++; // the reader has entered one string more by now
            }
        }

        sink.Write(End, width);
        return sink.ToArray();
    }

    private sealed class BitSink(int capacity)
    {
        private readonly List<byte> _bytes = new(capacity / 2);
        private uint _buffer;
        private int _count;

        public void Write(int code, int width)
        {
            _buffer = (_buffer << width) | (uint)code;
            _count += width;
            while (_count >= 8)
            {
                _count -= 8;
                _bytes.Add((byte)(_buffer >> _count));
            }
        }

        public byte[] ToArray()
        {
            if (_count > 0)
            {
                _bytes.Add((byte)(_buffer << (8 - _count)));
                _count = 0;
            }

            return [.. _bytes];
        }
    }
}
