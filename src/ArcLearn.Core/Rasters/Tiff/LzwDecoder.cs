namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>
/// LZW of TIFF 6.0 section 13 (codes of 9 to 12 bits, most significant bit first, width changing one code early), and the older
/// order of bits that files before 5.0 have (least significant bit first, width changing on time).
/// </summary>
internal static class LzwDecoder
{
    private const int Clear = 256;
    private const int End = 257;
    private const int First = 258;
    private const int TableSize = 4096;

    /// <summary>Returns the number of bytes written: fewer than asked for where the data end or are damaged.</summary>
    public static int Decode(ReadOnlySpan<byte> data, Span<byte> output)
    {
        bool isOld = data.Length >= 2 && data[0] == 0 && (data[1] & 1) == 1;

        // Each string lies in the output already: where it was first written, and how long it is.
        Span<int> starts = stackalloc int[TableSize];
        Span<short> lengths = stackalloc short[TableSize];
        int early = isOld ? 0 : 1;
        int next = First;
        int width = 9;
        int written = 0;
        int previousStart = -1;
        int previousLength = 0;
        int position = 0;
        uint buffer = 0;
        int available = 0;
        while (written < output.Length)
        {
            while (available < width)
            {
                if (position >= data.Length)
                {
                    return written;
                }

                buffer = isOld ? buffer | ((uint)data[position++] << available) : (buffer << 8) | data[position++];
                available += 8;
            }

            int code;
            available -= width;
            if (isOld)
            {
                code = (int)(buffer & ((1u << width) - 1));
                buffer >>= width;
            }
            else
            {
                code = (int)((buffer >> available) & ((1u << width) - 1));
            }

            if (code == Clear)
            {
                (next, width, previousStart) = (First, 9, -1);
                continue;
            }

            if (code == End)
            {
                return written;
            }

            int start = written;
            int length;
            if (code < Clear)
            {
                output[written++] = (byte)code;
                length = 1;
            }
            else
            {
                // The newest code may be used before it is complete: it is the previous string and its own first byte.
                bool isNewest = code == next && previousStart >= 0;
                if (code >= next && !isNewest)
                {
                    return written;
                }

                int source = isNewest ? previousStart : starts[code];
                length = isNewest ? previousLength + 1 : lengths[code];
                int copied = Math.Min(length, output.Length - written);
                Copy(output, source, written, copied);
                written += copied;
            }

            if (previousStart >= 0 && next < TableSize)
            {
                starts[next] = previousStart;
                lengths[next] = (short)(previousLength + 1);
                next++;
                if (next + early >= (1 << width) && width < 12)
                {
                    width++;
                }
            }

            (previousStart, previousLength) = (start, length);
        }

        return written;
    }

    private static void Copy(Span<byte> output, int source, int target, int length)
    {
        if (source + length <= target)
        {
            output.Slice(source, length).CopyTo(output[target..]);
            return;
        }

        for (int i = 0; i < length; i++)
        {
            output[target + i] = output[source + i];
        }
    }
}
