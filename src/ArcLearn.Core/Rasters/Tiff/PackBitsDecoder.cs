namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>The byte runs of TIFF 6.0 section 9.</summary>
internal static class PackBitsDecoder
{
    /// <summary>Returns the number of bytes written: fewer than asked for where the data end.</summary>
    public static int Decode(ReadOnlySpan<byte> data, Span<byte> output)
    {
        int written = 0;
        int position = 0;
        while (position < data.Length && written < output.Length)
        {
            int head = (sbyte)data[position++];
            int room = output.Length - written;
            if (head >= 0)
            {
                int count = Math.Min(Math.Min(head + 1, room), data.Length - position);
                data.Slice(position, count).CopyTo(output[written..]);
                position += head + 1;
                written += count;
            }
            else if (head != -128 && position < data.Length)
            {
                int count = Math.Min(1 - head, room);
                output.Slice(written, count).Fill(data[position++]);
                written += count;
            }
        }

        return written;
    }
}
