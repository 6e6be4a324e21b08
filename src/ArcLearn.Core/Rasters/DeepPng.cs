using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace ArcLearn.Core.Rasters;

/// <summary>PNG of 16-bit samples (PNG specification, sections 5, 7 and 9), which picture libraries reduce to 8 bits.</summary>
internal static class DeepPng
{
    private const int HeaderEnd = 33;

    /// <summary>Samples of a pixel for the colour type in IHDR: grey, colours, grey with opacity, colours with opacity; 0 for others.</summary>
    public static int Bands(int colourType) => colourType switch { 0 => 1, 2 => 3, 4 => 2, 6 => 4, _ => 0 };

    /// <summary>Decodes to <paramref name="planes"/>, band after band, in this machine's byte order; answers what is wrong, or null.</summary>
    public static string? Decode(ReadOnlySpan<byte> file, int width, int height, int bands, Span<ushort> planes)
    {
        byte[] packed = ImageData(file);
        int stride = width * bands * 2;
        byte[] above = new byte[stride];
        byte[] row = new byte[stride + 1];
        try
        {
            using ZLibStream stream = new(new MemoryStream(packed, writable: false), CompressionMode.Decompress);
            for (int y = 0; y < height; y++)
            {
                if (stream.ReadAtLeast(row, row.Length, throwOnEndOfStream: false) < row.Length)
                {
                    return "it ends before its last pixel";
                }

                Span<byte> samples = row.AsSpan(1);
                if (!Unfilter(row[0], samples, above, bands * 2))
                {
                    return $"its row {y} has filter {row[0]}";
                }

                samples.CopyTo(above);
                Spread(samples, planes, y * width, width, width * height, bands);
            }

            return null;
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            return "its pixels are not a Deflate stream";
        }
    }

    /// <summary>The contents of all IDAT chunks, one after the other.</summary>
    private static byte[] ImageData(ReadOnlySpan<byte> file)
    {
        using MemoryStream data = new();
        for (int position = HeaderEnd; position + 12 <= file.Length;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file[position..]);
            ReadOnlySpan<byte> content = file[(position + 8)..];
            int held = (int)Math.Min(length, (uint)content.Length);
            if (file.Slice(position + 4, 4).SequenceEqual("IDAT"u8))
            {
                data.Write(content[..held]);
            }

            position += held + 12;
        }

        return data.ToArray();
    }

    private static bool Unfilter(int filter, Span<byte> row, ReadOnlySpan<byte> above, int pixel)
    {
        for (int i = 0; i < row.Length; i++)
        {
            int left = i >= pixel ? row[i - pixel] : 0;
            int corner = i >= pixel ? above[i - pixel] : 0;
            int predicted = filter switch
            {
                0 => 0,
                1 => left,
                2 => above[i],
                3 => (left + above[i]) / 2,
                4 => Paeth(left, above[i], corner),
                _ => -1,
            };
            if (predicted < 0)
            {
                return false;
            }

            row[i] = unchecked((byte)(row[i] + predicted));
        }

        return true;
    }

    private static int Paeth(int left, int above, int corner)
    {
        int toLeft = Math.Abs(above - corner);
        int toAbove = Math.Abs(left - corner);
        int toCorner = Math.Abs(left + above - (2 * corner));
        return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
    }

    private static void Spread(ReadOnlySpan<byte> samples, Span<ushort> planes, int start, int width, int plane, int bands)
    {
        ReadOnlySpan<ushort> values = MemoryMarshal.Cast<byte, ushort>(samples);
        for (int band = 0; band < bands; band++)
        {
            Span<ushort> target = planes.Slice((band * plane) + start, width);
            for (int i = 0; i < width; i++)
            {
                ushort value = values[(i * bands) + band];
                target[i] = BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value;
            }
        }
    }
}
