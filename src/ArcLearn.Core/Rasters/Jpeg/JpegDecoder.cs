using System.Buffers;
using System.Runtime.CompilerServices;

namespace ArcLearn.Core.Rasters.Jpeg;

/// <summary>
/// Decodes baseline JPEG pictures of one or three components to planes: what cameras and rasters mostly hold, faster than through a picture library, which hands
/// out pixels. Others are left to that library.
/// </summary>
internal static class JpegDecoder
{
    public const string Broken = "ends before its last pixel or holds broken codes";

    /// <summary>Whether a picture with this header is decoded here.</summary>
    public static bool CanDecode(JpegHeader header, bool isYCbCr)
    {
        if (!JpegTransform.IsSupported || header.ScanStart == 0)
        {
            return false;
        }

        JpegComponent[] parts = header.Components;
        bool isWhole = Array.TrueForAll(parts, part => part is { Across: 1, Down: 1 });
        bool isHalf = parts is [{ Across: 2, Down: 1 or 2 }, { Across: 1, Down: 1 }, { Across: 1, Down: 1 }];
        return isWhole || parts.Length == 1 || (isHalf && isYCbCr && header.Width > 4);
    }

    /// <summary>Fills the first <paramref name="width"/> columns and <paramref name="rows"/> rows of a picture that is at least as large; answers what is wrong, or null.</summary>
    /// <param name="planes">Band after band.</param>
    public static string? Decode(JpegHeader header, ReadOnlySpan<byte> stream, Span<byte> planes, int width, int rows, bool isYCbCr)
    {
        JpegPlane[] parts = JpegPlane.Of(header);
        int length = parts.Sum(part => part.Length);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            if (!DecodeScan(header, stream[header.ScanStart..], parts, buffer))
            {
                return Broken;
            }

            if (isYCbCr && parts.Length == 3)
            {
                Convert(header, parts, buffer, planes, width, rows);
                return null;
            }

            for (int i = 0; i < parts.Length; i++)
            {
                for (int row = 0; row < rows; row++)
                {
                    buffer.AsSpan(parts[i].Start + (row * parts[i].Stride), width).CopyTo(planes[(((i * rows) + row) * width)..]);
                }
            }

            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool DecodeScan(JpegHeader header, ReadOnlySpan<byte> data, JpegPlane[] parts, Span<byte> buffer)
    {
        JpegScan scan = new(data);
        Span<short> block = stackalloc short[64];
        Span<int> predictions = stackalloc int[3];
        int units = parts[0].BlocksAcross / parts[0].Across * (parts[0].BlocksDown / parts[0].Down);
        int unitsAcross = parts[0].BlocksAcross / parts[0].Across;
        for (int unit = 0; unit < units; unit++)
        {
            if (header.RestartInterval > 0 && unit > 0 && unit % header.RestartInterval == 0)
            {
                predictions.Clear();
                if (!scan.Restart())
                {
                    return false;
                }
            }

            if (scan.IsExhausted)
            {
                return false;
            }

            (int unitRow, int unitColumn) = Math.DivRem(unit, unitsAcross);
            for (int i = 0; i < parts.Length; i++)
            {
                JpegPlane part = parts[i];
                for (int at = 0; at < part.Across * part.Down; at++)
                {
                    (int y, int x) = ((unitRow * part.Down) + (at / part.Across), (unitColumn * part.Across) + (at % part.Across));
                    Span<byte> target = buffer[(part.Start + (8 * ((y * part.Stride) + x)))..];
                    if (!DecodeBlock(ref scan, part, ref predictions[i], block, target))
                    {
                        return false;
                    }
                }
            }
        }

        return !scan.IsExhausted;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool DecodeBlock(ref JpegScan scan, JpegPlane part, ref int prediction, scoped Span<short> block, Span<byte> target)
    {
        block.Clear();
        int last = scan.ReadBlock(part.Dc, part.Ac, ref prediction, block);
        if (last < 0)
        {
            return false;
        }

        if (last > 0)
        {
            JpegTransform.Apply(block, part.Quantization, target, part.Stride);
            return true;
        }

        byte flat = JpegTransform.Flat(block[0], part.Quantization[0]);
        for (int row = 0; row < 8; row++)
        {
            target.Slice(row * part.Stride, 8).Fill(flat);
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Convert(JpegHeader header, JpegPlane[] parts, Span<byte> buffer, Span<byte> planes, int width, int rows)
    {
        bool isHalfWidth = parts[0].Across == 2;
        bool isHalfHeight = parts[0].Down == 2;
        int halfWidth = (header.Width + 1) / 2;
        int halfHeight = (header.Height + 1) / 2;
        Span<byte> lines = new byte[2 * 2 * (halfWidth + 16)];
        Span<ushort> sums = new ushort[halfWidth + 34];
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<byte> luma = buffer[(parts[0].Start + (row * parts[0].Stride))..];
            for (int i = 1; i < 3 && isHalfWidth; i++)
            {
                ReadOnlySpan<byte> plane = buffer.Slice(parts[i].Start, parts[i].Length);
                Span<byte> line = lines.Slice((i - 1) * lines.Length / 2, lines.Length / 2);
                if (isHalfHeight)
                {
                    int near = row / 2;
                    int far = Math.Clamp((row & 1) == 0 ? near - 1 : near + 1, 0, halfHeight - 1);
                    JpegColours.Blend(plane[(near * parts[i].Stride)..], plane[(far * parts[i].Stride)..], sums, halfWidth);
                    JpegColours.Widen(sums, line, halfWidth);
                }
                else
                {
                    JpegColours.WidenOnly(plane[(row * parts[i].Stride)..], line, halfWidth);
                }
            }

            ReadOnlySpan<byte> blueness = isHalfWidth ? lines : buffer[(parts[1].Start + (row * parts[1].Stride))..];
            ReadOnlySpan<byte> redness = isHalfWidth ? lines[(lines.Length / 2)..] : buffer[(parts[2].Start + (row * parts[2].Stride))..];
            Ycc.ToRgb(luma, blueness, redness, planes[(row * width)..], width, width * rows);
        }
    }
}
