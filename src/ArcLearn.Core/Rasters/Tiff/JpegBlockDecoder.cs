using System.Buffers;
using ArcLearn.Core.Rasters.Jpeg;
using SkiaSharp;

namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>
/// Decodes the JPEG stream of one TIFF block (TIFF Technical Note 2), baseline pictures here and others by Skia: for that the quantisation and Huffman tables that the file keeps once
/// are put in front of it, and an Adobe marker says that its three components are to be kept as they are. YCbCr becomes RGB here, while pixels are taken apart.
/// </summary>
internal static class JpegBlockDecoder
{
    // APP14 "Adobe", version 100, no flags; the last byte is the colour transform: 0 keeps the components.
    private static ReadOnlySpan<byte> AdobeMarker => [0xFF, 0xEE, 0, 14, (byte)'A', (byte)'d', (byte)'o', (byte)'b', (byte)'e', 0, 100, 0, 0, 0, 0, 0];

    /// <summary>Fills <paramref name="planes"/> (1 or 3 bands) band after band; answers what is wrong, or null.</summary>
    /// <param name="shared">What <paramref name="tables"/> hold.</param>
    public static string? Decode(
        ReadOnlySpan<byte> data, ReadOnlySpan<byte> tables, JpegHeader shared, Span<byte> planes, int width, int rows, int bands, bool isYCbCr)
    {
        JpegHeader header = new(shared);
        if (data is [0xFF, 0xD8, ..] && header.Read(data) && JpegDecoder.CanDecode(header, isYCbCr))
        {
            return FindMisfit(header.Width, header.Height, header.Components.Length, width, rows, bands)
                ?? JpegDecoder.Decode(header, data, planes, width, rows, isYCbCr);
        }

        byte[] stream = ArrayPool<byte>.Shared.Rent(data.Length + tables.Length + 32);
        try
        {
            int length = Compose(data, tables, bands, stream);
            return length == 0 ? "is not a JPEG stream" : DecodeColours(stream, length, planes, width, rows, bands, isYCbCr);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(stream);
        }
    }

    // The last block may be stored as wide and high as the others, or cut off.
    private static string? FindMisfit(int foundWidth, int foundHeight, int components, int width, int rows, int bands)
    {
        if (foundWidth < width || foundHeight < rows || foundWidth > width + 16 || foundHeight > Math.Max(rows, 16) * 64L)
        {
            return $"holds {foundWidth} by {foundHeight} pixels where {width} by {rows} belong";
        }

        return components == bands ? null : $"holds {components} components where {bands} belong";
    }

    private static int Compose(ReadOnlySpan<byte> data, ReadOnlySpan<byte> tables, int bands, Span<byte> stream)
    {
        if (data.Length < 4 || data[0] != 0xFF || data[1] != 0xD8)
        {
            return 0;
        }

        int length = 0;
        stream[length++] = 0xFF;
        stream[length++] = 0xD8;
        if (bands == 3)
        {
            AdobeMarker.CopyTo(stream[length..]);
            length += AdobeMarker.Length;
        }

        length += CopySegments(tables, stream[length..]);
        length += CopySegments(data, stream[length..]);
        return length;
    }

    /// <summary>Copies all but the start and end markers and the application markers that would overrule ours.</summary>
    private static int CopySegments(ReadOnlySpan<byte> source, Span<byte> target)
    {
        int length = 0;
        int position = 2;
        while (position + 4 <= source.Length && source[position] == 0xFF)
        {
            int marker = source[position + 1];
            if (marker == 0xFF)
            {
                position++;
                continue;
            }

            if (marker is 0xD9 or 0xDA)
            {
                break;
            }

            int size = 2 + ((source[position + 2] << 8) | source[position + 3]);
            if (position + size > source.Length)
            {
                return length;
            }

            if (marker is not (0xE0 or 0xEE))
            {
                source.Slice(position, size).CopyTo(target[length..]);
                length += size;
            }

            position += size;
        }

        if (position + 1 < source.Length && source[position + 1] == 0xDA)
        {
            source[position..].CopyTo(target[length..]);
            length += source.Length - position;
        }

        return length;
    }

    private static unsafe string? DecodeColours(byte[] stream, int length, Span<byte> planes, int width, int rows, int bands, bool isYCbCr)
    {
        fixed (byte* start = stream)
        {
            using SKData data = SKData.Create((IntPtr)start, length);
            using SKCodec? codec = SKCodec.Create(data);
            if (codec is null)
            {
                return "is not a JPEG stream";
            }

            SKImageInfo found = codec.Info;
            bool isGrey = found.ColorType == SKColorType.Gray8;
            if (FindMisfit(found.Width, found.Height, isGrey ? 1 : 3, width, rows, bands) is string misfit)
            {
                return misfit;
            }

            int pixelBytes = isGrey ? 1 : 4;
            int rowBytes = found.Width * pixelBytes;
            byte[] pixels = ArrayPool<byte>.Shared.Rent(rowBytes * found.Height);
            try
            {
                SKImageInfo wanted = new(found.Width, found.Height, isGrey ? SKColorType.Gray8 : SKColorType.Rgba8888, SKAlphaType.Opaque);
                SKCodecResult result;
                fixed (byte* target = pixels)
                {
                    result = codec.GetPixels(wanted, (IntPtr)target, rowBytes, SKCodecOptions.Default);
                }

                if (result != SKCodecResult.Success)
                {
                    return JpegDecoder.Broken;
                }

                int plane = width * rows;
                for (int row = 0; row < rows; row++)
                {
                    ReadOnlySpan<byte> line = pixels.AsSpan(row * rowBytes, width * pixelBytes);
                    int at = row * width;
                    if (isGrey)
                    {
                        line.CopyTo(planes[at..]);
                    }
                    else if (isYCbCr)
                    {
                        SampleSpread.SplitYcc(line, planes[at..], width, plane);
                    }
                    else
                    {
                        SampleSpread.Split<byte>(line, planes[at..], width, plane, pixelBytes, bands);
                    }
                }

                return null;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(pixels);
            }
        }
    }
}
