using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ArcLearn.Core.Rasters.Tiff;

/// <summary>From decoded bytes to samples: byte order, predictor, samples of less than a byte, one plane for each band.</summary>
internal static class TiffSamples
{
    /// <summary>Turns 16-bit samples of the file's byte order into this machine's.</summary>
    public static void ToNativeOrder(Span<byte> samples, bool isBigEndian)
    {
        if (isBigEndian == BitConverter.IsLittleEndian)
        {
            Span<ushort> values = MemoryMarshal.Cast<byte, ushort>(samples);
            BinaryPrimitives.ReverseEndianness(values, values);
        }
    }

    public static void ReverseBits(Span<byte> bytes)
    {
        foreach (ref byte value in bytes)
        {
            int v = value;
            v = ((v & 0x55) << 1) | ((v >> 1) & 0x55);
            v = ((v & 0x33) << 2) | ((v >> 2) & 0x33);
            value = (byte)((v << 4) | (v >> 4));
        }
    }

    /// <summary>Undoes horizontal differencing in one row: each sample was stored as its difference to the one <paramref name="bands"/> before.</summary>
    public static void Accumulate<T>(Span<T> row, int bands)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        if (bands == 3)
        {
            (T a, T b, T c) = (T.Zero, T.Zero, T.Zero);
            for (int i = 0; i + 2 < row.Length; i += 3)
            {
                row[i] = a = unchecked(a + row[i]);
                row[i + 1] = b = unchecked(b + row[i + 1]);
                row[i + 2] = c = unchecked(c + row[i + 2]);
            }

            return;
        }

        for (int i = bands; i < row.Length; i++)
        {
            row[i] = unchecked(row[i] + row[i - bands]);
        }
    }

    /// <summary>Spreads pixels of <paramref name="stride"/> samples over planes of <paramref name="pixels"/> samples, one for each of <paramref name="bands"/>.</summary>
    public static void Separate<T>(ReadOnlySpan<T> interleaved, Span<T> planes, int pixels, int bands, int stride)
        where T : unmanaged
    {
        if (stride == 1)
        {
            interleaved[..pixels].CopyTo(planes);
            return;
        }

        if (bands == 3 && typeof(T) == typeof(byte))
        {
            Span<byte> bytes = MemoryMarshal.AsBytes(planes);
            SeparateThree(MemoryMarshal.AsBytes(interleaved), bytes[..pixels], bytes.Slice(pixels, pixels), bytes.Slice(2 * pixels, pixels), stride);
            return;
        }

        if (bands == 3)
        {
            SeparateThree(interleaved, planes[..pixels], planes.Slice(pixels, pixels), planes.Slice(2 * pixels, pixels), stride);
            return;
        }

        for (int band = 0; band < bands; band++)
        {
            Span<T> plane = planes.Slice(band * pixels, pixels);
            for (int i = 0, source = band; i < plane.Length; i++, source += stride)
            {
                plane[i] = interleaved[source];
            }
        }
    }

    /// <summary>Spreads pixels of three or four bytes over the planes of the first three: four pixels at a time.</summary>
    public static void SeparateThree(ReadOnlySpan<byte> interleaved, Span<byte> first, Span<byte> second, Span<byte> third, int stride)
    {
        Vector128<byte> order = stride == 3
            ? Vector128.Create((byte)0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11, 255, 255, 255, 255)
            : Vector128.Create((byte)0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 255, 255, 255, 255);
        int i = 0;
        for (int source = 0; i + 4 <= first.Length && source + 16 <= interleaved.Length; i += 4, source += 4 * stride)
        {
            Vector128<uint> bands = Vector128.Shuffle(Vector128.Create(interleaved.Slice(source, 16)), order).AsUInt32();
            MemoryMarshal.Write(first.Slice(i, 4), bands.ToScalar());
            MemoryMarshal.Write(second.Slice(i, 4), bands.GetElement(1));
            MemoryMarshal.Write(third.Slice(i, 4), bands.GetElement(2));
        }

        SeparateThree<byte>(interleaved[(i * stride)..], first[i..], second[i..], third[i..], stride);
    }

    /// <summary>Reads samples of <paramref name="bits"/> bits, most significant bit first, rows padded to whole bytes.</summary>
    public static void Unpack(ReadOnlySpan<byte> packed, Span<byte> output, int bits, int rowSamples, int rows)
    {
        int rowBytes = (int)((((long)rowSamples * bits) + 7) / 8);
        Span<ushort> wide = bits > 8 ? MemoryMarshal.Cast<byte, ushort>(output) : default;
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<byte> source = packed.Slice(row * rowBytes, rowBytes);
            uint buffer = 0;
            int available = 0;
            int position = 0;
            for (int i = 0; i < rowSamples; i++)
            {
                while (available < bits)
                {
                    buffer = (buffer << 8) | source[position++];
                    available += 8;
                }

                available -= bits;
                uint value = (buffer >> available) & ((1u << bits) - 1);
                int target = (row * rowSamples) + i;
                if (bits > 8)
                {
                    wide[target] = (ushort)value;
                }
                else
                {
                    output[target] = (byte)value;
                }
            }
        }
    }

    private static void SeparateThree<T>(ReadOnlySpan<T> interleaved, Span<T> first, Span<T> second, Span<T> third, int stride)
        where T : unmanaged
    {
        for (int i = 0; i < first.Length && i < second.Length && i < third.Length; i++)
        {
            ReadOnlySpan<T> pixel = interleaved.Slice(i * stride, 3);
            first[i] = pixel[0];
            second[i] = pixel[1];
            third[i] = pixel[2];
        }
    }
}
